"""Watching while anything happens: after random edits, at random paces, what lies there is what a plain
function of the sources says. A failing seed is printed; JIG_TEST_SEED runs that one alone."""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import unittest

from harness import wait_until
from pipeline_harness import UPPER_ALL
from watch_harness import WatchCase

SEEDS = [int(os.environ["JIG_TEST_SEED"])] if "JIG_TEST_SEED" in os.environ else range(1, 5)
STEPS = 60
FOLDERS = ["src", "src/x", "src/x/y", "src/z", "src/z/y"]
NAMES = ["a.txt", "b.txt", "c.txt", "note.md"]


class Random(WatchCase):
    def expected(self):
        """The outputs that a clean build makes."""
        made = {}
        for path in self.path("src").rglob("*.txt"):
            if path.is_file():
                out = "gen" / path.relative_to(self.dir).with_suffix(".up")
                made[str(out)] = path.read_bytes().upper()
        # With none to take, there is no collecting job.
        if made:
            made["gen/all.up"] = b"".join(made[name] for name in self.by_source(made))
        return made

    def by_source(self, made):
        return sorted(made, key=lambda name: name.removesuffix(".up").encode())

    def made(self):
        found = {}
        for folder, _, names in os.walk(self.path("gen")):
            for name in names:
                path = pathlib.Path(folder) / name
                with contextlib.suppress(FileNotFoundError):  # it has just been removed
                    found[str(path.relative_to(self.dir))] = path.read_bytes()
        return found

    # ---- edits --------------------------------------------------------------------------------

    def pick(self, rng):
        return self.path(rng.choice(FOLDERS)) / rng.choice(NAMES)

    def edit(self, rng):
        path = self.pick(rng)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rng.choice("abcdefgh") * rng.randint(1, 9) + "\n")

    def replace(self, rng):
        path = self.pick(rng)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name("." + path.name)
        new.write_text(rng.choice("ijklmnop") * rng.randint(1, 9) + "\n")
        new.rename(path)

    def touch_one(self, rng):
        path = self.pick(rng)
        if path.exists():
            os.utime(path)

    def delete(self, rng):
        self.pick(rng).unlink(missing_ok=True)

    def move(self, rng):
        old, new = self.pick(rng), self.pick(rng)
        if old.exists() and new.parent.is_dir():
            old.rename(new)

    def move_folder(self, rng):
        old, new = (self.path(name) for name in rng.sample(FOLDERS[1:], 2))
        if old.is_dir() and not new.exists() and new.parent.is_dir() and old not in new.parents:
            old.rename(new)

    def delete_folder(self, rng):
        shutil.rmtree(self.path(rng.choice(FOLDERS[1:])), ignore_errors=True)

    def delete_output(self, rng):
        """While nothing runs: what goes under a job's hands may look like its own failure."""
        outputs = sorted(self.path("gen").rglob("*.up"))
        if outputs:
            rng.choice(outputs).unlink(missing_ok=True)

    def run_seed(self, seed, *args):
        rng = random.Random(seed)
        self.config(UPPER_ALL)
        self.edit(rng)
        self.write("src/a.txt", "first\n")
        watch = self.watch("-j2", *args)
        actions = [self.edit] * 6 + [self.replace] * 3 + [self.touch_one, self.delete, self.move] * 2
        actions += [self.move_folder, self.delete_folder]
        for step in range(STEPS):
            with self.subTest(seed=seed, step=step):
                for _ in range(rng.choice([1, 1, 1, 2, 5])):
                    rng.choice(actions)(rng)
                if not any(self.path("src").rglob("*.txt")):
                    self.write("src/a.txt", "again\n")
                if rng.random() < 0.3:
                    continue  # on to the next one while this is being built
                try:
                    wait_until(lambda: self.made() == self.expected(), "that all is built")
                except AssertionError:
                    self.assertEqual(self.made(), self.expected(), watch.rest() + watch.err.decode())
                if rng.random() < 0.1:
                    watch.quiet()
                    self.delete_output(rng)
        wait_until(lambda: self.made() == self.expected(), "that all is built")
        watch.quiet()
        self.assertEqual(self.made(), self.expected())
        self.assertEqual(watch.interrupt().code, 130)

    def tearDown(self):
        for name in ("src", "gen", ".jig"):
            shutil.rmtree(self.path(name), ignore_errors=True)

    def test_random_edits(self):
        for seed in SEEDS:
            self.run_seed(seed)
            self.tearDown()

    def test_random_edits_that_restart(self):
        for seed in SEEDS:
            self.run_seed(seed, "--on-change=restart", "--debounce", "1")
            self.tearDown()

    def test_random_edits_by_polling(self):
        self.run_seed(SEEDS[0], "--poll=10")


class Overflow(WatchCase):
    def test_events_that_are_thrown_away(self):
        limit = int(pathlib.Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        if limit > 100000:
            self.skipTest("this system's queue is too long to fill")
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        watch = self.watch("--explain")
        watch.clear_errors()
        watch.signal(signal.SIGSTOP)
        wait_until(watch.is_stopped, "that it stops")
        paths = [self.path("src/a.txt"), self.path("src/b.txt")]
        for number in range(limit + 1000):
            os.utime(paths[number % 2])
        self.write("src/b.txt", "changed\n")
        watch.signal(signal.SIGCONT)
        self.assertEqual(watch.block().jobs, ["upper src/b.txt", "all"])
        # On a slow machine a set with the first events has been taken before the last are read.
        watch.wait_for("jig: anything may have changed: ")
        watch.wait_for("jig explain: everything was looked at: ")
        self.assertRegex(watch.err.decode(), "jig explain: everything was looked at: .*queue")
        self.assertEqual(self.read("gen/src/b.up"), "CHANGED\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
