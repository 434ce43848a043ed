"""A build directory that ninja made: jig goes on from there, and ninja can go on from jig."""

import pathlib
import unittest

from project import NINJA, PEER_NINJA, Project

HELLO = pathlib.Path(__file__).resolve().parents[2] / "fixtures/hello-c"


class Adopt(Project):
    source = HELLO
    header = "names.h"

    def run_ninja(self, ninja, *args):
        return self.must([str(ninja), "-C", str(self.out), *args])

    def assert_idle(self, ninja):
        self.assertTrue(self.run_ninja(ninja).text.endswith("ninja: no work to do.\n"))

    def setUp(self):
        super().setUp()
        self.configure(PEER_NINJA)
        self.assertEqual(len(self.run_ninja(PEER_NINJA).descriptions), 5)

    def test_nothing_is_built_again(self):
        self.assert_idle(NINJA)

    def test_edit_of_a_header_that_only_ninja_s_log_knows(self):
        self.edit("\n#define EDITED\n")
        ran = {line.split()[-1].split("/")[-1] for line in self.run_ninja(NINJA).descriptions}
        self.assertLessEqual({"greet.c.o", "names.c.o"}, ran)
        self.assertNotIn("main.c.o", ran)
        self.assert_idle(NINJA)

    def test_edit_of_a_source(self):
        (self.src / "main.c").write_text("int main(void) { return 0; }\n", "utf-8")
        self.assertEqual(len(self.run_ninja(NINJA).descriptions), 2)
        self.assert_idle(NINJA)

    def test_ninja_goes_on(self):
        self.run_ninja(NINJA)
        self.assert_idle(PEER_NINJA)
        (self.src / "main.c").write_text("int main(void) { return 0; }\n", "utf-8")
        self.run_ninja(NINJA)
        self.run_ninja(PEER_NINJA)
        self.assertEqual(self.run_tool([str(self.out / "hello")]).text, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
