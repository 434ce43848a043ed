"""Sources and folders that may not be read, as an ordinary user sees them: nothing is made of what
cannot be seen, and nothing is deleted because of it.
"""

import os
import pwd
import shutil
import tempfile
import unittest

from harness import JIG
from pipeline_harness import UPPER, PipelineCase


@unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "root may read everything")
class Forbidden(PipelineCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/deep/b.txt", "b\n")
        self.give_away()
        self.assertEqual(self.as_user().code, 0)

    def give_away(self):
        """What root made belongs to the user that jig runs as."""
        if os.geteuid() != 0:
            return
        nobody = pwd.getpwnam("nobody")
        os.chmod(self.dir, 0o755)
        for folder, _, names in os.walk(self.dir):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)

    def as_user(self):
        """Runs `jig build`, never as root."""
        if os.geteuid() != 0:
            return self.jig("build")
        with tempfile.TemporaryDirectory(prefix="jig-user-") as place:
            os.chmod(place, 0o755)
            program = shutil.copy(JIG, place)
            nobody = pwd.getpwnam("nobody")
            user = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
            return self.run_tool(["setpriv", *user, program, "build"])

    def test_a_source_that_cannot_be_read_fails_its_job_alone(self):
        self.write("src/c.txt", "c\n")
        self.give_away()
        os.chmod(self.dir / "src/c.txt", 0)
        run = self.as_user()
        self.assertEqual(run.code, 1, run)
        self.assertIn("cannot read 'src/c.txt'", run.text)
        os.chmod(self.dir / "src/c.txt", 0o644)
        self.assertEqual(self.as_user().code, 0)
        self.assert_clean_build_equal()

    def test_a_folder_that_cannot_be_read_loses_no_outputs(self):
        os.chmod(self.dir / "src/deep", 0)
        self.addCleanup(os.chmod, self.dir / "src/deep", 0o755)
        for _ in range(2):
            run = self.as_user()
            self.assertEqual(run.code, 0, run)
            self.assertIn("src/deep is left out: it cannot be read", run.errors)
            self.assertTrue(self.exists("gen/src/deep/b.up"))
        os.chmod(self.dir / "src/deep", 0o755)
        self.assertEqual(self.as_user().text, "jig: no work to do.\n")
        self.remove("src/deep/b.txt")
        self.assertIn("removed gen/src/deep/b.up", self.as_user().text)

    def test_a_stale_output_that_cannot_be_removed_stays_known(self):
        os.chmod(self.dir / "gen/src/deep", 0o555)
        self.addCleanup(lambda: os.path.exists(self.dir / "gen/src/deep"))
        self.remove("src/deep/b.txt")
        for _ in range(2):
            self.assertIn("cannot be removed", self.as_user().errors)
        os.chmod(self.dir / "gen/src/deep", 0o755)
        self.assertIn("removed gen/src/deep/b.up", self.as_user().text)
        self.assert_clean_build_equal()


if __name__ == "__main__":
    unittest.main()
