"""The invariant behind everything: whatever was changed, in whatever order, a build leaves the
bytes that a clean build of the same tree makes, and then has nothing to do.

Trees and changes are random but seeded; a failure names its seed."""

import random

from harness import SLOW, Case, jig_only, main

SEEDS = 4 if SLOW == 1 else 2
STEPS = 14
SOURCES = 8
JOBS = 14


class World:
    """A random manifest over sources s0…, headers h0… and jobs o0….

    A job concatenates its inputs. Most use the rule `expand`, which follows the lines
    `#include X` of its inputs and thus discovers headers; every third just joins.
    """

    def __init__(self, rng):
        self.rng = rng
        self.flags = {job: 0 for job in range(JOBS)}
        self.inputs = {job: self.pick_inputs(job) for job in range(JOBS)}
        self.restat = {job: rng.random() < 0.3 for job in range(JOBS)}
        self.order_only = {
            job: [f"o{rng.randrange(job)}"] if job and rng.random() < 0.3 else []
            for job in range(JOBS)
        }

    def pick_inputs(self, job):
        pool = [f"s{i}" for i in range(SOURCES)] + [f"o{i}" for i in range(job)] * 2
        return self.rng.sample(pool, min(len(pool), self.rng.randint(1, 3)))

    def manifest(self):
        lines = ["""\
rule expand
  command = { echo $flag; cat $in; for h in $$(sed -n 's/^#include //p' $in | sort -u); do $
    cat $$h; done; } > $out.new && echo "$out:" $$(sed -n 's/^#include //p' $in) > $out.d && $
    { cmp -s $out.new $out && test -n "$keep" || cp $out.new $out; } && rm $out.new
  depfile = $out.d
  deps = gcc
  description = RUN $out
rule join
  command = { echo $flag; cat $in; } > $out
  description = RUN $out
"""]
        for job, inputs in self.inputs.items():
            order = " || " + " ".join(self.order_only[job]) if self.order_only[job] else ""
            rule = "join" if job % 3 == 0 else "expand"
            lines.append(f"build o{job}: {rule} {' '.join(inputs)}{order}\n")
            lines.append(f"  flag = {self.flags[job]}\n")
            if self.restat[job] and rule == "expand":
                lines.append("  restat = 1\n  keep = 1\n")
        return "".join(lines)


@jig_only
class Random(Case):
    def source_text(self, rng):
        lines = [f"text {rng.randrange(4)}"]
        lines += [f"#include h{rng.randrange(4)}" for _ in range(rng.randrange(3))]
        return "\n".join(lines) + "\n"

    def change(self, rng, world):
        """One random change. Returns what it was, for messages."""
        kind = rng.choice(
            [
                "edit",
                "edit",
                "same size",
                "touch",
                "same text",
                "header",
                "header",
                "delete output",
                "overwrite output",
                "flag",
                "inputs",
                "state",
                "kill",
            ]
        )
        if kind == "edit":
            self.write(f"s{rng.randrange(SOURCES)}", self.source_text(rng))
        elif kind == "same size":
            name = f"s{rng.randrange(SOURCES)}"
            text = self.read(name).replace("text", rng.choice(["tExt", "teXt"]))
            self.edit_keeping_time_and_size(name, text)
        elif kind == "touch":
            self.touch(f"s{rng.randrange(SOURCES)}")
        elif kind == "same text":
            name = f"s{rng.randrange(SOURCES)}"
            self.write(name, self.read(name))
        elif kind == "header":
            self.write(f"h{rng.randrange(4)}", f"header {rng.randrange(100)}\n")
        elif kind == "delete output":
            name = f"o{rng.randrange(JOBS)}"
            if self.exists(name):
                self.remove(name)
        elif kind == "overwrite output":
            self.tamper(f"o{rng.randrange(JOBS)}", "by hand\n")
        elif kind == "flag":
            world.flags[rng.randrange(JOBS)] += 1
            self.write("build.ninja", world.manifest())
        elif kind == "inputs":
            job = rng.randrange(JOBS)
            world.inputs[job] = world.pick_inputs(job)
            self.write("build.ninja", world.manifest())
        elif kind == "state":
            if self.exists(".jig") and rng.random() < 0.3:
                self.remove(".jig")
        elif kind == "kill":
            build = self.start("-j2")
            build.wait_for_jobs(rng.randrange(3))
            build.kill_with_jobs()
        return kind

    def check_seed(self, seed):
        rng = random.Random(seed)
        world = World(rng)
        for i in range(SOURCES):
            self.write(f"s{i}", self.source_text(rng))
        for i in range(4):
            self.write(f"h{i}", f"header {i}\n")
        self.write("build.ninja", world.manifest())
        history = []
        for _ in range(STEPS):
            history.append([self.change(rng, world) for _ in range(rng.randint(1, 3))])
            try:
                self.build("-j2")
                self.assert_nothing_to_do()
                self.assert_clean_build_equal()
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, after {history}: {error}") from error


def add_seeds():
    for seed in range(SEEDS):
        setattr(Random, f"test_seed_{seed}", lambda self, seed=seed: self.check_seed(seed))


add_seeds()

if __name__ == "__main__":
    main()
