"""Random projects over a build.ninja: what it says, what its jobs make, and what may happen to it.

A spec is {"jobs": [{"out", "rule", "in", "implicit", "order", "flag"}],
           "groups": [{"name", "in"}]}.
Outputs are o0…, sources s0… (some in folders), links l0…, headers h0…; a group is a phony job.
"""

import re

from . import rule
from .editor import Editor
from .text import cksum, sentence

# Each writes its flag first, so that no output is empty: of an empty one the time counts.
RULES = """\
rule cat
  command = { echo $flag; cat $in; } > $out
rule keys
  command = { echo $flag; grep -h '^k' $in || :; } > $out
rule sum
  command = { echo $flag; cat $in | cksum; } > $out
rule strict
  command = ! grep -q FAIL $in && { echo $flag; cat $in; } > $out
rule late
  command = { echo $flag; cat $in; } > $out; ! grep -q FAIL $in
rule headers
  command = { echo $flag; cat $in; for h in $$(sed -n 's/^#include //p' $in | sort -u); do $
    cat $$h 2>&- || echo no $$h; done; } > $out; $
    echo "$out:" $$(sed -n 's/^#include //p' $in | sort -u) > $out.d
  depfile = $out.d
  deps = gcc
rule headers_kept
  command = { echo $flag; cat $in; for h in $$(sed -n 's/^#include //p' $in | sort -u); do $
    cat $$h 2>&- || echo no $$h; done; } > $out; $
    echo "$out:" $$(sed -n 's/^#include //p' $in | sort -u) > $out.d
  depfile = $out.d
rule listed
  command = { echo $flag; cat $$(cat $out.rsp); } > $out
  rspfile = $out.rsp
  rspfile_content = $in
rule kept
  command = { echo $flag; grep -h '^k' $in || :; } > $out.t; $
    if cmp -s $out.t $out; then rm $out.t; else mv $out.t $out; fi
  restat = 1
rule two
  command = { echo $flag; cat $in; } > $out1; { echo $flag; grep -h '^k' $in || :; } > $out2
"""

KINDS = ["cat", "keys", "sum", "strict", "late", "headers", "headers_kept", "listed", "kept", "two"]
HEADERS = [f"h{i}" for i in range(4)]


class NinjaWorld:
    kind = "ninja"
    manifest = "build.ninja"

    def __init__(self, spec):
        self.spec = spec
        self.environment = {}

    # ---- what it says ---------------------------------------------------------------------------

    def render(self):
        """The manifest's files, {path: text}."""
        lines = [RULES]
        for job in self.spec["jobs"]:
            implicit = " | " + " ".join(job["implicit"]) if job["implicit"] else ""
            order = " || " + " ".join(job["order"]) if job["order"] else ""
            ins = " ".join(job["in"])
            lines.append(f"build {' '.join(job['out'])}: {job['rule']} {ins}{implicit}{order}\n")
            lines.append(f"  flag = {job['flag']}\n")
            if job["rule"] == "two":
                lines.append(f"  out1 = {job['out'][0]}\n  out2 = {job['out'][1]}\n")
        for group in self.spec["groups"]:
            lines.append(f"build {group['name']}: phony {' '.join(group['in'])}\n")
        return {"build.ninja": "".join(lines)}

    @staticmethod
    def add_pulse(manifest):
        """The manifest with a job from pulse/beat.txt to pulse/beat.made in addition."""
        rule = "rule pulse\n  command = cat $in > $out\n"
        return manifest + rule + "build pulse/beat.made: pulse pulse/beat.txt\n"

    @staticmethod
    def ignored(path):
        """Files beside outputs that come and go."""
        return path.endswith((".d", ".rsp", ".t"))

    # ---- what it means --------------------------------------------------------------------------

    def jobs(self, tree):
        """The jobs, for rule.build. Broken when a source that is declared is not there."""
        groups = {group["name"]: group["in"] for group in self.spec["groups"]}
        made = {path for job in self.spec["jobs"] for path in job["out"]}
        for job in self.spec["jobs"]:
            self.check(job["in"] + job["implicit"] + job["order"], made, groups, tree)
        for group in groups.values():
            self.check(group, made, groups, tree)
        return [self.make_job(job, groups) for job in self.spec["jobs"]]

    @staticmethod
    def check(paths, made, groups, tree):
        for path in paths:
            if path not in made and path not in groups and tree.read(path) is None:
                raise rule.Broken(f"'{path}' is missing")

    def make_job(self, job, groups):
        declared = job["in"] + job["implicit"]
        plain = [path for path in declared if path not in groups]
        grouped = [path for path in declared if path in groups]
        recipe = (job["rule"], job["flag"], tuple(job["in"]), tuple(job["out"]))
        return rule.Job(
            outputs=job["out"],
            recipe=recipe,
            reads=plain,
            after=[leaf for path in job["order"] for leaf in leaves(path, groups)],
            act=lambda tree: act(job, tree),
            sees=lambda tree: [group_value(path, groups, tree) for path in sorted(grouped)],
            seen=[leaf for path in grouped for leaf in leaves(path, groups)],
        )

    def virtual_jobs(self):
        """How many jobs there may be that run nothing."""
        return len(self.spec["groups"])

    @staticmethod
    def stale(tree, records, jobs):
        """ninja leaves lying what nothing makes any more."""
        return []


def leaves(path, groups):
    """The files that a path stands for."""
    if path not in groups:
        return [path]
    return [leaf for member in groups[path] for leaf in leaves(member, groups)]


def group_value(path, groups, tree):
    """A group counts by what is in it, and by how that is grouped."""
    if path not in groups:
        return path, tree.read(path)
    return path, sorted((group_value(member, groups, tree) for member in groups[path]), key=repr)


# ---- what the rules do -------------------------------------------------------------------------


def keys_of(text):
    return b"".join(line for line in text.splitlines(True) if line.startswith(b"k"))


def headers_of(text):
    return sorted(set(re.findall(r"^#include (\S+)$", text.decode(), re.MULTILINE)))


def act(job, tree):
    """What the job's command writes."""
    flag = job["flag"].encode() + b"\n"
    text = b"".join(tree.read(path) for path in job["in"])
    out = job["out"][0]
    kind = job["rule"]
    if kind in ("cat", "listed"):
        return rule.Outcome({out: flag + text})
    if kind in ("keys", "kept"):
        return rule.Outcome({out: flag + keys_of(text)})
    if kind == "sum":
        return rule.Outcome({out: flag + cksum(text)})
    if kind == "strict":
        bad = b"FAIL" in text
        return rule.Outcome({} if bad else {out: flag + text}, failed=bad)
    if kind == "late":
        return rule.Outcome({out: flag + text}, failed=b"FAIL" in text)
    if kind == "two":
        return rule.Outcome({out: flag + text, job["out"][1]: flag + keys_of(text)})
    headers = headers_of(text)
    parts = [tree.read(path) or b"no " + path.encode() + b"\n" for path in headers]
    return rule.Outcome({out: flag + text + b"".join(parts)}, found=headers)


# ---- making one up -----------------------------------------------------------------------------


def source_text(rng, failing=0.06):
    lines = [sentence(rng) for _ in range(rng.randint(1, 4))]
    lines += [f"#include {rng.choice(HEADERS)}" for _ in range(rng.choice([0, 0, 1, 2]))]
    if rng.random() < failing:
        lines.append("x FAIL")
    rng.shuffle(lines)
    return "\n".join(lines) + "\n"


def invent(rng):
    """A project: its spec and its sources."""
    sources = [f"s{i}" for i in range(rng.randint(3, 6))]
    sources += [f"d{i}/s{j}" for i in range(2) for j in range(rng.randint(1, 3))]
    files = {path: source_text(rng, 0) for path in sources}
    files.update({header: f"k header {header}\n" for header in HEADERS[:3]})
    files.update({f"v{i}": source_text(rng, 0) for i in range(3)})
    links = {f"l{i}": f"v{i}" for i in range(2)}
    spec = {"jobs": [], "groups": []}
    for _ in range(rng.randint(5, 16)):
        add_job(rng, spec, [*sources, *links])
    if rng.random() < 0.7:
        add_group(rng, spec, sources)
    return spec, files, links


def made_by(spec):
    return [path for job in spec["jobs"] for path in job["out"]]


def some(rng, pool, least, most):
    pool = list(dict.fromkeys(pool))
    return rng.sample(pool, min(len(pool), rng.randint(least, most)))


def add_job(rng, spec, sources):
    number = spec["next"] = spec.get("next", -1) + 1
    kind = rng.choice(KINDS)
    made = made_by(spec)
    ins = some(rng, sources + made * 2, 1, 3)
    rest = [path for path in sources + made if path not in ins]
    groups = [group["name"] for group in spec["groups"]]
    implicit = some(rng, rest + groups, 1, 2) if rng.random() < 0.3 else []
    order = [path for path in made + groups if path not in ins + implicit]
    job = {
        "out": [f"o{number}", f"o{number}.b"] if kind == "two" else [f"o{number}"],
        "rule": kind,
        "in": ins,
        "implicit": implicit,
        "order": some(rng, order, 1, 2) if rng.random() < 0.2 else [],
        "flag": str(rng.randrange(3)),
    }
    spec["jobs"].append(job)


def add_group(rng, spec, sources):
    """A group of what is there now, used by jobs that come later."""
    number = spec["next"] = spec.get("next", -1) + 1
    members = some(rng, sources + made_by(spec), 1, 3)
    members += [group["name"] for group in spec["groups"] if rng.random() < 0.3]
    spec["groups"].append({"name": f"g{number}", "in": members})


# ---- what happens to it ------------------------------------------------------------------------


class Edits(Editor):
    WEIGHTS = {
        "edit": 14,
        "comment": 6,
        "same_size": 5,
        "touch": 4,
        "rewrite": 2,
        "revert": 5,
        "fail": 4,
        "repair": 8,
        "header": 8,
        "header_gone": 2,
        "include": 5,
        "remove": 1,
        "restore": 6,
        "rename": 2,
        "save_as_editors_do": 2,
        "chmod": 3,
        "swap_link": 4,
        "edit_behind_link": 3,
        "move_folder": 2,
        "spoil": 5,
        "delete_output": 5,
        "touch_output": 2,
        "flag": 5,
        "change_kind": 2,
        "change_inputs": 3,
        "add_job": 3,
        "remove_job": 2,
        "group": 2,
        "rewrite_manifest": 2,
        "bystander": 2,
        "rest": 8,
    }

    def is_editable(self, path):
        return path != "build.ninja" and path not in HEADERS

    def new_text(self, path):
        return source_text(self.rng)

    def comment_for(self, path):
        """What `keys` and `kept` do not let through."""
        return f"x {self.rng.randrange(1000)}\n"

    # ---- sources --------------------------------------------------------------------------------

    def header(self):
        path = self.rng.choice(HEADERS)
        return self.write(path, f"k header {self.rng.randrange(100)}\n")

    def header_gone(self):
        path = self.rng.choice(HEADERS)
        return [{"op": "remove", "path": path}] if path in self.tree.nodes else None

    def include(self):
        path = self.pick(self.files())
        if not path:
            return None
        text = self.text_of(path)
        line = f"#include {self.rng.choice(HEADERS)}\n"
        return self.write(path, text.replace(line, "") if line in text else line + text)

    def restore(self):
        """What the manifest names and nobody has."""
        made = set(made_by(self.world.spec))
        groups = {group["name"] for group in self.world.spec["groups"]}
        named = [p for job in self.world.spec["jobs"] for p in job["in"] + job["implicit"]]
        named += [p for group in self.world.spec["groups"] for p in group["in"]]
        missing = [
            path
            for path in sorted(set(named) - made - groups)
            if self.tree.read(path) is None and path not in self.tree.nodes
        ]
        return self.write(self.rng.choice(missing), source_text(self.rng)) if missing else None

    def rename(self):
        """A source gets another name, and the manifest follows."""
        path = self.pick(self.files())
        if not path:
            return None
        to = f"r{self.rng.randrange(1000)}"
        return [{"op": "rename", "path": path, "to": to}, self.respell(path, to)]

    def swap_link(self):
        link, to = f"l{self.rng.randrange(2)}", f"v{self.rng.randrange(3)}"
        return [{"op": "link", "path": link, "to": to}]

    def edit_behind_link(self):
        path = f"v{self.rng.randrange(3)}"
        return self.write(path, source_text(self.rng)) if path in self.tree.nodes else None

    def move_folder(self):
        folders = sorted({p.split("/")[0] for p in self.files() if "/" in p})
        if not folders:
            return None
        old, new = self.rng.choice(folders), f"m{self.rng.randrange(1000)}"
        return [{"op": "move", "path": old, "to": new}, self.respell(old + "/", new + "/")]

    def bystander(self):
        """Something that no job reads."""
        return self.write(f"notes{self.rng.randrange(3)}", sentence(self.rng) + "\n")

    # ---- the manifest ---------------------------------------------------------------------------

    def respell(self, old, new):
        def change(spec):
            for item in [*spec["jobs"], *spec["groups"]]:
                for key in ("in", "implicit", "order"):
                    if key in item:
                        item[key] = [
                            new + path[len(old) :]
                            if path == old or (old.endswith("/") and path.startswith(old))
                            else path
                            for path in item[key]
                        ]

        return self.changed(change)

    def on_a_job(self, change):
        index = self.rng.randrange(len(self.world.spec["jobs"]))
        return [self.changed(lambda spec: change(spec, spec["jobs"][index]))]

    def flag(self):
        return self.on_a_job(lambda _, job: job.update(flag=str(self.rng.randrange(5))))

    def change_kind(self):
        single = [kind for kind in KINDS if kind != "two"]

        def change(_, job):
            if job["rule"] != "two":
                job["rule"] = self.rng.choice(single)

        return self.on_a_job(change)

    def usable(self, spec, job):
        """What a job may read without needing itself: sources, and what comes before it."""
        before = spec["jobs"][: spec["jobs"].index(job)]
        links = [path for path, node in self.tree.nodes.items() if not isinstance(node, bytes)]
        return sorted(self.files() + links) + [path for other in before for path in other["out"]]

    def change_inputs(self):
        def change(spec, job):
            pool = [path for path in self.usable(spec, job) if not path.startswith("notes")]
            job["in"] = some(self.rng, pool, 1, 3)
            job["implicit"] = [path for path in job["implicit"] if path not in job["in"]]
            job["order"] = [path for path in job["order"] if path not in job["in"]]

        return self.on_a_job(change)

    def add_job(self):
        return [self.changed(lambda spec: add_job(self.rng, spec, self.files()))]

    def remove_job(self):
        spec = self.world.spec
        used = {p for job in spec["jobs"] for p in job["in"] + job["implicit"] + job["order"]}
        used |= {p for group in spec["groups"] for p in group["in"]}
        free = [i for i, job in enumerate(spec["jobs"]) if not used & set(job["out"])]
        if not free or len(spec["jobs"]) < 4:
            return None
        index = self.rng.choice(free)
        return [self.changed(lambda spec: spec["jobs"].pop(index))]

    def group(self):
        if len(self.world.spec["groups"]) > 3:
            return None
        return [self.changed(lambda spec: add_group(self.rng, spec, self.files()))]
