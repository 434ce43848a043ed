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


class GoogleMock(Project):
    """Without the samples, and with an edit of a header that GoogleTest alone does not need."""

    source = "/usr/src/googletest"
    configure_options = ("-DINSTALL_GTEST=OFF",)
    header = "googlemock/include/gmock/gmock-actions.h"
    fewest_objects = 4

    def test_as_ninja(self):
        self.check_against_peer()


if __name__ == "__main__":
    unittest.main(verbosity=2)
