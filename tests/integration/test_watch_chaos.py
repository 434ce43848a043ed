"""Watching when everything happens at once: checkouts between branches of thousands of files, one on
the heels of the other, and in the end the bytes of a clean build."""

import unittest

from harness import SLOW, main, wait_until
from watch_harness import WatchCase

COPY = """\
version: 1
pipelines:
  - name: copies
    sources: ["src/**/*.txt"]
    generate: { builtin: copy }
    outputs: ["gen/{dir}/{stem}.out"]
"""

FILES = 5000
FOLDERS = 250


class Storm(WatchCase):
    limit = 300 * SLOW

    def lay(self, branch):
        """5,000 files: most differ from those of the other branch, some are of one branch only."""
        for number in range(FILES):
            folder = self.path(f"src/{number % FOLDERS}")
            if number % 10 == 0:
                folder = self.path(f"src/only-{branch}-{number % FOLDERS}")
            folder.mkdir(parents=True, exist_ok=True)
            text = f"{number}\n" if number % 3 == 0 else f"{number} of {branch}\n"
            (folder / f"{number}.txt").write_text(text)

    def outputs(self):
        """What has been generated. None while folders and files vanish under the eyes."""
        try:
            return {
                str(path.relative_to(self.path("gen"))): path.read_bytes()
                for path in self.path("gen").rglob("*.out")
            }
        except FileNotFoundError:
            return None

    def expected(self):
        return {
            f"src/{path.relative_to(self.path('src')).with_suffix('.out')}": path.read_bytes()
            for path in self.path("src").rglob("*.txt")
        }

    @unittest.skipIf(SLOW > 1, "thousands of files, once, are enough")
    def test_checkouts_between_branches_of_thousands_of_files(self):
        self.write("jig.yaml", COPY)
        self.write(".gitignore", "gen/\n.jig/\n")
        self.lay("one")
        self.commit_all()
        self.git("checkout", "-q", "-b", "other")
        self.git("rm", "-q", "-r", "src")
        self.lay("two")
        self.commit_all()
        watch = self.watch("--quiet", "-j2", ready="")
        wait_until(lambda: self.outputs() == self.expected(), "the outputs of other")
        for branch in ("main", "other", "main", "other", "main"):
            self.git("checkout", "-q", branch)
        wait_until(lambda: self.outputs() == self.expected(), "the outputs of main")
        self.assertGreaterEqual(len(self.outputs()), FILES)
        self.assertIsNone(watch.process.poll())


if __name__ == "__main__":
    main()
