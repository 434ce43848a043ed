"""Watching on a terminal: the line at the bottom, the keys, and that the terminal is left as it was."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from harness import JIG, LIMIT, tool_environment, wait_until
from pipeline_harness import UPPER
from watch_harness import WatchCase


class Terminal:
    """A process on a terminal of its own, whose keyboard and screen the test has."""

    def __init__(self, args, cwd, env=None, columns=100):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.received = b""
        self.taken = 0

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            args,
            cwd=cwd,
            env=tool_environment({"TERM": "xterm", **(env or {})}),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            preexec_fn=take_terminal,
        )

    def pump(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # the end of a terminal
            return False
        self.received += data
        return bool(data)

    def wait_for(self, text):
        """Reads until `text`, a regular expression, was shown after what was waited for before."""
        end = time.monotonic() + LIMIT
        while True:
            match = re.compile(text.encode(), re.MULTILINE).search(self.received, self.taken)
            if match:
                self.taken = match.end()
                return match
            if time.monotonic() > end or (self.process.poll() is not None and not self.pump(0.1)):
                raise AssertionError(f"never shown: {text!r}\n{self.received.decode()}")
            self.pump(0.1)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def is_single(self):
        """Whether the terminal gives single keys, without echo."""
        flags = termios.tcgetattr(self.slave)[3]
        return not flags & termios.ICANON and not flags & termios.ECHO

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def screen(self):
        """The lines as a terminal shows them, of all that was received; colours left out."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.received.decode()).replace("\r\n", "\n")
        lines = []
        for line in text.split("\n"):
            shown = ""
            for piece in line.split("\r"):
                clears = piece.endswith("\x1b[K")
                piece = piece.removesuffix("\x1b[K")
                shown = piece if clears else piece + shown[len(piece) :]
            lines.append(shown)
        return lines

    def finish(self):
        end = time.monotonic() + LIMIT
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"it does not end\n{self.received.decode()}")
            self.pump(0.02)
        while self.pump(0):
            pass
        code = self.process.wait()
        return code if code >= 0 else 128 - code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


LINE = r"watching · last build \d\d:\d\d:\d\d "


class Keys(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def show(self, *args, **options):
        terminal = Terminal([JIG, "watch", *args], self.dir, **options)
        self.addCleanup(terminal.close)
        return terminal

    def test_the_line_says_how_the_last_build_ended(self):
        terminal = self.show()
        terminal.wait_for(
            "\r" + LINE + r"\x1b\[32mok\x1b\[0m, 2 jobs in [\d.]+ (ms|s)"
            r" · r rebuild  e explain  q quit\x1b\[K"
        )
        self.write("src/a.txt", "more\n")
        terminal.wait_for(r"\r\x1b\[K.*jig: 1 change: src/a.txt\r\n")
        terminal.wait_for(LINE + r"\x1b\[32mok\x1b\[0m, 1 job in ")

    def test_q_quits(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        wait_until(terminal.is_single, "that keys are read")
        terminal.press("q")
        self.assertEqual(terminal.finish(), 0)
        self.assertTrue(terminal.is_as_before())
        self.assertEqual(terminal.screen()[-1], "", "the line has been left on the screen")

    def test_r_looks_at_everything(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        terminal.press("r")
        terminal.wait_for("jig: no work to do.\r\n")
        terminal.wait_for(LINE)

    def test_e_tells_why_jobs_ran_and_goes_on_telling(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        self.touch("src/a.txt")  # a build that says nothing hides no reasons
        terminal.press("?")
        terminal.wait_for(LINE)
        terminal.press("e")
        terminal.wait_for("jig explain: gen/src/a.up: never built\r\n")
        terminal.wait_for("jig explain: gen/src/b.up: never built\r\n")
        self.write("src/a.txt", "more\n")
        terminal.wait_for("jig explain: gen/src/a.up: input changed: src/a.txt\r\n")
        terminal.wait_for(LINE)
        terminal.press("e")
        terminal.wait_for("jig: does not say any more why jobs run\r\n")

    def test_a_question_mark_tells_of_the_keys(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        terminal.press("?")
        terminal.wait_for("jig: r looks at everything again, e says why jobs run .off., q quits\r\n")
        terminal.wait_for(LINE)

    def test_an_error_stays_on_the_screen(self):
        self.config(UPPER.replace("tr a-z A-Z < {source} > {out}", "cat {source}; exit 1"))
        terminal = self.show("-k0")
        terminal.wait_for(LINE + r"\x1b\[31mfailed\x1b\[0m, 2 jobs")
        self.touch("src/a.txt")
        terminal.press("?")
        terminal.wait_for("q quits")
        terminal.wait_for(LINE)
        self.assertIn("FAILED: [code=1] gen/src/a.up ", terminal.screen())
        self.assertIn("FAILED: [code=1] gen/src/b.up ", terminal.screen())
        self.config(UPPER)
        terminal.wait_for(LINE + r"\x1b\[32mok")

    def test_no_colour_where_it_is_forbidden(self):
        terminal = self.show(env={"NO_COLOR": "1"})
        terminal.wait_for(LINE + "ok, 2 jobs in ")

    def test_the_line_is_no_longer_than_the_terminal_is_wide(self):
        terminal = self.show(columns=40)
        terminal.wait_for(r"\rwatching[^\r]*\.\.\.[^\r]*q quit\x1b\[K")
        self.assertLess(len(terminal.screen()[-1]), 40)

    def test_signals_restore_the_terminal(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                terminal = self.show()
                terminal.wait_for("watching · ")
                wait_until(terminal.is_single, "that keys are read")
                terminal.process.send_signal(number)
                self.assertEqual(terminal.finish(), 130)
                self.assertTrue(terminal.is_as_before())

    def test_control_c_while_it_waits(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        wait_until(terminal.is_single, "that keys are read")
        terminal.press("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertTrue(terminal.is_as_before())

    def test_control_c_while_it_builds(self):
        gate = self.gate()
        words = gate.hold().replace("{", "{{").replace("}", "}}")
        self.config(UPPER.replace("tr a-z", "echo > {out}; " + words + "; tr a-z"))
        terminal = self.show("-j1")
        gate.arrived()
        terminal.press("\x03")
        self.assertEqual(terminal.finish(), 130)
        self.assertTrue(terminal.is_as_before())
        self.assertFalse(self.exists("gen/src/a.up"))

    def test_q_while_it_builds(self):
        gate = self.gate()
        words = gate.hold().replace("{", "{{").replace("}", "}}")
        self.config(UPPER.replace("tr a-z", "echo > {out}; " + words + "; tr a-z"))
        terminal = self.show("-j1")
        gate.arrived()
        terminal.press("q")
        self.assertEqual(terminal.finish(), 0)
        self.assertTrue(terminal.is_as_before())
        self.assertFalse(self.exists("gen/src/a.up"))

    def test_control_z_gives_the_terminal_back_until_it_goes_on(self):
        # Only what a shell can make go on again is stopped; and only bash does so in a script.
        script = 'set -m; "$0" watch; echo stopped; read _; fg >/dev/null; echo ended $?'
        terminal = Terminal(["bash", "-c", script, JIG], self.dir)
        self.addCleanup(terminal.close)
        terminal.wait_for(LINE)
        wait_until(terminal.is_single, "that keys are read")
        terminal.press("\x1a")
        terminal.wait_for("^stopped\r\n")
        self.assertTrue(terminal.is_as_before())
        terminal.press("\n")
        wait_until(terminal.is_single, "that keys are read again")
        terminal.wait_for(LINE)
        terminal.press("q")
        terminal.wait_for("ended 0\r\n")
        self.assertTrue(terminal.is_as_before())

    def test_a_stop_that_nobody_can_end_is_none(self):
        terminal = self.show()
        terminal.wait_for(LINE)
        wait_until(terminal.is_single, "that keys are read")
        terminal.press("\x1a")
        terminal.wait_for(LINE)
        wait_until(terminal.is_single, "that keys are read again")
        terminal.press("q")
        self.assertEqual(terminal.finish(), 0)


class Console(WatchCase):
    """A job of the console pool has the terminal to itself."""

    def test_keys_are_left_to_it(self):
        self.write("in.txt", "1\n")
        self.manifest(
            """
            build out: sh in.txt
              pool = console
              sh = echo ask; read answer; echo $$answer > out; cat in.txt >> out
            """
        )
        terminal = Terminal([JIG, "watch"], self.dir)
        self.addCleanup(terminal.close)
        terminal.wait_for("^ask\r\n")
        wait_until(terminal.is_as_before, "that the job has the terminal")
        terminal.press("q quick\n")
        terminal.wait_for(LINE + r"\x1b\[32mok")
        self.assertEqual(self.read("out"), "q quick\n1\n")
        wait_until(terminal.is_single, "that keys are read again")
        terminal.press("q")
        self.assertEqual(terminal.finish(), 0)
        self.assertTrue(terminal.is_as_before())


if __name__ == "__main__":
    unittest.main(verbosity=2)
