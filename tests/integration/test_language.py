"""The ninja language, seen through the commands that come out of it."""

import os

from harness import RULES, Case, jig_only, main

SHOW = "rule show\n  command = printf '%s\\n' $text > $out\n"


class Variables(Case):
    def command_of(self, manifest, target="out"):
        """The command that builds `target`, as `-t commands`-less tools show it: by -n -v."""
        self.write("build.ninja", manifest)
        run = self.build("-n", "-v", target)
        return run.text.splitlines()[-1].partition("] ")[2]

    def test_escapes(self):
        command = self.command_of("rule r\n  command = a$ b$:c$$d$\n      e\nbuild out: r\n")
        self.assertEqual(command, "a b:c$de")

    def test_bare_variable_stops_at_a_dot(self):
        command = self.command_of(
            "a = 1\na.b = 2\nrule r\n  command = $a.b ${a.b} ${a}b $a-b\na-b = 3\nbuild out: r\n"
        )
        self.assertEqual(command, "1.b 2 1b 3")

    def test_unset_variable_is_empty(self):
        self.assertEqual(self.command_of("rule r\n  command = x${none}y\nbuild out: r\n"), "xy")

    def test_rule_binding_is_expanded_late_in_the_statement(self):
        command = self.command_of(
            "rule r\n  command = $flags\n  description =\nflags = file\n"
            "build out: r\n  flags = own\n"
        )
        self.assertEqual(command, "own")

    def test_statement_binding_is_expanded_at_once(self):
        command = self.command_of(
            "x = before\nrule r\n  command = $y\nbuild out: r\n  y = $x\nx = after\n"
        )
        self.assertEqual(command, "before")

    def test_statement_binding_sees_the_file_not_its_neighbours(self):
        command = self.command_of(
            "x = file\nrule r\n  command = $y\nbuild out: r\n  x = own\n  y = $x\n"
        )
        self.assertEqual(command, "file")

    def test_file_variable_in_a_command_has_its_last_value(self):
        command = self.command_of("x = first\nrule r\n  command = $x\nbuild out: r\nx = last\n")
        self.assertEqual(command, "last")

    def test_variable_in_terms_of_itself(self):
        command = self.command_of(
            "x = a\nx = $x b\nrule r\n  command = $x\nbuild out: r\n  x = $x c\n"
        )
        self.assertEqual(command, "a b c")

    def test_spaces_around_values(self):
        command = self.command_of(
            "x   =   a  b  \nrule r\n  command =    [$x]\nbuild   out  :  r\n"
        )
        self.assertEqual(command, "[a  b  ]")

    def test_comments_and_empty_lines(self):
        command = self.command_of(
            "# first\n\nrule r\n  # inside\n  command = a # not a comment\n\n#\nbuild out: r\n"
        )
        self.assertEqual(command, "a # not a comment")

    def test_crlf(self):
        self.write("build.ninja", b"rule r\r\n  command = a$\r\n    b\r\nbuild out: r\r\n")
        self.assertEqual(self.build("-n", "-v").text, "[1/1] ab\n")

    def test_newline_escape(self):
        """New in ninja 1.14: $^ is a newline."""
        self.write(
            "build.ninja",
            "ninja_required_version = 1.14\n"
            "rule r\n  command = echo one > $out$^echo two >> $out\nbuild out: r\n",
        )
        self.build()
        self.assertEqual(self.read("out"), "one\ntwo\n")

    def test_names_of_keywords_as_variables(self):
        command = self.command_of(
            "rule r\n  command = $rule $in\nrule2 = x\nbuild out: r\n  rule = y\n"
        )
        self.assertEqual(command, "y ")


class Scopes(Case):
    def test_include_shares_the_scope(self):
        self.write("vars.ninja", "x = included\n")
        self.write(
            "build.ninja", f"{SHOW}x = mine\ninclude vars.ninja\nbuild out: show\n  text = $x\n"
        )
        self.build()
        self.assertEqual(self.read("out"), "included\n")

    def test_subninja_has_its_own(self):
        self.write(
            "sub.ninja", "build inner: show\n  text = $x\nx = inner\nbuild own: show\n  text = $x\n"
        )
        self.write(
            "build.ninja",
            f"{SHOW}x = outer\nsubninja sub.ninja\nbuild out: show\n  text = $x\n",
        )
        self.build()
        self.assertEqual(self.read("out"), "outer\n")
        self.assertEqual(self.read("inner"), "outer\n")
        self.assertEqual(self.read("own"), "inner\n")

    def test_subninja_may_redefine_a_rule_for_itself(self):
        self.write("sub.ninja", "rule show\n  command = echo sub > $out\nbuild inner: show\n")
        self.write("build.ninja", f"{SHOW}subninja sub.ninja\nbuild out: show\n  text = top\n")
        self.build()
        self.assertEqual((self.read("inner"), self.read("out")), ("sub\n", "top\n"))

    def test_paths_in_a_subninja_are_relative_to_the_top(self):
        self.write("dir/sub.ninja", "build made: show\n  text = x\n")
        self.write("build.ninja", f"{SHOW}subninja dir/sub.ninja\n")
        self.build()
        self.assertTrue(self.exists("made"))

    def test_included_file_is_part_of_the_manifest(self):
        """Editing it is enough to change the build."""
        self.write("vars.ninja", "x = one\n")
        self.write("build.ninja", f"include vars.ninja\n{SHOW}build out: show\n  text = $x\n")
        self.build()
        self.assert_nothing_to_do()
        self.write("vars.ninja", "x = two\n")
        self.build()
        self.assertEqual(self.read("out"), "two\n")

    def test_file_name_from_a_variable(self):
        self.write("a b.ninja", "x = found\n")
        self.write(
            "build.ninja", f"n = a$ b\n{SHOW}include $n.ninja\nbuild out: show\n  text = $x\n"
        )
        self.build()
        self.assertEqual(self.read("out"), "found\n")


class Paths(Case):
    def test_in_and_out_are_quoted_for_the_shell(self):
        names = [
            "with space",
            "it's",
            "dollar$",
            "semi;colon",
            "ünïcödé",
            "star*",
            "back\\slash",
            "amp&",
            "(paren)",
            '"double"',
            "日本語",
            "emoji😀",
            "-dash",
            "tilde~",
            "hash#",
        ]
        for name in names:
            self.write(f"in/{name}", f"{name}\n")
        escaped = [n.replace("$", "$$").replace(" ", "$ ").replace(":", "$:") for n in names]
        self.manifest("".join(f"build out/{name}: cat in/{name}\n" for name in escaped))
        self.build()
        for name in names:
            with self.subTest(name):
                self.assertEqual(self.read(f"out/{name}"), f"{name}\n")
        self.assert_nothing_to_do()
        self.write("in/with space", "changed\n")
        self.assert_ran(self.build(), {"'out/with space'"})
        self.assert_clean_build_equal()

    def test_name_that_is_not_utf8(self):
        name = os.fsdecode(b"caf\xe9")
        (self.dir / name).write_bytes(b"x\n")
        (self.dir / "build.ninja").write_bytes(RULES.encode() + b"build out: cat caf\xe9\n")
        self.build()
        self.assertEqual(self.read("out"), "x\n")
        self.assert_nothing_to_do()

    def test_response_and_dep_file_paths_are_not_quoted(self):
        self.write("in", "x\n")
        self.write("a header", "h\n")
        self.manifest("""
            rule r
              command = cat 'my rsp' in > $out && echo 'out: a\\ header' > 'my dep'
              rspfile = my rsp
              rspfile_content = r
              depfile = my dep
              deps = gcc
              description = RUN $out
            build out: r in
            """)
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "rx\n")
        self.write("a header", "changed\n")
        self.assert_builds({"out"})

    def test_in_newline(self):
        self.write("a b")
        self.write("c")
        self.write(
            "build.ninja",
            "rule r\n  command = cp rsp $out\n  rspfile = rsp\n  rspfile_content = $in_newline\n"
            "build out: r a$ b c | out2\nbuild out2: phony\n",
        )
        self.build()
        self.assertEqual(self.read("out"), "'a b'\nc")

    def test_paths_are_canonical_as_text(self):
        self.write("in", "x\n")
        self.manifest("""
            build ./a//b/../out: cat .//dir/../in
            build two: cat a/out
            """)
        self.assert_builds({"a/out", "two"})
        self.assert_nothing_to_do("a/./out", "./two")

    def test_parent_directory(self):
        self.write("in", "x\n")
        self.write(
            "sub/build.ninja", RULES + "build ../out: cat ../in\nbuild x: cat ../sub/../in\n"
        )
        run = self.build("-C", "sub")
        self.assert_ran(run, {"../out", "x"})
        self.assertEqual(self.read("out"), "x\n")

    def test_absolute_paths(self):
        self.write("in", "x\n")
        self.manifest(f"build {self.dir}/out: cat {self.dir}/in\n")
        self.assert_builds({f"{self.dir}/out"})
        self.write("in", "y\n")
        self.assert_builds({f"{self.dir}/out"})


class Long(Case):
    def test_command_line_of_10000_characters_in_a_response_file(self):
        names = [f"input-{i:04}" for i in range(1000)]
        for name in names:
            self.write(name, f"{name}\n")
        self.manifest("""
            rule many
              command = xargs cat < $out.rsp > $out
              rspfile = $out.rsp
              rspfile_content = $in
              description = RUN $out
            build out: many """ + " ".join(names) + "\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "".join(f"{name}\n" for name in names))
        self.assertFalse(self.exists("out.rsp"))
        self.write("input-0500", "changed\n")
        self.assert_builds({"out"})

    def test_response_file_is_kept_when_asked(self):
        self.write(
            "build.ninja",
            "rule r\n  command = cp rsp $out\n  rspfile = rsp\n  rspfile_content = x\n"
            "build out: r\n",
        )
        self.build("-d", "keeprsp")
        self.assertEqual(self.read("rsp"), "x")

    @jig_only
    def test_response_file_in_a_directory_that_is_not_there(self):
        self.write(
            "build.ninja",
            "rule r\n  command = cp a/b/rsp $out\n  rspfile = a/b/rsp\n  rspfile_content = x\n"
            "build out: r\n",
        )
        self.build()
        self.assertEqual(self.read("out"), "x")

    @jig_only
    def test_command_of_200000_characters(self):
        """More than one argument may have (128 KiB): it still runs, as the shell would run it."""
        words = " ".join(f"word{i:05}" for i in range(20000))
        self.assertGreater(len(words), 190000)
        self.manifest(
            f"build out: sh\n  sh = printf '%s\\n' {words} > out\n"
            f"build direct: sh\n  sh = printf %.0s {words}\n"
            f"build failed: sh\n  sh = test {words} = x || exit 3\n"
        )
        self.build("out", "direct")
        self.assertEqual(self.read("out").split(), words.split())
        run = self.build("failed", code=3)
        self.assertIn("FAILED: [code=3] failed", run.text)
        self.assertEqual(
            sorted(os.listdir(self.path(".jig"))),
            sorted(set(os.listdir(self.path(".jig"))) & {"image", "journal", "lock", "traces"}),
        )

    def test_long_paths(self):
        name = "/".join(["d" * 200] * 15)
        self.write("in", "x\n")
        self.manifest(f"build {name}/out: cat in\n")
        self.assert_builds({f"{name}/out"})
        self.assertEqual(self.read(f"{name}/out"), "x\n")

    @jig_only
    def test_deep_chain(self):
        """A walk that recurses would run out of stack here."""
        count = 20000
        self.manifest(
            "rule c\n  command = :\nbuild f0: phony\n"
            + "".join(f"build f{i}: phony f{i - 1}\n" for i in range(1, count))
            + f"build out: sh f{count - 1}\n  sh = echo > out\n"
        )
        run = self.build("out")
        self.assertIn("RUN out", run.text)


class TopLevel(Case):
    def test_default_targets_add_up(self):
        self.manifest(
            "".join(f"build {n}: sh\n  sh = echo > {n}\n" for n in "abcd")
            + "default a\ndefault b c\n"
        )
        self.assert_builds({"a", "b", "c"})

    def test_without_defaults_everything_that_is_nobodys_input(self):
        self.manifest("""
            build a: sh
              sh = echo > a
            build b: cat a
            build c: sh
              sh = echo > c
            """)
        self.assert_builds({"a", "b", "c"})

    def test_dyndep_is_refused_or_right(self):
        """Loading dependencies in the middle of a build: either it works, or the message names it.
        Going on as if it were not there would build the wrong thing."""
        self.write("in", "x\n")
        self.write("dd", "ninja_dyndep_version = 1\nbuild out: dyndep | made\n")
        self.manifest("""
            build made: cat in
            build out: sh || dd
              sh = cat made > out
              dyndep = dd
            """)
        run = self.ninja("out")
        if run.code:
            self.assertIn("dyndep", run.errors)
        else:
            self.assertEqual(run.ran, ["made", "out"])

    def test_required_version_that_is_met(self):
        self.manifest("ninja_required_version = 1.5\nbuild out: sh\n  sh = echo > out\n")
        self.assert_builds({"out"})

    def test_other_manifest_name(self):
        self.manifest("build out: sh\n  sh = echo > out\n", name="other.ninja")
        self.assert_builds({"out"}, "-f", "other.ninja")

    @jig_only
    def test_two_manifests_in_one_directory_do_not_mix(self):
        self.manifest("build a: sh\n  sh = echo one > a\n", name="one.ninja")
        self.manifest("build b: sh\n  sh = echo two > b\n", name="two.ninja")
        self.build("-f", "one.ninja")
        self.build("-f", "two.ninja")
        self.assertEqual((self.read("a"), self.read("b")), ("one\n", "two\n"))
        self.assert_nothing_to_do("-f", "one.ninja")
        self.assert_nothing_to_do("-f", "two.ninja")


if __name__ == "__main__":
    main()
