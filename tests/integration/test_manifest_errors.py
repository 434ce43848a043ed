"""What a person reads when the manifest is wrong: the message, the line, the caret."""

from harness import Case, jig_only, main

CAT = "rule cat\n  command = cat $in > $out\n"


class Refused(Case):
    def check(self, manifest, message, name="build.ninja"):
        """The manifest is refused, with just this on standard error."""
        self.write(name, manifest)
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        self.assertEqual(run.text, "")
        # ninja ends some of these with an empty line.
        self.assertEqual(run.errors.rstrip("\n"), "ninja: error: " + message)


class Syntax(Refused):
    def test_unknown_rule(self):
        self.check(
            "# one\n\nbuild ok: phony\nbuild x | y: nope z\n",
            "build.ninja:4: unknown build rule 'nope'\n"
            "build x | y: nope z\n"
            "             ^ near here",
        )

    def test_assignment_without_equals_sign(self):
        self.check(
            "x 3\n",
            "build.ninja:1: expected '=', got identifier\nx 3\n  ^ near here",
        )

    def test_end_in_the_middle_of_a_statement(self):
        self.check(
            "foobar",
            "build.ninja:1: expected '=', got eof\nfoobar\n      ^ near here",
        )

    def test_last_line_without_newline(self):
        self.check(
            "x = 3\ny = 4",
            "build.ninja:2: unexpected EOF\ny = 4\n     ^ near here",
        )

    def test_tab_as_indentation(self):
        self.write("build.ninja", "rule r\n\tcommand = x\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(run.errors.startswith("ninja: error: build.ninja:2: "), run)

    def test_tab_before_a_statement(self):
        self.write("build.ninja", "a = 1\n\tx = 3\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(
            run.errors.startswith("ninja: error: build.ninja:2: tabs are not allowed, use spaces"),
            run,
        )

    def test_unexpected_indent(self):
        self.write("build.ninja", "rule r\n  command = r\n  \n  generator = 1\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(
            run.errors.startswith("ninja: error: build.ninja:4: unexpected indent"), run
        )

    def test_bad_escape(self):
        self.check(
            "x = $\n $[\n",
            "build.ninja:2: bad $-escape (literal $ must be written as $$)\n $[\n ^ near here",
        )

    def test_bad_escape_in_a_path(self):
        self.check(
            CAT + "build $.: cat foo\n",
            "build.ninja:3: bad $-escape (literal $ must be written as $$)\n"
            "build $.: cat foo\n"
            "      ^ near here",
        )

    def test_brace_that_is_not_closed(self):
        self.check(
            "rule cat\n  command = ${fafsd\nfoo = bar\n",
            "build.ninja:2: bad $-escape (literal $ must be written as $$)\n"
            "  command = ${fafsd\n"
            "            ^ near here",
        )

    def test_newline_escape_needs_its_version(self):
        self.write("build.ninja", "x = $^\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(run.errors.startswith("ninja: error: build.ninja:1: "), run)
        self.assertIn("x = $^\n", run.errors)

    def test_build_without_a_path(self):
        self.check("build\n", "build.ninja:1: expected path\nbuild\n     ^ near here")

    def test_build_without_a_colon(self):
        self.check(
            CAT + "build $: cat foo\n",
            "build.ninja:3: expected ':', got newline ($ also escapes ':')\n"
            "build $: cat foo\n"
            "                ^ near here",
        )

    def test_build_with_two_colons(self):
        self.check(
            "build x:: y z\n",
            "build.ninja:1: expected build command name\nbuild x:: y z\n        ^ near here",
        )

    def test_colon_among_inputs(self):
        self.check(
            CAT + "build x: cat $\n :\n",
            "build.ninja:4: expected newline, got ':'\n :\n ^ near here",
        )

    def test_something_that_is_no_statement(self):
        self.write("build.ninja", "@@@\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(run.errors.startswith("ninja: error: build.ninja:1: lexing error"), run)

    def test_zero_byte(self):
        self.write("build.ninja", b"a = 1\nb\0c = 2\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertTrue(run.errors.startswith("ninja: error: build.ninja:2: "), run)

    def test_error_in_an_included_file_names_that_file(self):
        self.write("rules.ninja", "rule\n")
        self.check(
            "include rules.ninja\n",
            "rules.ninja:1: expected rule name\nrule\n    ^ near here",
        )

    def test_included_file_missing(self):
        self.check(
            CAT + "subninja nowhere.ninja\n",
            "build.ninja:3: loading 'nowhere.ninja': No such file or directory\n"
            "subninja nowhere.ninja\n"
            "                      ^ near here",
        )


class Rules(Refused):
    def test_rule_without_a_name(self):
        self.check("rule %foo\n", "build.ninja:1: expected rule name\nrule %foo\n     ^ near here")

    def test_duplicate_rule(self):
        self.check(
            CAT + CAT,
            "build.ninja:3: duplicate rule 'cat'\nrule cat\n        ^ near here",
        )

    def test_unknown_rule_variable(self):
        self.check(
            "rule cc\n  command = foo\n  othervar = bar\n",
            "build.ninja:3: unexpected variable 'othervar'\n"
            "  othervar = bar\n"
            "                ^ near here",
        )

    def test_rule_without_command(self):
        self.check(
            "rule cat\n  description = x\nbuild a: cat\n",
            "build.ninja:3: expected 'command =' line",
        )

    def test_rspfile_without_its_content(self):
        self.check(
            "rule cat\n  command = echo\n  rspfile = cat.rsp\n",
            "build.ninja:4: rspfile and rspfile_content need to be both specified",
        )

    def test_unknown_pool(self):
        self.check(
            "rule run\n  command = echo\n  pool = nowhere\nbuild out: run in\n",
            "build.ninja:5: unknown pool name 'nowhere'",
        )

    def test_duplicate_pool(self):
        self.check(
            "pool foo\n  depth = 4\npool foo\n",
            "build.ninja:3: duplicate pool 'foo'\npool foo\n        ^ near here",
        )

    def test_negative_pool_depth(self):
        self.check(
            "pool foo\n  depth = -1\n",
            "build.ninja:2: invalid pool depth\n  depth = -1\n            ^ near here",
        )

    def test_pool_without_depth(self):
        self.check("pool foo\n", "build.ninja:2: expected 'depth =' line")

    def test_pool_variable_that_does_not_exist(self):
        self.check(
            "pool foo\n  bar = 1\n",
            "build.ninja:2: unexpected variable 'bar'\n  bar = 1\n         ^ near here",
        )

    def test_rule_variables_in_a_circle(self):
        self.write(
            "build.ninja",
            "rule r\n  command = $description\n  description = $command\nbuild a: r\n",
        )
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertRegex(
            run.errors,
            "cycle in rule variables: (command -> description -> command"
            "|description -> command -> description)\n",
        )


class Graph(Refused):
    def test_duplicate_output(self):
        self.write("build.ninja", CAT + "build out: cat a\nbuild out: cat b\nx = 1\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        # The statement's own line, or the one after it, where ninja notices.
        self.assertRegex(
            run.errors, r"^ninja: error: build\.ninja:[45]: multiple rules generate out\n"
        )

    def test_duplicate_output_by_another_spelling(self):
        self.write("build.ninja", CAT + "build a/../out: cat a\nbuild ./out: cat b\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertIn("multiple rules generate out\n", run.errors)

    def test_duplicate_implicit_output(self):
        self.write("build.ninja", CAT + "build out | side: cat a\nbuild side: cat b\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertIn("multiple rules generate side\n", run.errors)

    def test_default_that_nothing_makes(self):
        self.check(
            "default nowhere\n",
            "build.ninja:1: unknown target 'nowhere'\ndefault nowhere\n               ^ near here",
        )

    def test_empty_path(self):
        self.check(
            "default $a\n",
            "build.ninja:1: empty path\ndefault $a\n          ^ near here",
        )

    def test_cycle(self):
        self.check(
            CAT + "build a: cat b\nbuild b: cat c\nbuild c: cat a\ndefault a\n",
            "dependency cycle: a -> b -> c -> a",
        )

    def test_cycle_of_one(self):
        self.check(CAT + "build a: cat a\ndefault a\n", "dependency cycle: a -> a")

    def test_cycle_through_an_order_only_input(self):
        self.check(
            CAT + "build a: cat || b\nbuild b: cat a\nbuild c: cat a\n",
            "dependency cycle: a -> b -> a",
        )

    def test_nothing_but_a_cycle(self):
        self.check(
            CAT + "build a: cat b\nbuild b: cat a\n",
            "could not determine root nodes of build graph",
        )

    def test_missing_source(self):
        self.check(
            CAT + "build a: cat nowhere\n",
            "'nowhere', needed by 'a', missing and no known rule to make it",
        )

    def test_phony_of_itself_is_a_warning(self):
        self.write("build.ninja", "build a: phony a\nrule r\n  command = :\nbuild b: r a\n")
        run = self.ninja()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(
            run.errors,
            "ninja: warning: phony target 'a' names itself as an input; "
            "ignoring [-w phonycycle=warn]\n",
        )

    def test_phony_of_itself_is_an_error_when_asked(self):
        self.write("build.ninja", "build a: phony a\n")
        run = self.ninja("-w", "phonycycle=err", "a")
        self.assertEqual(run.code, 1, run)
        self.assertEqual(run.errors, "ninja: error: dependency cycle: a -> a [-w phonycycle=err]\n")


class Whole(Case):
    def test_manifest_missing(self):
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertEqual(
            run.errors, "ninja: error: loading 'build.ninja': No such file or directory\n"
        )
        self.assertFalse(self.exists(".jig"), "a directory without a manifest is left alone")

    def test_other_manifest_missing(self):
        run = self.ninja("-f", "other.ninja")
        self.assertEqual(run.code, 1)
        self.assertEqual(
            run.errors, "ninja: error: loading 'other.ninja': No such file or directory\n"
        )

    def test_manifest_is_a_directory(self):
        self.path("build.ninja").mkdir()
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertIn("build.ninja", run.errors)

    def test_empty_manifest(self):
        self.write("build.ninja", "")
        self.assert_nothing_to_do()

    def test_required_version_too_new(self):
        self.write("build.ninja", "ninja_required_version = 99.0\nthis is not looked at\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertRegex(
            run.errors,
            r"ninja version \(1\.\d+.*\) incompatible with build file "
            r"ninja_required_version version \(99\.0\)\.\n",
        )

    def test_unknown_target(self):
        self.manifest("build program: phony\n")
        run = self.ninja("completely-else")
        self.assertEqual(run.code, 1)
        self.assertEqual(run.errors, "ninja: error: unknown target 'completely-else'\n")

    def test_misspelt_target_gets_a_suggestion(self):
        self.manifest("build program: phony\n")
        run = self.ninja("progam")
        self.assertEqual(run.code, 1)
        self.assertEqual(
            run.errors, "ninja: error: unknown target 'progam', did you mean 'program'?\n"
        )

    def test_clean_as_a_target_names_the_tool(self):
        self.manifest("build program: phony\n")
        run = self.ninja("clean")
        self.assertEqual(run.code, 1)
        self.assertEqual(
            run.errors,
            "ninja: error: unknown target 'clean', did you mean 'ninja -t clean'?\n",
        )

    @jig_only
    def test_broken_manifest_leaves_the_state_alone(self):
        """A syntax error, repaired: nothing that was built is built again."""
        self.write("in", "x\n")
        self.manifest("build out: cat in\n")
        self.assert_builds({"out"})
        good = self.read("build.ninja")
        self.write("build.ninja", good + "build\n")
        self.build(code=1)
        self.write("build.ninja", good)
        self.assert_nothing_to_do()


if __name__ == "__main__":
    main()
