"""Builds that share their jobs with others, through GNU make's jobserver."""

import array
import fcntl
import os
import shutil
import signal
import tempfile
import termios
import unittest

from daemon_harness import DaemonCase
from harness import NINJA, Case, jig_only, main, wait_until
from watch_harness import WatchCase

MAKE = shutil.which("make")
DETECTED = "ninja: Jobserver mode detected: "

# Notes when it begins and when it ends. Lasts long enough for another to begin meanwhile.
NOTED = "echo + >> {log} && sleep 0.02 && echo - >> {log} && touch $out"


def most_at_once(lines):
    """Of a log in which each job wrote + when it began and - when it ended."""
    most = running = 0
    for line in lines:
        running += 1 if line == "+" else -1
        most = max(most, running)
    assert running == 0, "a job has not ended"
    return most


def how_busy(pid):
    """Something that grows while a process does anything: its time, and how often it slept."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        times = file.read().rsplit(")", 1)[1].split()[11:13]
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return times, [line for line in file if "ctxt_switches" in line]


class Pool:
    """A jobserver. Each of its tokens is another byte."""

    def __init__(self, case, tokens, pipe=False):
        self.case = case
        self.tokens = bytes(tokens, "ascii")
        if pipe:
            self.read, self.write = os.pipe()
            self.options = {"pass_fds": (self.read, self.write)}
            self.auth = f"--jobserver-auth={self.read},{self.write}"
        else:
            # Not in the tree: a watch would be told of each token.
            folder = tempfile.TemporaryDirectory(prefix="jig-pool-", ignore_cleanup_errors=True)
            case.addCleanup(folder.cleanup)
            path = os.path.join(folder.name, "pool")
            os.mkfifo(path)
            # Opened for both directions, it keeps what is written.
            self.read = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            self.write = os.dup(self.read)
            self.options = {}
            self.auth = f"--jobserver-auth=fifo:{path}"
        case.addCleanup(os.close, self.read)
        case.addCleanup(os.close, self.write)
        self.env = {"MAKEFLAGS": f" -j{len(tokens) + 1} {self.auth}"}
        os.write(self.write, self.tokens)

    def left(self):
        """How many tokens nobody has."""
        count = array.array("i", [0])
        fcntl.ioctl(self.read, termios.FIONREAD, count)
        return count[0]

    def wait_for_left(self, count):
        wait_until(lambda: self.left() == count, f"{count} tokens in the pool")

    def assert_whole(self):
        """The very tokens that were put into it are there, and no others."""
        found = os.read(self.read, 100) if self.left() else b""
        self.case.assertEqual(sorted(found), sorted(self.tokens))
        os.write(self.write, found)


class JobserverCase(Case):
    def pool(self, tokens, pipe=False):
        return Pool(self, tokens, pipe)

    def gated(self, jobs, after=""):
        """`jobs` jobs that stop at a gate, and then do what `after` says."""
        gate = self.gate()
        builds = [f"build out{i}: sh\n  sh = {gate.hold()}{after}\n" for i in range(jobs)]
        self.manifest("".join(builds))
        return gate

    def noted(self, jobs, log="log"):
        rule = f"rule noted\n  command = {NOTED.format(log=log)}\n"
        self.manifest(rule + "".join(f"build out{i}: noted\n" for i in range(jobs)))

    def start_in(self, pool, *args, **options):
        return self.start(*args, env=pool.env, **pool.options, **options)


class Tokens(JobserverCase):
    """How many jobs run, and which tokens are held meanwhile."""

    def check_one_more_than_tokens(self, pool):
        gate = self.gated(6)
        build = self.start_in(pool)
        for _ in range(3):
            gate.arrived()
        self.assertEqual(pool.left(), 0)
        gate.release()
        gate.arrived()  # a fourth has taken its place
        self.assertTrue(gate.nobody())
        gate.release(5)
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(run.errors, "", run)
        self.assertEqual(len(run.ran), 6)
        pool.assert_whole()

    def test_fifo(self):
        self.check_one_more_than_tokens(self.pool("ab"))

    @jig_only
    def test_pipe(self):
        self.check_one_more_than_tokens(self.pool("ab", pipe=True))

    @jig_only
    def test_pipe_stays_one_that_others_wait_for(self):
        """What make shares with its children is not made non-blocking, not even for a while."""
        pool = self.pool("a", pipe=True)
        gate = self.gated(3)
        build = self.start_in(pool)
        gate.arrived()
        gate.arrived()
        for fd in (pool.read, pool.write):
            self.assertFalse(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)
        gate.release(3)
        self.assertEqual(build.finish().code, 0)

    def check_never_more_at_once(self, pool, most):
        self.noted(12)
        run = self.ninja(env=pool.env, **pool.options)
        self.assertEqual(run.code, 0, run)
        self.assertEqual(most_at_once(self.lines("log")), most)
        pool.assert_whole()

    def test_no_tokens_leave_one_job_at_a_time(self):
        self.check_never_more_at_once(self.pool(""), 1)

    @jig_only
    def test_no_tokens_in_a_pipe(self):
        self.check_never_more_at_once(self.pool("", pipe=True), 1)

    def test_more_tokens_than_processors(self):
        pool = self.pool("abcdefgh")
        gate = self.gated(9)
        build = self.start_in(pool)
        for _ in range(9):
            gate.arrived()
        gate.release(9)
        self.assertEqual(build.finish().code, 0)
        pool.assert_whole()

    def test_token_that_becomes_free_is_taken_at_once(self):
        pool = self.pool("")
        gate = self.gated(2)
        build = self.start_in(pool)
        gate.arrived()
        pool.tokens = b"x"
        os.write(pool.write, b"x")
        gate.arrived()  # and the first has not ended
        self.assertEqual(pool.left(), 0)
        gate.release(2)
        self.assertEqual(build.finish().code, 0)
        pool.assert_whole()

    @jig_only
    def test_token_goes_back_as_soon_as_one_job_less_runs(self):
        pool = self.pool("ab")
        gate = self.gated(3)
        build = self.start_in(pool)
        for _ in range(3):
            gate.arrived()
        for left in (1, 2):
            gate.release()
            pool.wait_for_left(left)
        gate.release()
        self.assertEqual(build.finish().code, 0)
        pool.assert_whole()

    def test_no_token_is_taken_without_a_job_for_it(self):
        pool = self.pool("ab")
        gate = self.gate()
        self.manifest(f"""
            build first: sh
              sh = {gate.hold()} && touch first
            build second: cat first
            """)
        build = self.start_in(pool)
        gate.arrived()
        self.assertEqual(pool.left(), 2)
        gate.release()
        self.assertEqual(build.finish().code, 0)
        pool.assert_whole()

    def test_no_token_is_taken_for_a_job_that_its_pool_keeps_waiting(self):
        pool = self.pool("ab")
        gate = self.gate()
        self.manifest(f"""
            pool narrow
              depth = 1
            build a: sh
              sh = {gate.hold()}
              pool = narrow
            build b: sh
              sh = {gate.hold()}
              pool = narrow
            """)
        build = self.start_in(pool)
        for _ in range(2):
            gate.arrived()
            self.assertEqual(pool.left(), 2)
            gate.release()
        self.assertEqual(build.finish().code, 0)
        pool.assert_whole()

    @jig_only
    def test_a_build_that_waits_does_not_spin(self):
        pool = self.pool("")
        gate = self.gated(2)
        build = self.start_in(pool)
        gate.arrived()
        wait_until(lambda: self.does_nothing(build.pid), "a build that sleeps")
        gate.release(2)
        self.assertEqual(build.finish().code, 0)

    def does_nothing(self, pid):
        """For as long as some other processes take."""
        before = how_busy(pid)
        for _ in range(20):
            self.run_tool(["/bin/true"])
        return how_busy(pid) == before

    def test_two_builds_share_a_pool(self):
        """Each has one job for nothing, and two tokens are there for both."""
        pool = self.pool("ab")
        for name in ("one", "two"):
            self.noted(15, log="../log")
            self.path(name).mkdir()
            self.rename("build.ninja", f"{name}/build.ninja")
        builds = [self.start_in(pool, "-C", name) for name in ("one", "two")]
        for build in builds:
            run = build.finish()
            self.assertEqual(run.code, 0, run)
        self.assertEqual(len(self.lines("log")), 60)
        self.assertLessEqual(most_at_once(self.lines("log")), 4)
        pool.assert_whole()


class GivenBack(JobserverCase):
    """However jobs end, all tokens are there afterwards."""

    def test_after_failures(self):
        pool = self.pool("abc")
        self.manifest("".join(f"build out{i}: sh\n  sh = exit 3\n" for i in range(8)))
        run = self.ninja("-k0", env=pool.env)
        self.assertEqual(run.code, 3, run)
        pool.assert_whole()

    def test_after_a_failure_that_ends_the_build(self):
        pool = self.pool("ab")
        gate = self.gated(6, after="; exit 3")
        build = self.start_in(pool)
        for _ in range(3):
            gate.arrived()
        gate.release(3)
        self.assertEqual(build.finish().code, 3)
        pool.assert_whole()

    def test_after_commands_that_cannot_be_executed(self):
        pool = self.pool("ab")
        self.write("plain", "x")
        self.manifest("".join(f"build n{i}: sh\n  sh = ./nosuch\n" for i in range(3)))
        self.assertEqual(self.ninja("-k0", env=pool.env).code, 127)
        self.manifest("".join(f"build p{i}: sh\n  sh = ./plain\n" for i in range(3)))
        self.assertEqual(self.ninja("-k0", env=pool.env).code, 126)
        pool.assert_whole()

    @jig_only
    def test_after_jobs_that_cannot_be_started(self):
        """A response file cannot be written: the build ends when the other job has."""
        pool = self.pool("ab")
        gate = self.gate()
        self.write("file", "x")
        self.manifest(f"""
            build held: sh
              sh = {gate.hold()}
            build out: sh
              sh = true
              rspfile = file/rsp
              rspfile_content = x
            """)
        build = self.start_in(pool)
        gate.arrived()
        pool.wait_for_left(2)
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 1, run)
        self.assertIn("cannot write response file", run.errors)
        pool.assert_whole()

    def check_signal(self, number):
        pool = self.pool("ab")
        gate = self.gated(5)
        build = self.start_in(pool)
        for _ in range(3):
            gate.arrived()
        build.signal(number)
        run = build.finish()
        self.assertIn(run.code, (130, 128 + number), run)
        pool.assert_whole()

    def test_after_int(self):
        self.check_signal(signal.SIGINT)

    def test_after_term(self):
        self.check_signal(signal.SIGTERM)

    def test_after_hup(self):
        self.check_signal(signal.SIGHUP)

    @jig_only
    def test_after_jobs_that_have_to_be_killed(self):
        pool = self.pool("ab")
        gate = self.gate()
        held = f"trap '' INT; {gate.hold()}; while :; do sleep 1; done"
        self.manifest("".join(f"build out{i}: sh\n  sh = {held}\n" for i in range(3)))
        build = self.start_in(pool)
        for _ in range(3):
            gate.arrived()
        build.signal(signal.SIGINT)
        gate.release(3)
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        pool.assert_whole()

    def test_after_the_death_of_a_job(self):
        pool = self.pool("ab")
        self.manifest("".join(f"build out{i}: sh\n  sh = kill -9 $$$$\n" for i in range(5)))
        self.assertEqual(self.ninja("-k0", env=pool.env).code, 137)
        pool.assert_whole()

    def test_after_a_manifest_made_anew(self):
        """Two builds in one call: the manifest's, and then the one that was asked for."""
        pool = self.pool("ab")
        self.write("build.ninja.in", "".join(f"build out{i}: touch\n" for i in range(4)))
        self.manifest("""
            rule touch
              command = touch $out
            rule regenerate
              command = cat head build.ninja.in > build.ninja
              generator = 1
            build build.ninja: regenerate build.ninja.in head
            """)
        self.write("head", self.read("build.ninja"))
        run = self.ninja(env=pool.env)
        self.assertEqual(run.code, 0, run)
        self.assertTrue(self.exists("out3"))
        pool.assert_whole()


class Off(JobserverCase):
    """Builds that have nothing to do with the pool that MAKEFLAGS names."""

    def test_jobs_were_given(self):
        pool = self.pool("")
        gate = self.gated(3)
        build = self.start_in(pool, "-j3")
        for _ in range(3):
            gate.arrived()
        gate.release(3)
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertNotIn(DETECTED, run.text)

    def test_dry_run(self):
        self.noted(2)
        run = self.ninja("-n", env={"MAKEFLAGS": "--jobserver-auth=fifo:nowhere"})
        self.assertEqual((run.code, run.errors), (0, ""), run)

    def test_make_was_told_to_run_nothing(self):
        self.noted(2)
        run = self.ninja(env={"MAKEFLAGS": "n --jobserver-auth=fifo:nowhere"})
        self.assertEqual((run.code, run.errors), (0, ""), run)
        self.assertNotIn(DETECTED, run.text)

    def check_warning(self, makeflags, why, **options):
        self.noted(3)
        run = self.ninja(env={"MAKEFLAGS": makeflags}, **options)
        self.assertEqual(run.code, 0, run)
        self.assertEqual(
            run.errors, f"ninja: warning: building without make's jobserver: {why}\n", run
        )
        self.assertTrue(self.exists("out2"))

    @jig_only
    def test_no_fifo(self):
        self.write("plain")
        self.check_warning("--jobserver-auth=fifo:plain", "'plain' is not a fifo")

    @jig_only
    def test_missing_fifo(self):
        self.check_warning(
            "--jobserver-auth=fifo:gone",
            "cannot find the fifo 'gone': No such file or directory",
        )

    @jig_only
    def test_malformed_option(self):
        self.check_warning(
            "--jobserver-auth=semaphore",
            "'--jobserver-auth=semaphore' in MAKEFLAGS names no fifo and no pipe",
        )

    @jig_only
    def test_descriptors_that_were_not_passed_on(self):
        self.check_warning(
            " -j4 --jobserver-auth=3,4",
            "make has not passed its descriptors 3 and 4 on, as it does to a recipe that begins "
            "with '+'",
        )

    @jig_only
    def test_the_warning_is_an_event_for_programs(self):
        self.noted(1)
        run = self.jig("build", "--json", env={"MAKEFLAGS": "--jobserver-auth=x"})
        self.assertEqual((run.code, run.errors), (0, ""), run)
        self.assertIn('"building without make\'s jobserver: ', run.text)


class Told(JobserverCase):
    """What jobs and users get to know."""

    def test_jobs_get_makeflags_as_they_came(self):
        pool = self.pool("a")
        self.manifest("build out: sh\n  sh = printf '%s' \"$$MAKEFLAGS\" > out\n")
        self.assertEqual(self.ninja(env=pool.env).code, 0)
        self.assertEqual(self.read("out"), pool.env["MAKEFLAGS"])

    @jig_only
    def test_jobs_inherit_the_pipe(self):
        pool = self.pool("a", pipe=True)
        self.manifest(f"""
            build direct: sh
              sh = ls -l /proc/self/fd/{pool.read} /proc/self/fd/{pool.write}
            build shell: sh
              sh = ls -l /proc/self/fd/{pool.read} /proc/self/fd/{pool.write} > shell
            """)
        run = self.ninja(env=pool.env, **pool.options)
        self.assertEqual(run.code, 0, run)
        pool.assert_whole()

    def test_ninja_says_that_it_takes_part(self):
        pool = self.pool("a")
        self.noted(1)
        run = self.ninja(env=pool.env)
        self.assertEqual(run.code, 0, run)
        self.assertIn(f"{DETECTED}{pool.env['MAKEFLAGS']}\n", run.text)
        self.assertEqual(self.ninja("--quiet", env=pool.env).text, "")

    @jig_only
    def test_statistics_tell_how_long_jobs_waited_for_tokens(self):
        pool = self.pool("")
        self.noted(3)
        run = self.jig("build", "--stats", env=pool.env)
        self.assertRegex(run.text, r"(?m)^run .*; waited \d+\.\d ms for make's jobserver$")
        run = self.jig("build", "--stats", env=pool.env)
        self.assertNotIn("jobserver", run.text)


@unittest.skipUnless(MAKE, "needs GNU make")
class Make(JobserverCase):
    """make's own jobserver, in whichever form this make has it."""

    def make(self, *args):
        run = self.run_tool([MAKE, *args], env={"TOOL": NINJA, "MAKE": MAKE})
        self.assertEqual(run.code, 0, run)
        # make counts its tokens when it ends.
        self.assertNotIn("INTERNAL", run.text + run.errors, run)
        return run

    @jig_only
    def test_builds_share_the_jobs_of_make(self):
        for name in ("one", "two"):
            self.noted(12, log="../log")
            self.path(name).mkdir()
            self.rename("build.ninja", f"{name}/build.ninja")
        self.write("Makefile", "all: one two\none two: ; +$(TOOL) -C $@\n.PHONY: one two\n")
        self.make("-j3")
        self.assertEqual(len(self.lines("log")), 48)
        self.assertLessEqual(most_at_once(self.lines("log")), 3)

    @jig_only
    def test_make_as_a_job(self):
        """make starts the build, whose jobs are makes: all have the same tokens."""
        self.manifest("rule make\n  command = make -s -f part.mk\nbuild a: make\nbuild b: make\n")
        job = NOTED.format(log="log").replace("$out", "$@")
        self.write("part.mk", f"all: $(shell echo p$$PPID-1 p$$PPID-2 p$$PPID-3)\np%: ; @{job}\n")
        self.write("Makefile", "all: ; +$(TOOL)\n")
        run = self.make("-j2")
        self.assertNotIn("jobserver unavailable", run.text + run.errors)
        self.assertEqual(len(self.lines("log")), 12)
        self.assertLessEqual(most_at_once(self.lines("log")), 2)

    @jig_only
    def test_failure_leaves_make_its_tokens(self):
        self.manifest("".join(f"build out{i}: sh\n  sh = exit 1\n" for i in range(4)))
        self.write("Makefile", "all: ; -+$(TOOL) -k0\n")
        self.make("-j3")


class Daemon(DaemonCase):
    def setUp(self):
        super().setUp()
        self.shared = Pool(self, "ab")
        self.write("build.ninja", "rule t\n  command = touch $out\nbuild a: t\nbuild b: t\n")

    def test_a_build_that_shares_jobs_is_done_by_the_process_itself(self):
        run = self.jig("build", "--daemon", env=self.shared.env)
        self.assertEqual((run.code, run.errors), (0, ""), run)
        self.assert_no_daemon()
        self.shared.assert_whole()

    def test_a_build_that_does_not_is_done_by_the_daemon(self):
        run = self.jig("build", "--daemon", "-j2", env=self.shared.env)
        self.assertEqual((run.code, run.errors), (0, ""), run)
        self.pid()
        self.shared.assert_whole()


class Watching(WatchCase):
    def test_each_build_of_a_watch_takes_part(self):
        pool = Pool(self, "ab")
        self.config("""\
            pipelines:
              - name: upper
                sources: ["src/*.txt"]
                generate: { shell: "tr a-z A-Z < {source} > {out}" }
                outputs: ["gen/{stem}.up"]
            """)
        for i in range(6):
            self.write(f"src/{i}.txt", "a\n")
        watch = self.watch(env=pool.env)
        self.assertTrue(self.exists("gen/5.up"))
        pool.assert_whole()
        self.write("src/0.txt", "b\n")
        self.assertEqual(watch.block().jobs, ["upper src/0.txt"])
        pool.assert_whole()
        watch.interrupt()
        pool.assert_whole()


class InThisProcess(DaemonCase):
    """Jobs without a process of their own."""

    def test_built_in_generators_need_tokens(self):
        pool = Pool(self, "")
        self.config("""\
            pipelines:
              - name: embed
                sources: ["src/*.txt"]
                generate: { builtin: embed }
                outputs: ["gen/{stem}.c", "gen/{stem}.h"]
            """)
        for i in range(40):
            self.write(f"src/{i}.txt", "a\n")
        run = self.build(env=pool.env)
        self.assertEqual(run.stats["jobs_run"], 40)
        self.assertGreater(run.stats["token_wait_ns"], 0)
        pool.assert_whole()

    def test_jobs_that_took_too_long(self):
        pool = Pool(self, "ab")
        self.config("""\
            pipelines:
              - name: slow
                sources: ["src/*.txt"]
                timeout: 100ms
                generate: { shell: "sleep 1000" }
                outputs: ["gen/{stem}.x"]
            """)
        for i in range(3):
            self.write(f"src/{i}.txt", "a\n")
        self.build("-k0", code=1, env=pool.env)
        pool.assert_whole()


if __name__ == "__main__":
    main()
