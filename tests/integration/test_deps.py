"""Inputs that only the compiler knows: real gcc, real headers, depfiles of every shape."""

from harness import Case, jig_only, main

PROGRAM = """
flags = -Iinclude
build main.o: cc main.c
build shape.o: cc shape.c
build program: link main.o shape.o
"""


class Headers(Case):
    """main.c includes shape.h and config.h; shape.c includes shape.h."""

    def setUp(self):
        super().setUp()
        self.write("include/shape.h", "int shape(void);\n")
        self.write("include/config.h", "#define CONFIG 3\n")
        self.write("include/unused.h", "int unused(void);\n")
        self.write("shape.c", '#include "shape.h"\nint shape(void) { return 4; }\n')
        self.write(
            "main.c",
            '#include "shape.h"\n#include "config.h"\n'
            "int main(void) { return shape() + CONFIG; }\n",
        )
        self.manifest(PROGRAM)
        self.assert_builds({"main.o", "shape.o", "program"})
        self.assert_program(7)

    def assert_program(self, code):
        self.assertEqual(self.run_tool([str(self.path("program"))]).code, code)

    def test_no_op(self):
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    @jig_only
    def test_touched_header_runs_nothing(self):
        self.touch("include/shape.h")
        self.assert_nothing_to_do()

    def test_edited_header_runs_exactly_its_dependents(self):
        self.write("include/config.h", "#define CONFIG 5\n")
        self.assert_builds({"main.o", "program"})
        self.assert_program(9)
        self.assert_clean_build_equal()

    def test_edited_header_of_both(self):
        self.write("include/shape.h", "#define SHAPE 1\nint shape(void);\n")
        run = self.build()
        self.assertLessEqual({"main.o", "shape.o"}, set(run.ran))
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    @jig_only
    def test_comment_in_a_header_stops_at_the_objects(self):
        """The objects come out the same, so the program is not linked again."""
        self.write("include/shape.h", "/* a shape */ int shape(void);\n")
        self.assert_builds({"main.o", "shape.o"})

    def test_edited_header_that_nobody_includes(self):
        self.write("include/unused.h", "int used(void);\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_header_of_the_same_size_with_mtime_put_back(self):
        self.edit_keeping_time_and_size("include/config.h", "#define CONFIG 5\n")
        self.assert_builds({"main.o", "program"})
        self.assert_program(9)

    def test_include_added(self):
        self.write("include/unused.h", "#define EXTRA 10\n")
        self.write("shape.c", '#include "unused.h"\nint shape(void) { return EXTRA; }\n')
        self.assert_builds({"shape.o", "program"})
        self.write("include/unused.h", "#define EXTRA 20\n")
        self.assert_builds({"shape.o", "program"})
        self.assert_program(23)
        self.assert_clean_build_equal()

    def test_include_removed(self):
        self.write("main.c", '#include "shape.h"\nint main(void) { return shape(); }\n')
        self.assert_builds({"main.o", "program"})
        self.write("include/config.h", "#define CONFIG 50\n")
        self.assert_nothing_to_do()
        self.remove("include/config.h")
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_header_renamed_with_its_includes(self):
        self.rename("include/config.h", "include/settings.h")
        self.write("main.c", self.read("main.c").replace("config.h", "settings.h"))
        run = self.build()
        self.assertIn("main.o", run.ran)
        self.assertNotIn("shape.o", run.ran)
        self.write("include/settings.h", "#define CONFIG 6\n")
        self.assert_builds({"main.o", "program"})
        self.assert_program(10)
        self.assert_clean_build_equal()

    def test_header_removed_but_still_included(self):
        """A discovered input that is gone is not an error of the manifest: its job runs, and the
        compiler says what is wrong."""
        text = self.read("include/config.h")
        self.remove("include/config.h")
        run = self.build(code=1)
        self.assert_ran(run, {"main.o"})
        self.assertIn("config.h: No such file or directory", run.text)
        self.write("include/config.h", text)
        self.build()
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_header_replaced_by_an_include_chain(self):
        self.write("include/deep.h", "#define CONFIG 1\n")
        self.write("include/config.h", '#include "deep.h"\n')
        self.build()
        self.assert_program(5)
        self.write("include/deep.h", "#define CONFIG 2\n")
        self.assert_builds({"main.o", "program"})
        self.assert_program(6)

    def test_job_is_forgotten_with_its_headers(self):
        """A job that has left the manifest no longer watches the headers it had."""
        self.manifest(PROGRAM.replace("build shape.o: cc shape.c\n", ""))
        self.build("main.o")
        self.write("include/shape.h", "int shape(void); /* changed */\n")
        self.assert_ran(self.build("main.o"), {"main.o"})


class IncludePath(Case):
    """Two include directories; what is found first wins."""

    def setUp(self):
        super().setUp()
        self.write("second/value.h", "#define VALUE 2\n")
        self.path("first").mkdir()
        self.write("main.c", "#include <value.h>\nint main(void) { return VALUE; }\n")
        self.manifest(
            "flags = -Ifirst -Isecond\nbuild main.o: cc main.c\nbuild program: link main.o\n"
        )
        self.assert_builds({"main.o", "program"})

    def value(self):
        return self.run_tool([str(self.path("program"))]).code

    def test_header_that_moves_to_an_earlier_directory(self):
        self.rename("second/value.h", "first/value.h")
        self.write("first/value.h", "#define VALUE 1\n")
        self.assert_builds({"main.o", "program"})
        self.assertEqual(self.value(), 1)
        self.write("first/value.h", "#define VALUE 3\n")
        self.assert_builds({"main.o", "program"})
        self.assertEqual(self.value(), 3)
        self.assert_clean_build_equal()

    def test_header_that_moves_to_a_later_directory(self):
        self.write("third/value.h", "#define VALUE 3\n")
        self.manifest(
            "flags = -Ifirst -Isecond -Ithird\n"
            "build main.o: cc main.c\nbuild program: link main.o\n"
        )
        self.build()
        self.remove("second/value.h")
        self.assert_builds({"main.o", "program"})
        self.assertEqual(self.value(), 3)

    def test_header_that_appears_earlier_on_the_path_is_not_noticed(self):
        """A limit that every tool has which learns from depfiles: they name what was read, not
        what was looked for and not found. The next compilation, for whatever reason, sees it."""
        self.write("first/value.h", "#define VALUE 1\n")
        self.assert_nothing_to_do()
        self.assertEqual(self.value(), 2)
        self.write("second/value.h", "#define VALUE 22\n")
        self.assert_builds({"main.o", "program"})
        self.assertEqual(self.value(), 1)


class GeneratedHeaders(Case):
    def setUp(self):
        super().setUp()
        self.write("version.txt", "7\n")
        self.write("main.c", '#include "version.h"\nint main(void) { return VERSION; }\n')
        self.manifest("""
            flags = -I.
            build version.h: sh version.txt
              sh = sed 's/ .*//; s/^/#define VERSION /' version.txt > version.h
            build main.o: cc main.c || version.h
            build program: link main.o
            """)
        self.assert_builds({"version.h", "main.o", "program"})

    def test_edited_source_of_the_header(self):
        self.write("version.txt", "8\n")
        self.assert_builds({"version.h", "main.o", "program"})
        self.assertEqual(self.run_tool([str(self.path("program"))]).code, 8)
        self.assert_clean_build_equal()

    @jig_only
    def test_header_that_comes_out_the_same_compiles_nothing(self):
        self.write("version.txt", "7 (seven)\n")
        self.assert_builds({"version.h"})

    @jig_only
    def test_deleted_header_comes_back_and_compiles_nothing(self):
        self.remove("version.h")
        self.assert_builds({"version.h"})

    def test_header_waits_for_its_generator_through_the_discovered_edge(self):
        """Once discovered, the edge orders jobs even if the manifest forgot to."""
        self.manifest("""
            flags = -I.
            build version.h: sh version.txt
              sh = sed 's/ .*//; s/^/#define VERSION /' version.txt > version.h
            build main.o: cc main.c
            build program: link main.o
            """)
        self.assert_nothing_to_do()
        self.write("version.txt", "9\n")
        run = self.build("-j4")
        self.assertEqual(run.ran, ["version.h", "main.o", "program"])


class Depfiles(Case):
    """Depfiles written by hand, to be exact about their shape."""

    def depfile_job(self, content, extra="deps = gcc", out="out"):
        self.write("depfile", content)
        self.manifest(f"""
            rule r
              command = cat in > $out && cp depfile $out.d
              depfile = $out.d
              description = RUN $out
              {extra}
            build {out}: r in
            """)

    def setUp(self):
        super().setUp()
        self.write("in", "x\n")
        self.write("header", "h\n")

    def test_deps_gcc_deletes_the_depfile(self):
        self.depfile_job("out: header\n")
        self.assert_builds({"out"})
        self.assertFalse(self.exists("out.d"))
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_keepdepfile_keeps_it(self):
        self.depfile_job("out: header\n")
        self.build("-d", "keepdepfile")
        self.assertEqual(self.read("out.d"), "out: header\n")

    def test_depfile_without_deps_is_read_where_it_lies(self):
        self.depfile_job("out: header\n", extra="")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out.d"), "out: header\n")
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_missing_depfile_counts_as_empty(self):
        self.manifest("""
            rule r
              command = cat in > $out
              depfile = $out.d
              deps = gcc
              description = RUN $out
            build out: r in
            """)
        self.assert_builds({"out"})

    def test_empty_depfile(self):
        self.depfile_job("")
        self.build()

    def test_names_with_spaces_hashes_and_dollars(self):
        names = ["a header", "b#c", "d$e", "f(g)", "ü.h", "h&i"]
        for name in names:
            self.write(name, "1\n")
        self.depfile_job("out: a\\ header b\\#c d$$e f(g) ü.h \\\n  h&i\n")
        self.assert_builds({"out"})
        for name in names:
            with self.subTest(name):
                self.write(name, "2\n")
                self.assert_builds({"out"})

    def test_what_gcc_writes_for_odd_names(self):
        """The escapes as the real compiler writes them."""
        names = ["a b.h", "c#d.h", "ü.h", "e$f.h"]
        for name in names:
            self.write(f"inc/{name}", "\n")
        self.write("in.c", "".join(f'#include "{name}"\n' for name in names))
        self.manifest("flags = -Iinc\nbuild in.o: cc in.c\n")
        self.assert_builds({"in.o"})
        for name in names:
            with self.subTest(name):
                self.write(f"inc/{name}", "typedef int changed;\n")
                self.assert_builds({"in.o"})

    def test_paths_are_made_canonical(self):
        self.depfile_job("./out: ./header dir/../header .//header\n")
        self.assert_builds({"out"})
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_absolute_path(self):
        self.depfile_job(f"out: {self.path('header')}\n")
        self.assert_builds({"out"})
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_crlf_and_continuation(self):
        self.write("second", "s\n")
        self.depfile_job("out: header \\\r\n second\r\n")
        self.assert_builds({"out"})
        self.write("second", "changed\n")
        self.assert_builds({"out"})

    def test_phony_targets_as_gcc_mp_writes(self):
        self.depfile_job("out: header\nheader:\n")
        self.assert_builds({"out"})
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_malformed_depfile_fails_the_job(self):
        self.depfile_job("this is not a depfile\n")
        run = self.build(code=1)
        self.assertIn("FAILED: ", run.text)
        self.assertIn("expected ':' in depfile", run.text)

    def test_depfile_in_a_directory_that_is_not_there(self):
        self.manifest("""
            build out: sh in
              sh = cat in > out && echo out: header > far/away/out.d
              depfile = far/away/out.d
              deps = gcc
            """)
        self.assert_builds({"out"})
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_msvc_include_lines_are_inputs_and_are_not_shown(self):
        self.manifest("""
            rule cl
              command = echo before; echo 'Note: including file:   header'; echo after; $
                cat in > $out
              deps = msvc
              description = RUN $out
            build out: cl in
            """)
        run = self.build()
        self.assertEqual(run.text, "[1/1] RUN out\nbefore\nafter\n")
        self.assert_nothing_to_do()
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_msvc_with_a_prefix_in_another_language(self):
        self.manifest("""
            rule cl
              command = echo 'Hinweis: Einlesen der Datei: header'; cat in > $out
              deps = msvc
              msvc_deps_prefix = Hinweis: Einlesen der Datei:
              description = RUN $out
            build out: cl in
            """)
        self.assertEqual(self.build().text, "[1/1] RUN out\n")
        self.write("header", "changed\n")
        self.assert_builds({"out"})

    def test_msvc_include_lines_are_hidden_when_the_command_fails(self):
        self.manifest("""
            rule cl
              command = echo 'Note: including file: header'; echo error; exit 3
              deps = msvc
              description = RUN $out
            build out: cl in
            """)
        run = self.ninja()
        self.assertIn("error\n", run.text)
        self.assertNotIn("\nNote: including file: header", run.text)

    def test_deps_tool_shows_what_was_discovered(self):
        self.depfile_job("out: header\n")
        self.build()
        run = self.ninja("-t", "deps", "out")
        self.assertEqual(run.code, 0, run)
        self.assertRegex(run.text, r"^out: #deps 1, deps mtime \d+ \(VALID\)\n    header\n\n$")


if __name__ == "__main__":
    main()
