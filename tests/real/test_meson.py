"""A Meson project: setup, build, its tests, an edit of meson.build, all through our ninja."""

import pathlib
import shutil
import unittest

from project import NINJA, PEER_NINJA, Project, fingerprint


class Meson(Project):
    source = pathlib.Path(__file__).with_name("meson-project")

    def meson(self, ninja, *args):
        return self.must(["meson", *args], cwd=self.src, env={"NINJA": str(ninja)})

    def setup_and_build(self, ninja):
        self.meson(ninja, "setup", str(self.out))
        self.must([str(ninja), "-C", str(self.out)])

    def own_outputs(self):
        """What the jobs made. Meson's own files hold times and the tool's name, and what
        `-t compdb` lists for a job with several inputs differs between versions of ninja."""
        own = ("build.ninja", "compile_commands.json")
        return {
            name: value
            for name, value in fingerprint(self.out).items()
            if not name.startswith("meson-") and name not in own
        }

    def test_as_ninja(self):
        self.setup_and_build(PEER_NINJA)
        expected = self.own_outputs()
        shutil.rmtree(self.out)
        self.setup_and_build(NINJA)
        self.assertEqual(self.own_outputs(), expected)
        self.assert_idle()
        self.meson(NINJA, "test", "-C", str(self.out))
        self.assert_idle()

    def assert_idle(self):
        run = self.must([NINJA, "-C", str(self.out)])
        self.assertEqual(run.text.splitlines()[-1], "ninja: no work to do.")

    def test_edits(self):
        self.setup_and_build(NINJA)
        (self.src / "version.txt").write_text("1.3\n", "utf-8")
        run = self.must([NINJA, "-C", str(self.out)])
        self.assertIn("greeting.c.o", run.text)
        self.assertNotIn("main.c.o", run.text)
        self.assertEqual(self.must([str(self.out / "program")]).text, "hello, version 1.3\n")
        self.assert_idle()

    def test_edit_of_the_project_regenerates(self):
        self.setup_and_build(NINJA)
        with open(self.src / "meson.build", "a", encoding="utf-8") as project:
            project.write("executable('second', 'main.c', link_with: greeting)\n")
        run = self.must([NINJA, "-C", str(self.out)])
        self.assertIn("Regenerating build files", run.text)
        self.must([str(self.out / "second")])
        self.assert_idle()

    def test_clean(self):
        self.setup_and_build(NINJA)
        self.must([NINJA, "-C", str(self.out), "-t", "clean"])
        self.assertFalse((self.out / "program").exists())
        self.must([NINJA, "-C", str(self.out)])
        self.must([str(self.out / "program")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
