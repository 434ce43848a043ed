"""jig-perf's gate against a commit, which it builds: with minutes of compiling in it."""

import json
import pathlib
import shutil
import subprocess
import unittest

from harness import LIMIT, SLOW, jig_only, main
from test_perf import ROOT, SETTINGS, PerfCase


@jig_only
@unittest.skipIf(SLOW > 1, "compiling jig once, without sanitizers, is enough")
class Commits(PerfCase):
    """A gate against a commit of a clone of jig."""

    limit = 20 * LIMIT

    def clone(self):
        """A repository with one commit, of the sources as they are."""
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            check=False,
        )
        if listed.returncode != 0:
            self.skipTest("the sources are not in a git repository")
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                self.path("jig" / pathlib.Path(name)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.path("jig") / name)
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "All")
        return self.git("rev-parse", "HEAD").text.strip()

    def git(self, *args):
        run = self.run_tool(["git", *args], cwd=self.path("jig"), env=SETTINGS)
        self.assertEqual(run.code, 0, run)
        return run

    def gate(self, baseline):
        return self.perf(
            *("gate", "--fixture", "small-app", "--scenario", "noop", "--iterations", 4),
            *("--baseline", baseline),
            cwd=self.path("jig"),
        )

    def test_a_commit_is_built_once_and_also_found_through_a_file_that_names_it(self):
        commit = self.clone()
        self.assertIn("building jig of", self.gate("HEAD").errors)
        (baseline,) = self.path("jig/.cache/perf").glob("2*/small-app/baseline.json")
        self.assertEqual(json.loads(baseline.read_text())["jig"]["commit"], commit)
        again = self.gate(baseline)
        self.assertNotIn("building jig of", again.errors)
        self.assertNotIn("not paired", again.errors)
        self.assert_nothing_left()
        self.assertEqual(self.git("status", "--porcelain").text, "")
        self.assertEqual(len(self.git("worktree", "list").text.splitlines()), 1)


if __name__ == "__main__":
    main()
