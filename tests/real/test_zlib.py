"""zlib, with its own tests."""

import unittest

from project import SOURCES, Project


class Zlib(Project):
    source = SOURCES / "zlib"
    header = "gzguts.h"
    fewest_objects = 30

    def prepare(self):
        # Debian leaves this out of its source package; CMakeLists.txt names it on every system.
        (self.src / "win32").mkdir(exist_ok=True)
        (self.src / "win32/zlib1.rc").touch()

    def check_programs(self):
        run = self.must(["ctest", "--test-dir", str(self.out)])
        self.assertIn("100% tests passed, 0 tests failed out of 2", run.text)

    def test_as_ninja(self):
        self.check_against_peer()

    def test_header_of_everything(self):
        self.header = "zutil.h"
        self.check_against_peer()


if __name__ == "__main__":
    unittest.main(verbosity=2)
