"""Builds of a daemon that are to stop in the middle, or wait; and builds beside it without one."""

import os
import signal
import time

from daemon_harness import DaemonCase, daemons_below, held
from harness import (
    JIG,
    Background,
    children_of,
    jig_only,
    main,
    process_exists,
    tool_environment,
    wait_until,
)
from pipeline_harness import UPPER

@jig_only
class Stopping(DaemonCase):
    """Builds that are to stop in the middle."""

    def hold(self, name="gate"):
        """Starts a build whose only job waits at a gate."""
        gate = self.gate(name)
        self.config(f"""\
            pipelines:
              - name: held
                sources: ["src/*.txt"]
                generate: {{ shell: 'echo begun > {{out}}; {held(gate)}; echo done > {{out}}' }}
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        build = self.start_warm("--explain")
        gate.arrived()
        return gate, build

    def assert_goes_on(self, gate, pid):
        gate.open()
        self.assertEqual(self.warm().ran, ["gen/a.up"])
        self.assertEqual(self.read("gen/a.up"), "done\n")
        self.assertEqual(self.pid(), pid)

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                gate, build = self.hold(f"gate{number}")
                pid = self.pid()
                build.signal(number)
                run = build.finish()
                self.assertEqual(run.code, 130, run)
                self.assertIn("jig: build stopped: interrupted by user.\n", run.text)
                self.assertFalse(self.exists("gen/a.up"))
                self.assert_goes_on(gate, pid)
                self.remove("gen/a.up")

    def test_what_an_interrupted_build_did_not_reach_is_built_by_the_next(self):
        gate = self.gate()
        self.config(UPPER)
        for name in "abc":
            self.write(f"src/{name}.txt", f"{name}\n")
        self.warm()
        pid = self.pid()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        for name in "abc":
            self.write(f"src/{name}.txt", f"{name}{name}\n")
        self.write("src/d.txt", "d\n")
        build = self.start_warm("-j1")
        gate.arrived()
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        gate.open()
        self.assertEqual(sorted(self.warm().ran), [f"gen/src/{name}.up" for name in "abcd"])
        self.assert_clean_build_equal()
        for name in "ab":
            self.write(f"src/{name}.txt", f"{name}\n")
        self.assertEqual(sorted(self.warm().ran), ["gen/src/a.up", "gen/src/b.up"])
        self.assertEqual(self.pid(), pid)

    def test_a_job_that_does_not_heed_is_killed_by_the_second_interrupt(self):
        gate = self.gate()
        self.config(f"""\
            pipelines:
              - name: deaf
                sources: ["src/*.txt"]
                generate:
                  shell: >
                    trap "echo deaf >> told" TERM INT; {held(gate)};
                    while :; do read _ < wait; done
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        os.mkfifo(self.path("wait"))
        build = self.start_warm()
        gate.arrived()
        pid = self.pid()
        build.signal(signal.SIGINT)
        gate.release()
        wait_until(lambda: self.exists("told"), "the first interrupt")
        begin = time.monotonic()
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        self.assertLess(time.monotonic() - begin, 4)  # after five seconds it is killed anyway
        self.assertEqual(self.pid(), pid)
        self.assertFalse(self.status()["building"])

    def test_a_client_that_is_killed_takes_its_build_along(self):
        gate, build = self.hold()
        pid = self.pid()
        build.process.kill()
        build.finish()
        wait_until(lambda: not self.status()["building"], "the end of the build")
        self.assertFalse(self.exists("gen/a.up"))
        self.assert_goes_on(gate, pid)

    def test_a_daemon_that_is_killed_breaks_no_build(self):
        gate, build = self.hold()
        pid = self.pid()
        (job,) = children_of(pid)
        os.kill(pid, signal.SIGKILL)
        gate.arrived()  # the client builds itself
        # The daemon's job outlives it, and could write after the client's.
        os.kill(job, signal.SIGKILL)
        wait_until(lambda: not process_exists(job), "the end of the daemon's job")
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(
            run.errors.count("the daemon ended in the middle of the build; building without it"), 1
        )
        self.assertEqual(self.read("gen/a.up"), "done\n")
        gate.open()
        self.assertEqual(self.warm().ran, [])
        self.assertNotEqual(self.pid(), pid)

    def test_a_signal_to_the_daemon_ends_it_in_good_order(self):
        gate, build = self.hold()
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        run = build.finish()
        self.assertEqual(run.code, 130, run)
        self.assertFalse(self.exists("gen/a.up"))
        self.wait_for_end(pid)
        self.assert_no_daemon()
        gate.open()
        self.warm()
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        self.wait_for_end(pid)
        self.assertEqual(list((self.runtime / "jig").glob("*.sock")), [])

    def test_stop_waits_for_the_build(self):
        gate, build = self.hold()
        pid = self.pid()
        stop = Background(
            [JIG, "daemon", "stop"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(stop.stop)
        wait_until(lambda: not self.status()["running"], "the daemon's leaving")
        self.assertIsNone(stop.process.poll())
        gate.release()
        self.assertEqual(build.finish().code, 0)
        run = stop.finish()
        self.assertEqual((run.code, run.text), (0, "jig: the daemon has ended\n"))
        self.wait_for_end(pid)

    def test_a_second_client_waits_its_turn(self):
        gate, first = self.hold()
        second = self.start_warm()
        second.wait_for(f"jig: waiting for process {first.pid}, which is building here\n")
        self.assertEqual(self.status()["waiting"], 1)
        gate.release()
        self.assertEqual(first.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))

    def test_who_waits_can_leave(self):
        gate, first = self.hold()
        second = self.start_warm()
        second.wait_for("waiting for process")
        second.signal(signal.SIGINT)
        self.assertEqual(second.finish().code, 130)
        third = self.start_warm()
        third.wait_for("waiting for process")
        third.process.kill()
        third.finish()
        wait_until(lambda: self.status()["waiting"] == 0, "the third's leaving")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        self.assertEqual(self.status()["builds"], 1)


@jig_only
class BesideOthers(DaemonCase):
    """Builds in the same place without the daemon."""

    def test_a_plain_build_needs_to_know_nothing_of_it(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        pid = self.pid()
        for text in ("one\n", "two\n", "three\n"):
            self.write("src/a.txt", text)
            run = self.build("--no-daemon")
            self.assertEqual(run.ran, ["gen/src/a.up"])
            self.assertEqual(self.warm().lines, ["jig: no work to do."])
            self.write("src/a.txt", "warm " + text)
            self.assertEqual(self.warm().ran, ["gen/src/a.up"])
            self.assert_clean_build_equal()
        self.assertEqual(self.pid(), pid)

    def test_a_plain_build_that_does_nothing_costs_the_daemon_nothing(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.settle()
        self.warm()
        self.build("--no-daemon")
        log = self.jig("daemon", "log").text
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.jig("daemon", "log").text, log)

    def test_clean_and_prune(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.warm()
        pid = self.pid()
        self.assertEqual(self.jig("clean").text, "jig: removed 2 files\n")
        self.assertEqual(sorted(self.warm().ran), ["gen/src/a.up", "gen/src/b.up"])
        self.remove("src/b.txt")
        self.warm()
        run = self.jig("cache", "prune")
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_the_daemon_waits_for_a_plain_build(self):
        gate = self.gate()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        plain = Background(
            [JIG, "build", "--no-daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(plain.stop)
        gate.arrived()
        warm = self.start_warm()
        warm.wait_for(f"jig: waiting for process {plain.pid}, which is building here\n")
        with self.subTest("who waits for that can leave as well"):
            other = self.start_warm()
            other.wait_for("waiting for process")
            other.signal(signal.SIGINT)
            self.assertEqual(other.finish().code, 130)
        gate.release()
        self.assertEqual(plain.finish().code, 0)
        run = warm.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))

    def test_interrupt_while_the_daemon_waits_for_a_plain_build(self):
        gate = self.gate()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        pid = self.pid()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        plain = Background(
            [JIG, "build", "--no-daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(plain.stop)
        gate.arrived()
        warm = self.start_warm()
        warm.wait_for("waiting for process")
        warm.signal(signal.SIGINT)
        run = warm.finish()
        self.assertEqual((run.code, run.text), (130, ""))
        gate.release()
        self.assertEqual(plain.finish().code, 0)
        wait_until(lambda: not self.status()["building"], "the daemon's turn")
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_a_build_inside_of_a_build_asks_no_daemon(self):
        self.config(f"""\
            pipelines:
              - name: nested
                sources: ["src/*.txt"]
                generate:
                  shell: >
                    XDG_RUNTIME_DIR={self.runtime}
                    {JIG} build --daemon -C .inner > {{out}} 2>&1
                outputs: ["gen/{{stem}}.log"]
            """)
        self.write("src/a.txt", "a\n")
        self.write(".inner/.git/HEAD", "")
        self.config(UPPER, ".inner")
        self.write(".inner/src/b.txt", "b\n")
        run = self.warm()
        self.assertEqual(run.ran, ["gen/a.log"])
        self.assertIn("1 job run", self.read("gen/a.log"))
        self.assertEqual(len(daemons_below(self.dir)), 1)

    def test_a_build_that_asks_for_itself_does_not_wait_for_ever(self):
        self.config(f"""\
            pipelines:
              - name: itself
                sources: ["src/*.txt"]
                generate: {{ shell: '{JIG} build --daemon src/b.txt; : > {{out}}' }}
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        self.assertEqual(self.warm().ran, ["gen/a.up"])


if __name__ == "__main__":
    main()
