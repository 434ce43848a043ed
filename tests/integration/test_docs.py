"""What README.md and the guides tell people to type works: every block marked as ```sh is run, in
order, in a copy of the source tree, the same one for all, so that jig is compiled once. A block marked as ```yaml whose first line is a comment with a
path is that file from there on."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import SLOW, Case, jig_only, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"^```(?:sh\n(?P<script>.*?)|yaml\n# (?P<path>\S+\.yaml)\n(?P<text>.*?))^```$",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")

# This is what runs the tests.
NOT_HERE = re.compile(r"^\./tools/test\.sh.*\n", re.MULTILINE)


def documents():
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@jig_only
class Documents(Case):
    limit = 600 * SLOW
    copy = None  # of the tree; made when first needed

    @classmethod
    def tearDownClass(cls):
        if cls.copy:
            shutil.rmtree(cls.copy.parent)
        super().tearDownClass()

    def copy_of_tree(self):
        """The files that a clone would have, by git where there is one."""
        if Documents.copy:
            return Documents.copy
        copy = pathlib.Path(tempfile.mkdtemp(prefix="jig-docs-")) / "jig"
        Documents.copy = copy
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            check=False,
        )
        if listed.returncode == 0:
            names = [name for name in listed.stdout.decode().split("\0") if name]
        else:
            names = [
                str(path.relative_to(ROOT))
                for path in ROOT.rglob("*")
                if not path.relative_to(ROOT).parts[0].startswith((".git", "build"))
            ]
        for name in names:
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        return copy

    def check(self, document):
        script = ""
        for block in BLOCK.finditer(document.read_text("utf-8")):
            if block["path"]:
                script += f"mkdir -p {os.path.dirname(block['path'])}\n"
                script += f"cat >{block['path']} <<'END'\n{block['text']}END\n"
            else:
                script += NOT_HERE.sub("", block["script"])
        run = self.run_tool(
            ["/bin/sh", "-exc", script],
            cwd=self.copy_of_tree(),
            env={"HOME": str(self.dir)},
            stderr=subprocess.STDOUT,
        )
        self.assertEqual(run.code, 0, run)
        return run

    @unittest.skipIf(SLOW > 1, "once, without sanitizers, is enough")
    def test_readme(self):
        text = self.check(ROOT / "README.md").text
        self.assertIn("input changed: src/id.ts\n", text)
        self.assertIn("jig: 2 jobs run, 1 spared; outputs: 0 added, 0 updated, 0 removed\n", text)
        self.assertIn("removed gen/src/id.types (its source is gone)\n", text)
        self.assertIn("hello, world\n", text)
        self.assertIn("jig: no work to do.\n", text)
        self.assertRegex(text, "input changed: .*greet.h")

    @unittest.skipIf(SLOW > 1, "once, without sanitizers, is enough")
    def test_guides(self):
        for guide in sorted((ROOT / "docs/guides").glob("*.md")):
            with self.subTest(guide.name):
                text = self.check(guide).text
                if guide.name == "builder-incremental.md":
                    self.assertIn("\nincremental: 2 jobs run, ", text)
                    self.assertIn("\nnone: 0 jobs run, 0 files looked at\n", text)
                    self.assertIn("input changed: src/id.ts\n", text)
                    self.assertIn("jig: a daemon is running: process ", text)
                if guide.name == "performance-profiling.md":
                    self.assertRegex(text, r"tokens\.h takes \d+ % of the critical path")
                    self.assertRegex(text, r"\nR14  noop: time of cold")
                    self.assertIn("\n2\n", text)  # events of jobs that finished

    def test_links_lead_somewhere(self):
        for document in documents():
            for target in LINK.findall(document.read_text("utf-8")):
                with self.subTest(document=document.name, target=target):
                    self.assertTrue(os.path.exists(document.parent / target))


if __name__ == "__main__":
    main()
