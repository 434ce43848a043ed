"""GoogleTest and GoogleMock, from Debian's package of their sources, with their samples."""

import unittest

from project import Project


class GoogleTest(Project):
    source = "/usr/src/googletest"
    configure_options = ("-Dgtest_build_samples=ON", "-DINSTALL_GTEST=OFF")
    header = "googletest/samples/sample1.h"
    fewest_objects = 18

    def check_programs(self):
        samples = sorted(self.out.glob("googletest/sample*_unittest"))
        self.assertEqual(len(samples), 10)
        for sample in samples:
            with self.subTest(sample.name):
                run = self.run_tool([str(sample)])
                self.assertEqual(run.code, 0, run)
                self.assertIn("[  PASSED  ]", run.text)

    def test_as_ninja(self):
        self.check_against_peer()

    def test_header_of_half_the_project(self):
        """A header of GoogleMock: what GoogleTest alone needs is left alone."""
        self.configure_options = ("-Dgtest_build_samples=OFF",)
        self.header = "googlemock/include/gmock/gmock-actions.h"
        self.fewest_objects = 4
        self.check_against_peer()


if __name__ == "__main__":
    unittest.main(verbosity=2)
