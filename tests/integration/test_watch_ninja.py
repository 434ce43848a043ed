"""Watching a build.ninja: headers that only compilers know of, manifests that change, outputs that lie
beside their sources."""

import unittest

from harness import RULES, Case, wait_until
from watch_harness import WatchCase, append


class NinjaCase(WatchCase):
    """A tree with a build.ninja; a clean build is one of ninja."""

    assert_clean_build_equal = Case.assert_clean_build_equal


class Compiling(NinjaCase):
    def setUp(self):
        super().setUp()
        self.write("src/number.h", "#define NUMBER 1\n")
        self.write("src/one.c", '#include "number.h"\nint one(void) { return NUMBER; }\n')
        self.write("src/main.c", "int one(void);\nint main(void) { return one(); }\n")
        self.manifest(
            """
            build obj/one.o: cc src/one.c
            build obj/main.o: cc src/main.c
            build app: link obj/one.o obj/main.o
            """
        )

    def test_an_edit_of_a_header_compiles_what_includes_it(self):
        watch = self.watch()
        self.write("src/number.h", "#define NUMBER 2\n")
        block = watch.block()
        self.assertEqual(block.changes, ["src/number.h"])
        self.assertEqual(block.jobs, ["RUN obj/one.o", "RUN app"])
        self.assertRegex(block.text, r"\njig: 2 jobs run, 0 spared\n$")
        self.assertEqual(self.run_tool([str(self.path("app"))]).code, 2)
        self.assert_same_as_clean(watch)

    def test_a_comment_stops_at_the_object(self):
        watch = self.watch()
        append(self.path("src/number.h"), "/* a comment */\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/one.o"])
        self.assert_same_as_clean(watch)

    def test_a_header_that_is_included_later_counts_from_then_on(self):
        watch = self.watch()
        self.write("src/main.c", '#include "late.h"\nint main(void) { return LATE; }\n')
        block = watch.block()
        self.assertIn("FAILED: [code=1] obj/main.o", block.text)
        watch.quiet()
        self.write("src/late.h", "#define LATE 3\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/main.o", "RUN app"])
        watch.quiet()
        self.write("src/late.h", "#define LATE 4\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/main.o", "RUN app"])
        self.assertEqual(self.run_tool([str(self.path("app"))]).code, 4)
        self.assert_same_as_clean(watch)

    def test_an_error_is_shown_until_it_is_mended(self):
        watch = self.watch("-k0")
        self.write("src/one.c", "int one(void) { return }\n")
        block = watch.block()
        self.assertIn("FAILED: [code=1] obj/one.o", block.text)
        self.assertIn("error: expected expression", block.text)
        watch.quiet()
        self.assert_silent(watch)
        self.write("src/one.c", "int one(void) { return 7; }\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/one.o", "RUN app"])
        self.assert_same_as_clean(watch)

    def test_touching_is_silent(self):
        watch = self.watch()
        with watch.looks():
            self.touch("src/number.h")
        self.assert_silent(watch)

    def test_targets_leave_the_rest_alone(self):
        watch = self.watch("obj/main.o")
        with watch.looks():
            self.write("src/one.c", "int one(void) { return 5; }\n")
        self.assert_silent(watch)
        self.write("src/main.c", "int main(void) { return 6; }\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/main.o"])

    def test_an_edit_of_the_manifest_reloads_it(self):
        self.write("extra.txt", "extra\n")
        watch = self.watch()
        append(self.path("build.ninja"), "build copy: cat extra.txt\n")
        block = watch.block()
        self.assertEqual(block.jobs, ["RUN copy"])
        self.assertEqual(block.changes, ["build.ninja"])
        watch.quiet()
        self.write("extra.txt", "more\n")
        self.assertEqual(watch.block().jobs, ["RUN copy"])
        self.assert_same_as_clean(watch)

    def test_a_broken_manifest_is_told_and_waited_for(self):
        whole = self.read("build.ninja")
        watch = self.watch()
        append(self.path("build.ninja"), "nonsense\n")
        watch.wait_for_error("jig: error: build.ninja:")
        watch.quiet()
        with watch.looks():
            self.write("src/main.c", "int main(void) { return 8; }\n")
        self.assertNotIn(b"build.ninja", watch.err, "the same error was told again")
        watch.skip()
        self.write("build.ninja", whole)
        self.assertEqual(watch.block().jobs, ["RUN obj/main.o", "RUN app"])
        self.assert_same_as_clean(watch)

    def test_a_manifest_that_is_broken_at_first(self):
        whole = self.read("build.ninja")
        self.write("sub/rules.ninja", "nonsense\n")
        self.write("build.ninja", "include sub/rules.ninja\n" + whole)
        watch = self.watch(ready=None)
        watch.wait_for_error("jig: error: sub/rules.ninja:")
        watch.wait_for("jig: watching")
        watch.quiet()
        self.write("sub/rules.ninja", "# better\n")
        wait_until(lambda: self.exists("app"), "the first build")
        watch.quiet()
        watch.skip()
        self.write("src/number.h", "#define NUMBER 9\n")
        self.assertEqual(watch.block().jobs, ["RUN obj/one.o", "RUN app"])


class Generated(NinjaCase):
    """The manifest is made by a job, as CMake's is."""

    def test_an_edit_of_what_it_is_made_from(self):
        self.write("list", "a\n")
        self.write("a.in", "a\n")
        self.write("b.in", "b\n")
        self.write(
            "generate.sh",
            "cat rules.ninja\n"
            "echo 'build build.ninja: generate generate.sh list'\n"
            "for name in $(cat list); do echo build $name.out: cat $name.in; done\n",
        )
        self.write(
            "rules.ninja",
            RULES
            + "rule generate\n  command = sh generate.sh > $out.new && mv $out.new $out\n"
            "  generator = 1\n  description = RUN $out\n",
        )
        self.run_tool(["sh", "-c", "sh generate.sh > build.ninja"])
        watch = self.watch()
        self.assertTrue(self.exists("a.out"))
        self.write("list", "a\nb\n")
        wait_until(lambda: self.exists("b.out"), "what the new manifest makes")
        watch.quiet()
        watch.skip()
        self.write("b.in", "new\n")
        self.assertEqual(watch.block().jobs, ["RUN b.out"])
        self.assertEqual(self.read("b.out"), "new\n")


class Beside(NinjaCase):
    """Outputs beside their sources, and what jobs leave there that no manifest names."""

    def test_strays_of_a_failing_job_do_not_start_it_again(self):
        self.write("a.in", "a\n")
        self.manifest(
            """
            build a.out: sh a.in
              sh = echo x > a.tmp.$$$$; echo y > a.log; exit 1
            """
        )
        watch = self.watch(ready=None)
        watch.wait_for("jig: watching")
        for expected in (1, 2):
            watch.quiet()
            watch.rest()
            self.assertEqual(watch.out.count(b"FAILED"), expected)
            self.write("a.in", f"text {expected}\n")
            wait_until(lambda n=expected: watch.rest() and watch.out.count(b"FAILED") > n,
                       "the next try")

    def test_a_restart_leaves_nothing_half_written(self):
        gate = self.gate()
        self.write("a.in", "a\n")
        self.write("b.in", "b\n")
        self.manifest(
            f"""
            build a.out: sh a.in
              sh = echo partial > a.out; {gate.hold().replace("$", "$$")}; cat a.in > a.out
            """
        )
        watch = self.watch("--on-change=restart", ready=None)
        gate.arrived()
        self.write("a.in", "A\n")
        watch.wait_for("jig: build stopped: something changed.\n")
        gate.arrived()
        gate.release()
        wait_until(lambda: self.read("a.out") == "A\n", "the build after the restart")
        watch.block()
        self.assertNotIn("FAILED", watch.out.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
