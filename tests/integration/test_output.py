"""What is printed, byte by byte: other programs read it, and so do people."""

import json
import re

from harness import PEER, RULES, Case, jig_only, main

TWO = """
build a: sh
  sh = echo > a
build b: sh a
  sh = echo > b
"""


class Piped(Case):
    def setUp(self):
        super().setUp()
        self.manifest(TWO)

    def check(self, expected, *args, **options):
        self.assertEqual(self.build(*args, **options).out.decode(), expected)

    def test_a_line_a_job(self):
        self.check("[1/2] RUN a\n[2/2] RUN b\n")

    def test_no_work_to_do(self):
        self.build()
        self.check("ninja: no work to do.\n")

    def test_verbose_shows_commands(self):
        self.check("[1/2] echo > a\n[2/2] echo > b\n", "-v")

    def test_command_when_there_is_no_description(self):
        self.manifest("rule r\n  command = echo > a\nbuild a: r\n")
        self.check("[1/1] echo > a\n")

    def test_quiet(self):
        self.check("", "--quiet")
        self.check("", "--quiet")

    def test_quiet_still_shows_failures(self):
        self.manifest("build a: sh\n  sh = echo text; false\n")
        run = self.build("--quiet", code=1)
        self.assertIn("FAILED: ", run.text)
        self.assertIn("text\n", run.text)
        self.assertNotIn("[1/1]", run.text)

    def test_quiet_still_shows_output(self):
        self.manifest("build a: sh\n  sh = echo text; : > a\n")
        self.check("text\n", "--quiet")

    def test_dry_run_runs_nothing(self):
        self.check("[1/2] RUN a\n[2/2] RUN b\n", "-n")
        self.assertFalse(self.exists("a"))
        self.check("[1/2] RUN a\n[2/2] RUN b\n", "-n")

    def test_entering_directory(self):
        self.check(
            f"ninja: Entering directory `{self.dir}'\n[1/2] RUN a\n[2/2] RUN b\n",
            "-C",
            str(self.dir),
            cwd="/",
        )

    def test_failure(self):
        self.manifest("build a b: sh\n  sh = echo one; echo two >&2; exit 1\n")
        run = self.ninja()
        code = "" if PEER and "[code=" not in run.text else "[code=1] "
        self.assertEqual(
            run.text,
            f"[1/1] RUN a b\nFAILED: {code}a b \necho one; echo two >&2; exit 1\none\ntwo\n"
            "ninja: build stopped: subcommand failed.\n",
        )

    def test_total_shrinks_when_work_falls_away(self):
        self.write("in", "x # one\n")
        self.manifest("""
            rule strip
              command = sed 's/ *#.*//' in > tmp && { cmp -s tmp $out || cp tmp $out; }; rm tmp
              restat = 1
              description = RUN $out
            build a: strip in
            build b: cat a
            build c: cat in || b
            """)
        self.build()
        self.write("in", "x # two\n")
        self.check("[1/3] RUN a\n[2/2] RUN c\n")

    def test_colours_are_taken_out(self):
        self.write("red", b"\x1b[31mred\x1b[0m \x1b[1;32mgreen\x1b[K\x1b[m\n")
        self.manifest("build a: sh\n  sh = cat red; : > a\n")
        self.check("[1/1] RUN a\nred green\n")

    def test_colours_stay_when_forced(self):
        self.write("red", b"\x1b[31mred\x1b[0m\n")
        self.manifest("build a: sh\n  sh = cat red; : > a\n")
        self.check("[1/1] RUN a\n\x1b[31mred\x1b[0m\n", env={"CLICOLOR_FORCE": "1"})

    @jig_only
    def test_explain_names_the_reason(self):
        self.write("in", "x\n")
        self.manifest("build a: cat in\nbuild b: cat a\n")
        self.build()
        self.write("in", "y\n")
        run = self.ninja("-d", "explain")
        self.assertEqual(run.code, 0)
        self.assertIn("input changed: in", run.text + run.errors)


class Status(Case):
    """NINJA_STATUS."""

    def setUp(self):
        super().setUp()
        self.manifest(TWO)

    def lines(self, status, *args):
        return self.build("-j1", *args, env={"NINJA_STATUS": status}).text.splitlines()

    def test_counts(self):
        self.assertEqual(
            self.lines("%s/%t/%u/%f/%r|%p|%%> "),
            ["1/2/1/1/1| 50%|%> RUN a", "2/2/0/2/1|100%|%> RUN b"],
        )

    def test_empty(self):
        self.assertEqual(self.lines(""), ["RUN a", "RUN b"])

    def test_times_and_rates(self):
        number = r"(\d+\.\d|\?)"
        for line in self.lines("%e;%o;%c;"):
            self.assertRegex(line, rf"^\d+\.\d{{3}};{number};{number};RUN [ab]$")

    @jig_only
    def test_times_as_a_clock(self):
        for line in self.lines("%w;%W;%E;%P;"):
            self.assertRegex(line, r"^\d\d:\d\d;[\d:?]+;[\d.?]+;[ \d]+%;RUN [ab]$")

    def test_unknown_letter_is_an_error(self):
        run = self.ninja(env={"NINJA_STATUS": "%q "})
        self.assertEqual(run.code, 1)
        self.assertIn("unknown placeholder '%q' in $NINJA_STATUS", run.errors)


class Terminal(Case):
    def show(self, *args, **options):
        code, received = self.terminal(*args, **options)
        self.assertEqual(code, 0, received)
        return received.decode()

    def test_one_line_is_overwritten(self):
        self.manifest(TWO)
        self.assertEqual(
            self.show("-j1"),
            "\r[0/2] RUN a\x1b[K\r[1/2] RUN a\x1b[K\r[1/2] RUN b\x1b[K\r[2/2] RUN b\x1b[K\r\n",
        )

    def test_no_work_to_do(self):
        self.manifest(TWO)
        self.build()
        self.assertEqual(self.show(), "ninja: no work to do.\r\n")

    def test_output_of_a_job_keeps_its_line(self):
        self.manifest("build a: sh\n  sh = echo text; : > a\n" + "build b: sh a\n  sh = : > b\n")
        self.assertEqual(
            self.show("-j1"),
            "\r[0/2] RUN a\x1b[K\r[1/2] RUN a\x1b[K\r\ntext\r\n"
            "\r[1/2] RUN b\x1b[K\r[2/2] RUN b\x1b[K\r\n",
        )

    def test_long_lines_are_cut_in_the_middle(self):
        name = "a" + "x" * 60 + "z"
        self.manifest(f"build {name}: sh\n  sh = : > {name}\n")
        for columns in (40, 20, 79):
            with self.subTest(columns):
                shown = self.show(columns=columns)
                for part in re.findall(r"\r([^\r]*)\x1b\[K", shown):
                    self.assertLessEqual(len(part), columns)
                    if columns < 70:
                        self.assertIn("...", part)
                        self.assertTrue(part.startswith("[") and part.endswith("xz"), part)
                self.remove(name)

    def test_verbose_shows_whole_lines(self):
        self.manifest("build a: sh\n  sh = : 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' > a\n")
        self.assertEqual(
            self.show("-v", columns=20),
            "[1/1] : 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' > a\r\n",
        )

    def test_colours_stay(self):
        self.write("red", b"\x1b[31mred\x1b[0m\n")
        self.manifest("build a: sh\n  sh = cat red; : > a\n")
        self.assertIn("\x1b[31mred\x1b[0m\r\n", self.show())

    def test_failure_keeps_its_lines(self):
        self.manifest("build a: sh\n  sh = echo why; false\n")
        code, received = self.terminal()
        self.assertEqual(code, 1)
        text = re.sub(rb"\x1b\[[0-9;]*m", b"", received).decode()
        self.assertRegex(
            text,
            r"^\r\[0/1\] RUN a\x1b\[K\r\[1/1\] RUN a\x1b\[K\r\n"
            r"FAILED: (\[code=1\] )?a \r\necho why; false\r\nwhy\r\n"
            r"ninja: build stopped: subcommand failed\.\r\n$",
        )

    def test_dumb_terminal_is_not_smart(self):
        self.manifest(TWO)
        self.assertEqual(self.show(env={"TERM": "dumb"}), "[1/2] RUN a\r\n[2/2] RUN b\r\n")

    @jig_only
    def test_no_color(self):
        self.manifest("build a: sh\n  sh = exit 1\n")
        _, received = self.terminal(env={"NO_COLOR": "1"})
        self.assertNotRegex(received, rb"\x1b\[[0-9;]*m")

    @jig_only
    def test_wide_and_combined_characters_do_not_break_the_line(self):
        self.manifest(
            "build a: sh\n  sh = : > a\n  description = 編譯編譯編譯編譯編譯編譯編譯編譯編譯.c\n"
        )
        shown = self.show(columns=30)
        shown.encode()  # no character was cut in two


class Trees(Case):
    """Formats that other tools parse."""

    def test_compilation_database(self):
        self.write("a b.c", "int a;\n")
        self.write(
            "build.ninja",
            RULES + 'build a.o: cc a$ b.c\n  flags = -DX="\\"q\\""\nbuild other: cat a.o\n',
        )
        run = self.ninja("-t", "compdb", "cc")
        self.assertEqual(run.code, 0, run)
        entries = json.loads(run.text)
        self.assertEqual(len(entries), 1)
        self.assertEqual(
            entries[0],
            {
                "directory": str(self.dir),
                "command": 'gcc -DX="\\"q\\"" -MD -MF a.o.d -c \'a b.c\' -o a.o',
                "file": "a b.c",
                "output": "a.o",
            },
        )


if __name__ == "__main__":
    main()
