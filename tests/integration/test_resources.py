"""When the machine has no more to give: disk, permission, descriptors, processes."""

import os
import re
import resource
import shutil
import subprocess
import unittest

from harness import JIG, NINJA, PEER, Case, jig_only, main, tool_environment

NOBODY = 65534
# No other process runs as this user, so a limit on its processes counts only what a test starts.
STRANGER = 54321


def can_mount():
    """Whether a mount namespace of one's own is allowed here, and with which options."""
    for options in (["-m"], ["-r", "-m"]):
        probe = ["unshare", *options, "mount", "-t", "tmpfs", "none", "/mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return options
    return None


MOUNT = can_mount()
IS_ROOT = os.geteuid() == 0


class Limited(Case):
    def script(self, text, **options):
        """Runs a shell script with $ninja set, in the tree. Its output is what it is about."""
        return self.run_tool(["/bin/sh", "-ec", text], env={"ninja": NINJA, "jig": JIG}, **options)

    def copy_of_tool(self):
        """The tool where any user can execute it."""
        os.chmod(self.dir, 0o777)
        copy = self.path("ninja")
        shutil.copy(NINJA, copy, follow_symlinks=True)
        copy.chmod(0o755)
        return str(copy)


@unittest.skipUnless(MOUNT, "no mount namespace allowed here")
class FullDisk(Limited):
    def in_small_disk(self, size, script):
        """Runs `script` in a directory `disk` of so many bytes that holds the sources."""
        self.path("disk").mkdir()
        run = self.run_tool(
            [
                "unshare",
                *MOUNT,
                "/bin/sh",
                "-ec",
                f"mount -t tmpfs -o size={size} none disk\n"
                f"cp -a sources/. disk/\ncd disk\n{script}",
            ],
            env={"ninja": NINJA},
        )
        return run

    def fill(self, leave):
        """Shell text that fills the disk but for so many bytes, in a file `filler`."""
        return (
            f"dd if=/dev/zero of=filler bs=4096 2>/dev/null || :\n" f"truncate -s -{leave} filler\n"
        )

    def test_job_that_fills_the_disk_fails_and_the_rest_is_kept(self):
        self.manifest(
            """
            build small: sh
              sh = echo > small
            build big: sh || small
              sh = head -c 4000000 /dev/zero > big
            """,
            name="sources/build.ninja",
        )
        run = self.in_small_disk(
            "1m",
            """
            "$ninja" small
            code=0; "$ninja" || code=$?
            echo "code $code"
            rm -f big
            sed -i s/4000000/4000/ build.ninja
            "$ninja"
            "$ninja"
            """,
        )
        self.assertEqual(run.code, 0, run)
        self.assertIn("FAILED: ", run.text)
        self.assertIn("No space left on device", run.text)
        self.assertNotIn("code 0", run.text)
        self.assertEqual(run.ran.count("small"), 1, run)
        self.assertTrue(run.text.endswith("ninja: no work to do.\n"), run)

    @jig_only
    def test_state_that_cannot_be_written(self):
        """The disk has no room for what jig wants to remember. It says so; with room again the
        build comes right, and the old state was not spoilt."""
        jobs = "".join(f"build out{i}: sh in\n  sh = ln -sf in out{i}\n" for i in range(200))
        self.manifest(jobs, name="sources/build.ninja")
        self.write("sources/in", "x\n")
        run = self.in_small_disk(
            "4m",
            f"""
            "$ninja" --quiet
            echo y > in
            {self.fill(4096)}
            code=0; "$ninja" --quiet >log 2>&1 || code=$?
            rm filler
            echo "code $code"; cat log
            "$ninja" --quiet
            "$ninja"
            """,
        )
        self.assertEqual(run.code, 0, run)
        self.assertTrue(run.text.endswith("ninja: no work to do.\n"), run)
        self.assertEqual(run.errors, "", run)

    @jig_only
    def test_no_room_for_any_state_at_all(self):
        self.manifest("build out: sh\n  sh = :\n", name="sources/build.ninja")
        run = self.in_small_disk(
            "64k",
            f"""
            {self.fill(0)}
            code=0; "$ninja" 2>&1 || code=$?
            echo "code $code"
            """,
        )
        self.assertEqual(run.code, 0, run)
        self.assertIn("No space left on device", run.text)

    def test_response_file_that_cannot_be_written(self):
        self.manifest(
            """
            rule r
              command = cp rsp out
              rspfile = rsp
              rspfile_content = """
            + "x" * 100000
            + """
            build out: r
            """,
            name="sources/build.ninja",
        )
        run = self.in_small_disk(
            "400k",
            f"""
            {self.fill(8192)}
            code=0; "$ninja" 2>&1 || code=$?
            echo "code $code"
            """,
        )
        self.assertEqual(run.code, 0, run)
        self.assertIn("No space left on device", run.text)
        self.assertNotIn("code 0", run.text)

    @jig_only
    def test_read_only_file_system(self):
        self.manifest("build out: sh\n  sh = echo > out\n", name="sources/build.ninja")
        run = self.in_small_disk(
            "1m",
            """
            mount -o remount,bind,ro "$PWD"
            code=0; "$ninja" || code=$?
            echo "code $code"
            """,
        )
        self.assertEqual(run.code, 0, run)
        self.assertIn("code 1", run.text)
        self.assertIn("Read-only file system", run.errors)


class Permission(Limited):
    def as_nobody(self, *args):
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if IS_ROOT else {}
        return self.run_tool([self.copy_of_tool(), *args], **options)

    def setUp(self):
        super().setUp()
        self.write("in", "x\n")
        self.manifest("build out: cat in\nbuild locked/out: cat in\n")

    @jig_only
    def test_build_directory_that_cannot_be_written(self):
        tool = self.copy_of_tool()
        self.dir.chmod(0o555)
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if IS_ROOT else {}
        run = self.run_tool([tool], **options)
        self.assertEqual(run.code, 1, run)
        self.assertRegex(run.errors, r"^ninja: error: .*\.jig.*: Permission denied\n$")
        self.assertEqual(run.ran, [])

    def test_output_directory_that_cannot_be_written(self):
        self.path("locked").mkdir()
        self.path("locked").chmod(0o555)
        run = self.as_nobody("-k0")
        self.assertNotEqual(run.code, 0)
        self.assertIn("Permission denied", run.text + run.errors)
        self.assertEqual(self.read("out"), "x\n")

    def test_output_directory_that_cannot_be_made(self):
        self.manifest("build locked/new/out: cat in\nbuild out: cat in\n")
        self.path("locked").mkdir()
        self.path("locked").chmod(0o555)
        run = self.as_nobody()
        self.assertEqual(run.code, 1)
        self.assertIn("locked/new", run.errors)
        self.assertIn("Permission denied", run.errors)

    @jig_only
    def test_input_that_cannot_be_read(self):
        """Its job may still be able to do without reading it; the stat is what is left to go by."""
        self.manifest("build out: sh in\n  sh = echo made > out\n")
        self.path("in").chmod(0)
        run = self.as_nobody()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.as_nobody().text, "ninja: no work to do.\n")

    def test_manifest_that_cannot_be_read(self):
        self.path("build.ninja").chmod(0)
        run = self.as_nobody()
        self.assertEqual(run.code, 1)
        self.assertIn("loading 'build.ninja': Permission denied", run.errors)

    @jig_only
    def test_state_of_another_user(self):
        """Root built here once; now its state can be read but not written."""
        if not IS_ROOT:
            self.skipTest("needs two users")
        self.build("out")
        self.path(".jig").chmod(0o555)
        run = self.as_nobody("out")
        self.assertEqual(run.code, 1, run)
        self.assertIn("Permission denied", run.errors)
        self.assert_nothing_to_do("out")


class Descriptors(Limited):
    def build_with_limit(self, limit, *args):
        def lower():
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        return self.run_tool([NINJA, *args], preexec_fn=lower)

    @jig_only
    def test_64_descriptors_and_200_jobs_at_a_time(self):
        """There are not enough for so many pipes. Jobs wait until others have ended."""
        self.write("in", "x\n")
        self.manifest(
            "".join(
                f"build out{i}: sh in\n  sh = cat in > out{i}; echo done {i}\n" for i in range(300)
            )
        )
        run = self.build_with_limit(64, "-j200")
        self.assertEqual(run.code, 0, run)
        self.assert_ran(run, {f"out{i}" for i in range(300)})
        self.assertEqual(len(re.findall("^done ", run.text, re.MULTILINE)), 300)
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_1000_files_with_64_descriptors(self):
        for i in range(1000):
            self.write(f"in/{i}", f"{i}\n")
        self.manifest("".join(f"build out/{i}: cat in/{i}\n" for i in range(1000)))
        run = self.build_with_limit(64, "-j4", "--quiet") if not PEER else self.build("-j4")
        self.assertEqual(run.code, 0, run)
        self.assert_nothing_to_do()

    @jig_only
    def test_far_too_few_descriptors_is_a_clear_error(self):
        self.manifest("build out: sh\n  sh = echo > out\n")
        for limit in range(5, 16):  # with fewer, the program's own libraries cannot be opened
            with self.subTest(limit):
                run = self.build_with_limit(limit)
                if run.code == 0:
                    self.assertTrue(self.exists("out"))
                    break
                self.assertLess(run.code, 3, run)  # no crash
                self.assertIn("Too many open files", run.errors + run.text)
        else:
            self.fail("no limit up to 15 was enough")
        self.assert_nothing_to_do()


@unittest.skipUnless(IS_ROOT, "a user of its own for the test needs root")
class Processes(Limited):
    def build_with_limit(self, limit, *args):
        tool = self.copy_of_tool()

        def lower():
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
            os.setgroups([])
            os.setgid(STRANGER)
            os.setuid(STRANGER)

        return self.run_tool([tool, *args], preexec_fn=lower)

    def threads_of_tool(self):
        return (os.cpu_count() or 1) + 1

    @jig_only
    def test_few_processes_and_many_jobs(self):
        self.write("in", "x\n")
        self.manifest(
            "".join(f"build out{i}: sh in\n  sh = cat in > out{i}; true\n" for i in range(60))
        )
        # Room for the tool's threads and about three jobs, each with a child.
        run = self.build_with_limit(self.threads_of_tool() + 7, "-j60", "-k0")
        failed = run.text.count("FAILED: ")
        if run.code:
            # A shell that got its process but no child for itself failed as a job.
            self.assertGreater(failed, 0, run)
            self.assertRegex(run.text, "(?i)fork|resource temporarily unavailable")
            run = self.build_with_limit(self.threads_of_tool() + 7, "-j1")
        self.assertEqual(run.code, 0, run)
        for i in range(60):
            self.assertEqual(self.read(f"out{i}"), "x\n")

    @jig_only
    def test_no_process_at_all_is_a_clear_error(self):
        self.manifest("build out: sh\n  sh = echo > out\n")
        for limit in range(1, self.threads_of_tool() + 2):
            with self.subTest(limit):
                run = self.build_with_limit(limit)
                if run.code == 0:
                    self.assertTrue(self.exists("out"))
                    continue
                self.assertLess(run.code, 3, run)
                self.assertIn("Resource temporarily unavailable", run.errors + run.text)
        run = self.build_with_limit(100)
        self.assertEqual(run.code, 0, run)
        self.assertTrue(self.exists("out"))


class Standard(Limited):
    """Descriptors 0, 1 and 2 as odd callers leave them."""

    @jig_only
    def test_closed_descriptors(self):
        self.manifest("build out: sh\n  sh = cat > out; echo text\n")
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            with self.subTest(closed):
                run = self.script(f'"$ninja" {closed} || echo code $?')
                self.assertNotIn("code", run.text)
                self.assertEqual(self.read("out"), "")
                self.remove("out")

    def test_empty_environment(self):
        self.manifest("build out: sh\n  sh = echo > out\n")
        env = {
            name: value
            for name, value in tool_environment().items()
            if name.endswith("SAN_OPTIONS")
        }
        finished = subprocess.run([NINJA], cwd=self.dir, env=env, check=False, capture_output=True)
        self.assertEqual(finished.returncode, 0, finished)


if __name__ == "__main__":
    main()
