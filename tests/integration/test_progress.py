"""Progress for people: the area at the bottom of a terminal, and few words in logs of CI."""

import fcntl
import re
import struct
import termios
import unicodedata

from daemon_harness import DaemonCase
from harness import JIG, Case, jig_only, main
from test_watch_terminal import Terminal

ROW = r" +\d+\.\d s  "


class Screen:
    """What a terminal shows of the bytes it was sent; one that has as many rows as it needs."""

    PIECES = re.compile(r"\x1b\[(\d*)([A-Za-z])|\x1b\[[0-9;]*m|(.)", re.DOTALL)

    def __init__(self, received):
        self.cells = [[]]
        self.row = self.column = 0
        for count, letter, char in self.PIECES.findall(received.decode()):
            if letter == "A":
                self.row -= int(count or 1)
                assert self.row >= 0, "the cursor left the screen"
            elif letter == "K":
                del self.cells[self.row][self.column :]
            elif letter == "J":
                del self.cells[self.row][self.column :]
                del self.cells[self.row + 1 :]
            elif letter and letter != "m":
                raise AssertionError(f"unexpected control sequence {letter}")
            elif char:
                self.put(char)

    def put(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.row += 1
            if self.row == len(self.cells):
                self.cells.append([])
        else:
            assert unicodedata.category(char) != "Cc", f"control character {char!r}"
            cells = self.cells[self.row]
            cells += [" "] * (self.column + 2 - len(cells))
            wide = unicodedata.east_asian_width(char) in "WF"
            cells[self.column : self.column + 1 + wide] = [char, ""][: 1 + wide]
            self.column += 1 + wide

    @property
    def lines(self):
        return ["".join(cells).rstrip() for cells in self.cells]

    @property
    def text(self):
        return "\n".join(self.lines)


class ShowCase(Case):
    def show(self, *args, rows=24, columns=80, command="build", **options):
        terminal = Terminal([JIG, command, *args], self.dir, columns=columns, **options)
        self.addCleanup(terminal.close)
        self.resize(terminal, rows, columns)
        return terminal

    def resize(self, terminal, rows, columns):
        fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def held(self, *names):
        """A manifest with jobs that are held at a gate."""
        gate = self.gate()
        jobs = [f"build {name}: sh\n  sh = {gate.hold()}; : > {name}\n" for name in names]
        self.manifest("".join(jobs))
        return gate

    def end(self, terminal, code=0):
        self.assertEqual(terminal.finish(), code, terminal.received.decode())
        return Screen(terminal.received)


@jig_only
class Area(ShowCase):
    def test_jobs_that_take_long_have_rows(self):
        gate = self.held("one", "two")
        terminal = self.show("-j2")
        terminal.wait_for(ROW + "one(?s:.*)" + ROW + "two")
        lines = Screen(terminal.received).lines
        self.assertRegex(lines[0], r"^\[0/2\] RUN two")
        self.assertRegex(lines[1], f"^{ROW}one$")
        self.assertRegex(lines[2], f"^{ROW}two$")
        gate.release(2)
        self.end(terminal)

    def test_it_vanishes_at_the_end(self):
        gate = self.held("one", "two")
        terminal = self.show("-j2")
        terminal.wait_for(ROW + "two")
        gate.release(2)
        lines = self.end(terminal).lines
        self.assertRegex(lines[0], r"^\[2/2\] .*RUN (one|two)$")
        self.assertEqual(lines[1:], [""])

    def test_output_scrolls_above_it(self):
        gate = self.gate()
        other = self.gate("other")
        self.manifest(
            f"build slow: sh\n  sh = {gate.hold()}; : > slow\n"
            f"build talk: sh\n  sh = {other.hold()}; echo text; : > talk\n"
        )
        terminal = self.show("-j2")
        terminal.wait_for(ROW + "talk")
        other.release()
        terminal.wait_for("text\r\n")
        terminal.wait_for(ROW + "slow")
        lines = Screen(terminal.received).lines
        self.assertRegex(lines[0], r"^\[1/2\] .*RUN talk$")
        self.assertEqual(lines[1], "text")
        self.assertRegex(lines[2], r"^\[1/2\] ")
        self.assertRegex(lines[3], f"^{ROW}slow$")
        gate.release()
        self.end(terminal)

    def test_a_failure_stays(self):
        gate = self.gate()
        self.manifest(f"build bad: sh\n  sh = {gate.hold()}; false\n")
        terminal = self.show()
        terminal.wait_for(ROW + "bad")
        gate.release()
        lines = self.end(terminal, code=1).lines
        self.assertRegex(lines[0], r"^\[1/1\] .*RUN bad$")
        self.assertEqual(lines[1], "FAILED: [code=1] bad")
        self.assertIn("jig: build stopped: subcommand failed.", lines)
        self.assertNotRegex("\n".join(lines), ROW)

    def test_an_interrupt_leaves_no_rows(self):
        gate = self.held("one")
        terminal = self.show()
        terminal.wait_for(ROW + "one")
        terminal.press("\x03")
        screen = self.end(terminal, code=130)
        self.assertNotRegex(screen.text.replace("^C", ""), ROW)
        gate.open()

    def test_at_most_eight_rows(self):
        gate = self.held(*[f"job{i}" for i in range(12)])
        terminal = self.show("-j12")
        terminal.wait_for(f"(?s:{ROW}job.*)" * 8)
        self.assertEqual(len(re.findall(ROW, Screen(terminal.received).text)), 8)
        gate.release(12)
        self.end(terminal)

    def test_no_more_rows_than_the_window_has(self):
        gate = self.held(*[f"job{i}" for i in range(12)])
        terminal = self.show("-j12", "--progress=area", rows=5)
        terminal.wait_for(f"(?s:{ROW}job.*)" * 3)
        self.assertEqual(len(re.findall(ROW, Screen(terminal.received).text)), 3)
        gate.release(12)
        self.end(terminal)

    def test_a_low_window_has_one_line(self):
        # How it is decided does not wait for anything to run.
        self.manifest("build a: sh\n  sh = : > a\n")
        terminal = self.show(rows=9)
        self.end(terminal)
        self.assertEqual(
            terminal.received.decode(), "\r[0/1] RUN a\x1b[K\r[1/1] RUN a\x1b[K\r\n"
        )

    def test_rows_are_cut_to_the_width(self):
        names = ["譯" * 30, "x" * 60]
        gate = self.held(*names)
        terminal = self.show("-j2", columns=30)
        terminal.wait_for(ROW + r".*\.\.\.(?s:.*)" + ROW + r".*\.\.\.")
        for line in Screen(terminal.received).cells[:3]:
            self.assertLessEqual(len(line), 30, line)
        gate.release(2)
        self.end(terminal)

    def test_a_narrower_window_is_heeded(self):
        gate = self.held("x" * 60)
        terminal = self.show()
        terminal.wait_for(ROW + "x{60}")
        self.resize(terminal, 24, 40)
        terminal.wait_for(ROW + r"x+\.\.\.x+\x1b")
        gate.release()
        self.assertEqual(terminal.finish(), 0)

    def test_control_characters_in_names_move_no_cursor(self):
        gate = self.gate()
        self.write(
            "build.ninja",
            f"rule r\n  command = {gate.hold()}; : > $out\n  description = D\x1b[2J$out\n"
            "build a\x1b[3A\tb: r\n",
        )
        terminal = self.show()
        terminal.wait_for(ROW + r"a\?\[3A\?b")
        gate.release()
        self.assertRegex(self.end(terminal).lines[0], r"^\[1/1\] .*D\?\[2J'a\?\[3A\?b'$")

    def test_a_console_job_has_the_terminal_without_it(self):
        gate = self.gate()
        other = self.gate("other")
        self.manifest(
            f"build slow: sh\n  sh = {gate.hold()}; : > slow\n"
            f"build first: sh\n  sh = {other.hold()}; : > first\n"
            "build own: sh first\n  sh = echo mine; : > own\n  pool = console\n"
        )
        terminal = self.show("-j2")
        terminal.wait_for(ROW + "slow")
        other.release()
        terminal.wait_for("mine\r\n")
        terminal.wait_for(ROW + "slow")
        lines = Screen(terminal.received).lines
        self.assertRegex(lines[0], r"^\[1/3\] .*RUN own$")
        self.assertEqual(lines[1], "mine")
        self.assertRegex(lines[2], r"^\[2/3\] ")
        self.assertRegex(lines[3], f"^{ROW}slow$")
        gate.release()
        self.end(terminal)

    def test_it_says_how_long_it_takes_still(self):
        gate = self.gate()
        self.write("in", "x\n")
        self.manifest(f"build a: sh in\n  sh = {gate.hold()}; : > a\n")
        terminal = self.show()
        terminal.wait_for(ROW + "a")
        gate.release()
        self.end(terminal)
        self.write("in", "y\n")
        terminal = self.show()
        terminal.wait_for(r"\[0/1\] [\d.]+ s left  RUN a")
        gate.release()
        self.end(terminal)

    def test_a_format_of_ones_own_stays_what_it_is(self):
        gate = self.held("a")
        terminal = self.show(env={"NINJA_STATUS": "<%f> "})
        terminal.wait_for(ROW + "a")
        self.assertEqual(Screen(terminal.received).lines[0], "<0> RUN a")
        gate.release()
        self.end(terminal)

    def test_no_colour_is_obeyed(self):
        gate = self.held("a")
        terminal = self.show(env={"NO_COLOR": "1"})
        terminal.wait_for(ROW + "a")
        gate.release()
        self.end(terminal)
        self.assertNotRegex(terminal.received, rb"\x1b\[[0-9;]*m")

    def test_a_dumb_terminal_has_a_line_a_job(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        terminal = self.show("--progress=area", env={"TERM": "dumb"})
        self.end(terminal)
        self.assertEqual(terminal.received, b"[1/1] RUN a\r\n")

    def test_no_progress(self):
        self.manifest("build a: sh\n  sh = echo text; : > a\n")
        terminal = self.show("--progress=none")
        self.end(terminal)
        self.assertEqual(terminal.received, b"text\r\n")

    def test_ninja_has_one_line(self):
        gate = self.held("a", "b")

        def talk(master):
            gate.arrived()
            gate.arrived()
            gate.release(2)

        code, received = self.terminal("-j2", talk=talk)
        self.assertEqual(code, 0)
        self.assertNotIn(b"\n", received.rstrip(b"\r\n"))

    def test_under_a_watch(self):
        gate = self.held("a")
        terminal = self.show(command="watch")
        terminal.wait_for(ROW + "a")
        gate.release()
        terminal.wait_for("watching · last build ")
        self.assertNotRegex(Screen(terminal.received).text, ROW)
        terminal.press("q")
        self.end(terminal)

    def test_a_wrong_word_is_refused(self):
        run = self.jig("build", "--progress=fancy")
        self.assertEqual(run.code, 2)
        self.assertIn("--progress is followed by =area, =line, =none or =auto", run.errors)


@jig_only
class OfADaemon(ShowCase, DaemonCase):
    def test_the_area_is_the_same(self):
        gate = self.held("a")
        terminal = self.show("--daemon", env=self.environment())
        terminal.wait_for(ROW + "a")
        gate.release()
        lines = self.end(terminal).lines
        self.assertRegex(lines[0], r"^\[1/1\] .*RUN a$")
        self.assertEqual(lines[1:], [""])


@jig_only
class ContinuousIntegration(Case):
    CI = {"CI": "true"}

    def build(self, *args, code=0, env=None):
        run = self.jig("build", *args, env={**self.CI, **(env or {})})
        self.assertEqual(run.code, code, run)
        return run

    def test_no_line_a_job_but_a_sum(self):
        self.manifest("build a: sh\n  sh = : > a\nbuild b: sh a\n  sh = : > b\n")
        self.assertEqual(self.build().text, "jig: 2 jobs run, 0 spared\n")

    def test_what_jobs_print_has_a_line_above_it(self):
        self.manifest("build a: sh\n  sh = : > a\nbuild b: sh a\n  sh = echo text; : > b\n")
        self.assertEqual(self.build().text, "[2/2] RUN b\ntext\njig: 2 jobs run, 0 spared\n")

    def test_a_failure_is_shown(self):
        self.manifest("build a: sh\n  sh = echo why; false\n")
        text = self.build(code=1).text
        self.assertIn("FAILED: [code=1] a \necho why; false\nwhy\n", text)
        self.assertIn("jig: build stopped: subcommand failed.\n", text)

    def test_a_failure_is_an_annotation_for_github(self):
        self.manifest("build a%,b: sh\n  sh = echo why; exit 3\n")
        on, off = {"GITHUB_ACTIONS": "true"}, {"GITHUB_ACTIONS": "false"}
        text = self.build(code=1, env=on).text
        self.assertIn("\nwhy\n::error title=job failed::a%25,b: exit code 3\n", text)
        self.assertNotIn("::error", self.build(code=1, env=off).text)
        self.assertNotIn("::error", self.build(code=1).text)

    def test_a_console_job_has_its_line(self):
        self.manifest("build a: sh\n  sh = echo text; : > a\n  pool = console\n")
        self.assertEqual(self.build().text, "[0/1] RUN a\ntext\njig: 1 job run, 0 spared\n")

    def test_nothing_to_do(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        self.build()
        self.assertEqual(self.build().text, "jig: no work to do.\n")

    def test_lines_can_be_had(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        self.assertEqual(self.build("--progress=line").text, "[1/1] RUN a\n")
        self.remove("a")
        self.assertEqual(self.build("-v").text, "[1/1] : > a\n")

    def test_values_that_mean_no(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        for value in ("", "0", "false"):
            with self.subTest(value):
                self.assertEqual(self.build(env={"CI": value}).text, "[1/1] RUN a\n")
                self.remove("a")

    def test_ninja_does_not_care(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        self.assertEqual(self.ninja(env=self.CI).text, "[1/1] RUN a\n")

    def test_quiet_is_quieter(self):
        self.manifest("build a: sh\n  sh = echo text; : > a\n")
        self.assertEqual(self.build("--quiet").text, "text\n")


if __name__ == "__main__":
    main()
