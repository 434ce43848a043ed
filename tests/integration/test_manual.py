"""What is told of jig by `--help`, man pages and docs/reference/cli.md: all is there, and alike."""

import pathlib
import re
import shutil
import unittest

from harness import NINJA, Case, jig_only, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = re.compile(r"^  ([a-z]+)  +\S", re.MULTILINE)
WORD = re.compile(r"^  ([a-z]+)(?: \[?[A-Za-z]+\]?)?  +\S", re.MULTILINE)
# Where help tells of an option: its letter, its name.
OPTION = re.compile(r"^  (?:(-\w)|   )(?:, |\s)?(?:(--[a-z-]+))?", re.MULTILINE)


@jig_only
class ManualCase(Case):
    def must(self, *args):
        run = self.jig(*args)
        self.assertEqual(run.code, 0, run)
        self.assertEqual(run.errors, "", run)
        return run.text

    def commands(self):
        commands = LIST.findall(self.must("help"))
        self.assertIn("build", commands)
        return commands

    def options(self, command):
        """As help tells of them; those of another command that it refers to are not there."""
        rows = OPTION.findall(self.must("help", command))
        options = {spelling for row in rows for spelling in row if spelling}
        self.assertLessEqual({"-h", "--help", "--version"}, options)
        return options

    def words(self, command):
        """What a command may begin with, as help tells of it."""
        words = WORD.findall(self.must("help", command))
        self.assertTrue(words)
        return words


class Help(ManualCase):
    def test_the_option_prints_what_the_command_prints(self):
        for command in self.commands():
            if command != "ninja":
                with self.subTest(command):
                    self.assertEqual(self.must(command, "--help"), self.must("help", command))

    def test_ninjas_face_has_the_options_that_are_told_of_it(self):
        """`jig help ninja` says what `ninja -h`, which is ninja's to the byte, says; and more."""
        text = self.run_tool([NINJA, "-h"]).errors
        told = set(re.findall(r"^  (-\w)", text, re.MULTILINE))
        told |= set(re.findall(r"^  (?:-v, )?(--[a-z]+)", text, re.MULTILINE))
        more = {"-h", "--help", "--explain", "--stats", "--trace"}
        self.assertEqual(self.options("ninja"), told | more)

    def test_what_a_command_does_not_list_it_does_not_take(self):
        for args in (["query", "--quiet", "targets"], ["cache", "--verbose"], ["help", "--json"]):
            run = self.jig(*args)
            self.assertEqual(run.code, 2, run)
            self.assertIn(f"see 'jig help {args[0]}'", run.errors)

    def test_one_command_at_a_time(self):
        run = self.jig("help", "build", "clean")
        self.assertEqual(run.code, 2)
        self.assertIn("expected one command", run.errors)

    def test_unknown_command(self):
        for args in (["help", "biuld"], ["help", "--man", "biuld"]):
            run = self.jig(*args)
            self.assertEqual(run.code, 2)
            self.assertIn("unknown command 'biuld', did you mean 'build'?", run.errors)


class ManPages(ManualCase):
    def pages(self):
        yield "jig", self.must("help", "--man")
        for command in self.commands():
            yield command, self.must("help", "--man", command)

    def test_each_is_plain_ascii_in_short_lines(self):
        for name, page in self.pages():
            with self.subTest(name):
                self.assertTrue(page.isascii())
                self.assertLess(max(map(len, page.splitlines())), 120)
                self.assertNotRegex(page, r"[ \t]\n")
                self.assertTrue(page.startswith(".TH JIG"))

    def test_pages_that_are_referred_to_exist(self):
        names = {name if name == "jig" else f"jig\\-{name}" for name, _ in self.pages()}
        for name, page in self.pages():
            for other in re.findall(r"\\fB(jig(?:\\-[a-z]+)?)\\fR\(1\)", page):
                with self.subTest(page=name, other=other):
                    self.assertIn(other, names)

    def test_that_of_jig_names_all_others(self):
        page = self.must("help", "--man")
        for command in self.commands():
            self.assertIn(f"\\fBjig\\-{command}\\fR(1)\n", page)

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_groff_has_nothing_to_say_against_them(self):
        for name, page in self.pages():
            with self.subTest(name):
                self.write("page.1", page)
                run = self.run_tool(["groff", "-ww", "-man", "-Tascii", "-P-c", "page.1"])
                self.assertEqual((run.code, run.errors), (0, ""))
                self.assertIn("\nOPTIONS\n", re.sub(".\b", "", run.text))

    @unittest.skipUnless(shutil.which("mandoc"), "there is no mandoc")
    def test_mandoc_misses_only_the_date(self):
        """Which is left out so that the same jig has the same page whenever it is built."""
        for name, page in self.pages():
            with self.subTest(name):
                self.write("page.1", page)
                lines = self.run_tool(["mandoc", "-Tlint", "page.1"]).text.splitlines()
                self.assertEqual([line for line in lines if "missing date" not in line], [])


class Reference(ManualCase):
    """docs/reference/cli.md"""

    def sections(self):
        """The text below each heading that names a command, and that which is for all of them."""
        text = (ROOT / "docs/reference/cli.md").read_text("utf-8")
        parts = re.split(r"^##+ (.*)$", text, flags=re.MULTILINE)
        sections, name = {}, ""
        for heading, body in zip(parts[1::2], parts[2::2]):
            if re.fullmatch(r"jig [a-z]+|ninja|Options of all commands|Which manifest", heading):
                name = heading.removeprefix("jig ")
            sections[name] = sections.get(name, "") + body
        return sections

    def test_has_a_line_for_each_command(self):
        text = (ROOT / "docs/reference/cli.md").read_text("utf-8")
        for command in self.commands():
            self.assertRegex(text, rf"(?m)^    jig {command}\b")

    def test_has_each_option_where_it_tells_of_the_command(self):
        sections = self.sections()
        for command in self.commands():
            text = sections[command]
            if command != "ninja":
                text += sections["Options of all commands"]
            if command == "build":
                text += sections["watch"]
            for option in self.options(command):
                with self.subTest(command=command, option=option):
                    self.assertRegex(text, rf"`[^`\n]*(?<![\w-]){option}(?![a-z-])[^`\n]*`")

    def test_has_no_option_that_no_command_takes(self):
        known = set().union(*(self.options(command) for command in self.commands()))
        for name, text in self.sections().items():
            if name in self.commands() and name != "ninja":
                for option in re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE):
                    with self.subTest(section=name, option=option):
                        self.assertIn(option, known)

    def test_has_each_word_that_a_command_takes(self):
        for command in ("query", "trace", "cache", "daemon", "config", "completion"):
            for word in self.words(command):
                with self.subTest(command=command, word=word):
                    self.assertRegex(self.sections()[command], rf"`[^`\n]*\b{word}\b")


class Words(ManualCase):
    def test_each_that_help_tells_of_is_taken(self):
        """None is answered with "unknown"; whatever else is missing."""
        for command, what in (
            ("query", "question"),
            ("cache", "word"),
            ("daemon", "word"),
            ("trace", "word"),
            ("config", "cannot"),
            ("completion", "shell"),
        ):
            for word in self.words(command):
                with self.subTest(command=command, word=word):
                    self.assertNotRegex(self.jig(command, word).errors, f"unknown {what}|cannot '")
            self.assertRegex(self.jig(command, "nonsense").errors, f"unknown {what}|cannot '")

    def test_tools_of_ninja_that_are_offered_are_those_there_are(self):
        text = self.run_tool([NINJA, "-t", "list"]).text
        listed = re.findall(r"^ *([a-z-]+)  ", text, re.MULTILINE)
        script = self.must("completion", "bash")
        offered = re.search(r"'ninja -t'\) offer='word ([^']*)'", script)[1].split()
        self.assertEqual(sorted(offered), sorted([*listed, "list"]))


if __name__ == "__main__":
    main()
