"""jig built by jig, and then a project built by that jig."""

import pathlib
import shutil
import unittest

from project import Project

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = [
    "CMakeLists.txt",
    "engine",
    "include",
    "scheduler",
    "tools",
    "bench",
    "docs",
    "LICENSE",
    "README.md",
    "fixtures",
]


class Self(Project):
    configure_options = ("-DJIG_TESTS=OFF", "-DJIG_BENCH=OFF")
    header = "engine/plan/plan.h"
    fewest_objects = 50

    def setUp(self):
        super().setUp()
        self.src.mkdir()
        for part in PARTS:
            path = ROOT / part
            if path.is_dir():
                shutil.copytree(path, self.src / part, symlinks=True)
            elif path.exists():
                shutil.copy2(path, self.src / part)

    def check_programs(self):
        """The new jig builds the C fixture, which then runs."""
        ninja = self.out / "bin/ninja"
        self.assertTrue(ninja.is_symlink())
        hello = self.path("hello")
        shutil.rmtree(hello, ignore_errors=True)
        self.must(
            [
                "cmake",
                "-G",
                "Ninja",
                f"-DCMAKE_MAKE_PROGRAM={ninja}",
                "-S",
                str(self.src / "fixtures/hello-c"),
                "-B",
                str(hello),
            ]
        )
        self.must([str(self.out / "bin/jig"), "build", "-C", str(hello)])
        self.assertIn("hello", self.must([str(hello / "hello")]).text)
        run = self.must([str(self.out / "bin/jig"), "build", "-C", str(hello)])
        self.assertTrue(run.text.endswith("jig: no work to do.\n"), run)

    def test_as_ninja(self):
        self.check_against_peer()


if __name__ == "__main__":
    unittest.main(verbosity=2)
