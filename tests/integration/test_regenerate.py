"""The manifest as something that is built: generators, and CMake as the real one."""

import os
import shutil
import unittest

from harness import NINJA, RULES, Case, jig_only, main

# Writes build.ninja from `spec`: one job for each word. Everything a generator needs, in sh.
GENERATOR = """#!/bin/sh
set -e
test ! -e generator-fails
echo generate >> generator.log
{
cat header.ninja
for word in $(cat spec); do
  echo "build $word: sh"
  echo "  sh = echo $word > $word"
done
} > build.ninja.new
mv build.ninja.new build.ninja
"""

HEADER = RULES + """\
rule generate
  command = $generator
  generator = 1
  description = RUN generator
build build.ninja: generate spec | generate.sh header.ninja
"""


class Generated(Case):
    generator = "./generate.sh"

    def setUp(self):
        super().setUp()
        self.write("generate.sh", GENERATOR, mode=0o755)
        self.write("header.ninja", f"generator = {self.generator}\n" + HEADER)
        self.write("spec", "one two\n")
        self.assertEqual(self.run_tool(["./generate.sh"]).code, 0)
        self.write("build.ninja", self.read("build.ninja"))
        self.remove("generator.log")

    def test_fresh_manifest_is_not_generated_again(self):
        """It was made by hand, as cmake does; the first build must not make it once more."""
        self.assert_builds({"one", "two"})
        self.assertFalse(self.exists("generator.log"))

    def test_edited_source_of_the_manifest(self):
        self.assert_builds({"one", "two"})
        self.write("spec", "one two three\n")
        run = self.build()
        self.assertEqual(run.ran, ["generator", "three"])
        self.assertEqual(self.lines("generator.log"), ["generate"])
        self.assert_nothing_to_do()
        self.assertEqual(self.lines("generator.log"), ["generate"])

    def test_targets_are_looked_up_in_the_new_manifest(self):
        self.assert_builds({"one", "two"})
        self.write("spec", "one two three\n")
        self.assert_ran(self.build("three"), {"generator", "three"})

    @jig_only
    def test_touched_source_of_the_manifest(self):
        self.assert_builds({"one", "two"})
        self.touch("spec")
        self.touch("generate.sh")
        self.assert_nothing_to_do()
        self.assertFalse(self.exists("generator.log"))

    def test_manifest_that_comes_out_the_same(self):
        self.assert_builds({"one", "two"})
        self.write("spec", "one    two\n")
        self.assert_ran(self.build(), {"generator"})
        self.assert_nothing_to_do()

    @jig_only
    def test_command_of_the_generator_does_not_count(self):
        self.assert_builds({"one", "two"})
        self.write(
            "build.ninja", self.read("build.ninja").replace("generator = ./", "generator = exec ./")
        )
        self.assert_nothing_to_do()

    def test_failed_generator(self):
        self.assert_builds({"one", "two"})
        self.write("spec", "three\n")
        self.tamper("generator-fails", "")
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        self.assert_ran(run, {"generator"})
        self.assertIn("FAILED: ", run.text)
        self.assertIn("subcommand failed", run.text + run.errors)
        self.path("generator-fails").unlink()
        self.assert_ran(self.build(), {"generator", "three"})

    def test_generator_broken_by_a_syntax_error(self):
        """What it wrote cannot be read: an error now, and the next build goes on from there."""
        self.assert_builds({"one", "two"})
        self.write("header.ninja", self.read("header.ninja") + "build\n")
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        # A generator that calls the tool notices itself.
        self.assertRegex(run.text + run.errors, "expected path|rebuilding 'build.ninja'")
        self.write("header.ninja", self.read("header.ninja").replace("build\n", ""))
        self.run_tool(["./generate.sh"])
        self.build()
        self.assert_nothing_to_do()

    def test_manifest_that_never_settles(self):
        """Each round changes an input of the generator, so that it is due again."""
        self.write(
            "generate.sh", GENERATOR + "echo more$(wc -l < generator.log) >> spec\n", mode=0o755
        )
        self.write("spec", "one\n")
        run = self.ninja()
        if run.code == 0:  # taken as settled: then it must really be so
            self.assertEqual(self.read("one"), "one\n")
        else:
            self.assertIn("manifest 'build.ninja' still dirty after 100 tries", run.errors)
        self.assertLessEqual(len(self.lines("generator.log")), 101)

    def test_dry_run_does_not_generate(self):
        self.assert_builds({"one", "two"})
        before = self.read("build.ninja")
        self.write("spec", "three\n")
        self.build("-n")
        self.assertEqual(self.read("build.ninja"), before)

    def test_generated_manifest_deleted_with_its_state(self):
        self.assert_builds({"one", "two"})
        os.unlink(self.path("build.ninja"))
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertIn("loading 'build.ninja'", run.errors)


class NestedCalls(Generated):
    """The generator runs the tool on this very directory, as CMake does."""

    generator = f"./generate.sh && {NINJA} -t recompact && {NINJA} -t restat build.ninja"


class NestedBuild(Case):
    @jig_only
    def test_generator_that_builds(self):
        """Stranger still: it builds another target of the directory while it is being built."""
        self.write("spec", "1\n")
        self.manifest(f"""
            build tool: sh
              sh = echo tool > tool
            rule generate
              command = {NINJA} -f tools.ninja && cp build.ninja new && mv new build.ninja
              generator = 1
              description = RUN generator
            build build.ninja: generate spec
            build out: cat tool spec
            """)
        self.manifest("build helper: cat spec\n", name="tools.ninja")
        self.build()
        self.write("spec", "2\n")
        run = self.build()
        self.assertLessEqual({"generator", "out"}, set(run.ran), run)
        self.assertEqual(self.read("helper"), "2\n")
        self.assert_nothing_to_do()


@unittest.skipUnless(shutil.which("cmake"), "cmake is not installed")
class CMake(Case):
    """A real project: a library, a program, a generated header."""

    def setUp(self):
        super().setUp()
        self.write(
            "CMakeLists.txt",
            """\
cmake_minimum_required(VERSION 3.18)
project(demo C)
configure_file(config.h.in config.h)
add_library(shape STATIC shape.c)
add_executable(program main.c)
target_include_directories(program PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
target_link_libraries(program shape)
""",
        )
        self.write("config.h.in", "#define VALUE 4\n")
        self.write("shape.h", "int shape(void);\n")
        self.write("shape.c", '#include "shape.h"\nint shape(void) { return 3; }\n')
        self.write(
            "main.c",
            '#include "config.h"\n#include "shape.h"\n'
            "int main(void) { return shape() + VALUE; }\n",
        )
        run = self.run_tool(
            ["cmake", "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={NINJA}", "-S", ".", "-B", "build"]
        )
        self.assertEqual(run.code, 0, run)
        self.assertEqual(len(self.cmake_build().descriptions), 4)

    def cmake_build(self, code=0):
        run = self.run_tool(["cmake", "--build", "build"])
        self.assertEqual(run.code, code, run)
        return run

    def steps(self):
        """The files that the build's steps name."""
        return {line.split("/")[-1].split()[-1] for line in self.cmake_build().descriptions}

    def assert_settled(self, value):
        self.assertEqual(self.run_tool(["build/program"]).code, value)
        self.assertEqual(self.cmake_build().text, "ninja: no work to do.\n")

    def test_no_op(self):
        self.assert_settled(7)

    @jig_only
    def test_touch_runs_nothing(self):
        for name in ("CMakeLists.txt", "config.h.in", "main.c", "shape.h"):
            self.touch(name)
        self.assert_settled(7)

    def test_edited_header(self):
        self.write("shape.h", "int shape(void);\n#define EDITED\n")
        self.assertLessEqual({"shape.c.o", "main.c.o"}, self.steps())
        self.assert_settled(7)

    def test_edited_template_of_a_header(self):
        """CMake runs again inside the build, and its header compiles main.c anew."""
        self.write("config.h.in", "#define VALUE 5\n")
        steps = self.steps()
        self.assertIn("main.c.o", steps)
        self.assertNotIn("shape.c.o", steps)
        self.assert_settled(8)

    def test_source_added_to_the_project(self):
        self.write("extra.c", "int extra(void) { return 9; }\n")
        self.write(
            "CMakeLists.txt", self.read("CMakeLists.txt").replace("shape.c)", "shape.c extra.c)")
        )
        self.assertIn("extra.c.o", self.steps())
        self.assert_settled(7)

    def test_flag_changed(self):
        self.write(
            "CMakeLists.txt",
            self.read("CMakeLists.txt") + "target_compile_definitions(shape PRIVATE X=1)\n",
        )
        steps = self.steps()
        self.assertIn("shape.c.o", steps)
        self.assertNotIn("main.c.o", steps)
        self.assert_settled(7)

    def test_error_in_the_project(self):
        good = self.read("CMakeLists.txt")
        self.write("CMakeLists.txt", good + "no_such_command()\n")
        run = self.cmake_build(code=1)
        self.assertIn("no_such_command", run.text + run.errors)
        self.write("CMakeLists.txt", good)
        self.cmake_build()
        self.assert_settled(7)

    def test_clean_target(self):
        run = self.run_tool(["cmake", "--build", "build", "--target", "clean"])
        self.assertEqual(run.code, 0, run)
        self.assertFalse(self.exists("build/program"))
        self.assertEqual(len(self.cmake_build().descriptions), 4)
        self.assert_settled(7)

# As GN does it: the manifest stands, by a phony job, for a stamp that is made with it, and what was
# read is in a depfile.
STAMPED = r"""
rule gn
  command = sh gen.sh
  generator = 1
  depfile = build.ninja.d
  description = RUN gn
rule make
  command = echo VALUE > $out
  description = RUN $out
"""
STAMPED_BY_PHONY = """
build build.ninja.stamp: gn
build build.ninja: phony build.ninja.stamp
build out: make
"""
STAMPED_ITSELF = """
build build.ninja: gn
build out: make
"""
STAMPED_GENERATOR = """\
echo run >> runs
sed "s/VALUE/$(cat $(cat includes))/" top.in > build.ninja
echo "$1: includes $(cat includes) top.in" > build.ninja.d
touch build.ninja.stamp
"""


class WithDepfile(Case):
    """What the generator reads is known from its depfile only, and it is run by hand first."""

    def prepare(self, jobs):
        self.target = "build.ninja.stamp" if "phony" in jobs else "build.ninja"
        self.write("gen.sh", STAMPED_GENERATOR.replace("$1", self.target))
        self.write("top.in", STAMPED + jobs)
        self.write("includes", "one\n")
        self.write("one", "1\n")
        self.write("two", "2\n")
        self.generate_by_hand()
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "1\n")
        self.assert_nothing_to_do()

    def generate_by_hand(self):
        self.assertEqual(self.run_tool(["sh", "gen.sh"]).code, 0)
        self.remove("runs")

    def assert_generates(self, value):
        """The generator runs once, the new manifest is what is built, and all is well then."""
        run = self.build()
        self.assertEqual(run.ran, ["gn", "out"], run)
        self.assertEqual(self.lines("runs"), ["run"])
        self.assertEqual(self.read("out"), value)
        self.assert_nothing_to_do()
        self.remove("runs")

    def check_it(self):
        self.write("one", "3\n")
        self.assert_generates("3\n")
        self.write("includes", "two\n")
        self.assert_generates("2\n")
        self.write("two", "4\n")
        self.assert_generates("4\n")

    def test_by_a_phony_job(self):
        self.prepare(STAMPED_BY_PHONY)
        self.check_it()

    def test_by_itself(self):
        self.prepare(STAMPED_ITSELF)
        self.check_it()

    @jig_only
    def test_why_says_that_the_manifest_comes_first(self):
        for jobs in (STAMPED_BY_PHONY, STAMPED_ITSELF):
            self.prepare(jobs)
            self.write("one", "3\n")
            run = self.jig("query", "why", "out")
            self.assertTrue(
                run.text.startswith(
                    "the manifest would be made anew first, which may change the answers\n"
                    "build.ninja is not up to date:\n"
                    f"  {self.target}: input changed: one\n"
                ),
                run,
            )
            for name in (".jig", "out"):
                self.remove(name)

    @jig_only
    def test_a_removed_stamp(self):
        self.prepare(STAMPED_BY_PHONY)
        self.remove("build.ninja.stamp")
        self.assertEqual(self.build().ran, ["gn"])
        self.assert_nothing_to_do()

    def run_by_hand_with_other_inputs(self, jobs):
        """What it reads now is known from the depfile that it left, not from our record."""
        self.prepare(jobs)
        self.write("one", "3\n")
        self.assert_generates("3\n")
        self.write("includes", "two\n")
        self.generate_by_hand()
        self.assertEqual(self.build().ran, ["out"])
        self.assert_nothing_to_do()
        self.write("two", "5\n")
        self.assert_generates("5\n")
        self.write("one", "6\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_run_by_hand_with_other_inputs(self):
        self.run_by_hand_with_other_inputs(STAMPED_ITSELF)

    @jig_only
    def test_run_by_hand_with_other_inputs_by_a_phony_job(self):
        self.run_by_hand_with_other_inputs(STAMPED_BY_PHONY)

    def test_without_its_depfile_it_runs(self):
        self.prepare(STAMPED_ITSELF)
        self.remove(".jig")
        self.remove("build.ninja.d")
        self.assertIn("gn", self.build().ran)
        self.assert_nothing_to_do()

    @jig_only
    def test_without_default_it_comes_first(self):
        self.prepare(STAMPED_BY_PHONY)
        self.write("one", "3\n")
        run = self.ninja("--quiet", "-d", "explain")
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.read("out"), "3\n")


if __name__ == "__main__":
    main()
