"""What the tests of pipelines stand on: a tree with a jig.yaml, `jig build` run in it, and the exact
set of jobs that ran.

    class Notes(PipelineCase):
        def test_an_edit_runs_one_job(self):
            self.config(UPPER)
            self.write("src/a.txt", "a\\n")
            self.write("src/b.txt", "b\\n")
            self.assert_builds({"gen/src/a.up", "gen/src/b.up"})
            self.write("src/a.txt", "A\\n")
            self.assert_builds({"gen/src/a.up"})
            self.assert_clean_build_equal()

A job goes by its first output. That it ran, and why, is told by `--explain`, so that no test depends
on how descriptions look; what it cost by `--stats=json`.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import textwrap

from harness import Case, Run, tool_environment

EXPLAIN = re.compile(r"^jig explain: (?P<output>.+?): (?P<reason>.*)\n", re.MULTILINE)
REMOVED = re.compile(r"^removed (?P<path>.*) \(its source is gone\)$", re.MULTILINE)

# One job for each text below src: the text in capitals. In `gen` beside it, `sh` and `tr` only.
UPPER = """\
pipelines:
  - name: upper
    sources: ["src/**/*.txt"]
    generate: { shell: "tr a-z A-Z < {source} > {out}" }
    outputs: ["gen/{dir}/{stem}.up"]
"""

# Adds one job over all that UPPER makes.
UPPER_ALL = (
    UPPER
    + """\
  - name: all
    collect: upper
    generate: { shell: "cat {sources} > {out}" }
    outputs: ["gen/all.up"]
"""
)


class PipelineRun(Run):
    """A finished `jig build`, taken apart."""

    def __init__(self, run):
        super().__init__(run.args, run.code, run.out, run.err)
        # What --stats=json printed: always the last line. Empty when jig did not come that far.
        self.stats = {}
        *lines, last = self.text.splitlines() or [""]
        if last.startswith("{"):
            with contextlib.suppress(ValueError):
                self.stats = json.loads(last)
        # Standard output and standard error without what the harness asked for.
        self.lines = lines if self.stats else self.text.splitlines()
        self.messages = EXPLAIN.sub("", self.errors)

    @property
    def reasons(self):
        """Why each job ran that did, by its first output."""
        return {match["output"]: match["reason"] for match in EXPLAIN.finditer(self.errors)}

    @property
    def ran(self):
        """The first outputs of all jobs that ran, in order; one that ran twice is there twice."""
        return [match["output"] for match in EXPLAIN.finditer(self.errors)]

    @property
    def removed(self):
        """Outputs that were deleted because their source is gone."""
        return REMOVED.findall(self.text)


class PipelineCase(Case):
    """A test with a tree of its own, whose root is `self.dir`."""

    # ---- the tree -----------------------------------------------------------------------------

    def config(self, text, package="."):
        """Writes the jig.yaml of a package; `version: 1` comes first unless the text has it."""
        text = textwrap.dedent(text)
        if not re.search(r"^version:", text, re.MULTILINE):
            text = "version: 1\n" + text
        self.write(os.path.normpath(os.path.join(package, "jig.yaml")), text)

    def git(self, *args, cwd=None):
        """Runs git in the tree, with no settings but its own. Returns what it printed."""
        done = subprocess.run(
            ["git", *args],
            cwd=cwd or self.dir,
            env=tool_environment(
                {
                    "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "a",
                    "GIT_AUTHOR_EMAIL": "a@example.org",
                    "GIT_COMMITTER_NAME": "a",
                    "GIT_COMMITTER_EMAIL": "a@example.org",
                }
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()

    def commit_all(self, message="a commit"):
        """Puts everything into git, in a repository made when there is none."""
        if not self.exists(".git"):
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A", "--", ":/", ":(exclude).jig", ":(exclude)gen")
        self.git("commit", "-q", "-m", message)

    # ---- building -----------------------------------------------------------------------------

    def build(self, *args, code=0, **options):
        """Runs `jig build`, demands the exit code, and, when that is 0, that nothing was odd."""
        run = PipelineRun(self.jig("build", "--explain", "--stats=json", *args, **options))
        self.assertEqual(run.code, code, run)
        if code == 0:
            self.assertEqual(run.messages, "", run)
        return run

    def settle(self, *args):
        """Builds until all is old enough for stat alone to answer. Returns the last build."""
        for _ in range(100):
            run = self.build(*args)
            looked = ("files_hashed", "files_opened", "folders_read")
            if not any(run.stats[what] for what in looked):
                return run
        raise AssertionError(f"files or folders are read again and again\n{run}")

    # ---- claims -------------------------------------------------------------------------------

    def assert_nothing_to_do(self, *args, **options):
        run = self.build(*args, **options)
        self.assertEqual(run.ran, [], run)
        self.assertEqual(run.lines, ["jig: no work to do."], run)

    def assert_removes(self, expected, *args, **options):
        """A build deletes exactly these outputs, and says so."""
        run = self.build(*args, **options)
        self.assertEqual(sorted(run.removed), sorted(expected), run)
        for path in expected:
            self.assertFalse(self.exists(path), path)
        return run

    def assert_clean_build_equal(self, *args, ignore=()):
        """What lies here equals, byte for byte and name for name, what a first build of the same
        sources makes in a copy: nothing is stale, missing or left over. `ignore` is not compared.
        """
        with tempfile.TemporaryDirectory(prefix="jig-clean-") as other:
            self.copy_sources(other)
            run = PipelineRun(self.jig("build", *args, cwd=other))
            self.assertEqual(run.code, 0, run)
            clean = self.tree(other)
        here = self.tree(self.dir)
        for files in (clean, here):
            for name in ignore:
                files.pop(name, None)
        self.assertEqual(sorted(here), sorted(clean), "not the files that a clean build leaves")
        for name, content in clean.items():
            self.assertEqual(here[name], content, f"{name} is not what a clean build makes")

    def tree(self, root):
        """Every file below `root` with its content; neither jig's state nor git's repository."""
        files = super().tree(root)
        return {
            name: text for name, text in files.items() if ".git" not in pathlib.Path(name).parts
        }

    def outputs(self):
        """Every file that is no source, with its content."""
        files = self.tree(self.dir)
        return {name: text for name, text in files.items() if name not in self.sources}
