"""The command lines, jig's own and ninja's, and the tools that CMake, Meson and editors call."""

import json
import os
import re

from harness import JIG, Case, jig_only, main

CHAIN = "build mid: cat a.txt\nbuild out: cat mid b.txt\n"


@jig_only
class Jig(Case):
    """jig under its own name: exit code 2 for what it cannot do, messages that say what to do."""

    def setUp(self):
        super().setUp()
        self.write("a.txt", "a\n")
        self.write("b.txt", "b\n")
        self.manifest(CHAIN)

    def check(self, *args, code=0, **options):
        run = self.jig(*args, **options)
        self.assertEqual(run.code, code, run)
        return run

    def test_build(self):
        run = self.check("build")
        self.assert_ran(run, {"mid", "out"})
        self.assertEqual(self.check("build").text, "jig: no work to do.\n")

    def test_build_of_a_target(self):
        self.assert_ran(self.check("build", "mid"), {"mid"})

    def test_build_in_another_directory(self):
        run = self.check("build", "-C", str(self.dir), "out", cwd="/")
        self.assert_ran(run, {"mid", "out"})

    def test_build_with_another_manifest(self):
        self.rename("build.ninja", "x.ninja")
        self.assert_ran(self.check("build", "-f", "x.ninja"), {"mid", "out"})

    def test_options_after_targets(self):
        self.assert_ran(self.check("build", "mid", "-v", "--quiet", "-j", "2"), set())
        self.assertTrue(self.exists("mid"))

    def test_explain(self):
        self.check("build")
        self.write("a.txt", "A\n")
        run = self.check("build", "--explain")
        self.assertIn("input changed: a.txt", run.text + run.errors)

    def test_explain_says_each_kind_of_reason(self):
        run = self.check("build", "--explain")
        self.assertIn("never built", run.text + run.errors)
        self.remove("mid")
        run = self.check("build", "--explain")
        self.assertIn("output missing: mid", run.text + run.errors)
        self.tamper("out", "x")
        run = self.check("build", "--explain")
        self.assertIn("output changed: out", run.text + run.errors)
        self.manifest(
            CHAIN,
            rules=self.read("build.ninja")
            .partition("build ")[0]
            .replace("cat $in > $out", "cat  $in > $out"),
        )
        run = self.check("build", "--explain")
        self.assertIn("recipe changed", run.text + run.errors)

    def test_stats(self):
        run = self.check("build", "--stats")
        self.assertRegex(run.text + run.errors, r"(?i)files")
        run = self.check("build", "--stats=json", "--quiet")
        stats = json.loads(run.text)
        self.assertEqual(stats["jobs_run"], 0)

    def test_a_no_op_opens_no_file(self):
        """Once files are old enough not to be racy, stat alone is enough."""
        self.check("build")
        past = 1_600_000_000
        for name in ("a.txt", "b.txt"):
            os.utime(self.path(name), (past, past))
        for _ in range(100):
            stats = json.loads(self.check("build", "--stats=json", "--quiet").text)
            if stats["files_hashed"] == 0:
                break
        self.assertEqual((stats["files_hashed"], stats["bytes_hashed"]), (0, 0))
        self.assertGreaterEqual(stats["files_statted"], 4)
        self.assertTrue(stats["graph_reused"])

    def test_failed_job(self):
        self.manifest("build out: sh\n  sh = exit 7\n")
        run = self.check("build", code=1)
        self.assertIn("FAILED: ", run.text)
        self.assertIn("jig: build stopped: subcommand failed.\n", run.text)

    def test_a_directory_before_the_command(self):
        self.write("sub/build.ninja", "rule t\n  command = touch $out\nbuild made: t\n")
        for words in (["-C", "sub", "build"], ["-Csub", "build", "--quiet"]):
            run = self.run_tool([JIG, *words])
            self.assertEqual(run.code, 0, run)
            self.assertTrue(self.exists("sub/made"))
        self.assertEqual(self.run_tool([JIG, "-C", "sub"]).code, 2)
        self.assertEqual(self.run_tool([JIG, "-C"]).code, 2)

    def test_a_log_says_how_many_failed(self):
        self.manifest("build out: sh\n  sh = exit 7\nbuild well: sh\n  sh = touch well\n")
        run = self.run_tool([JIG, "build", "-k0"], env={"CI": "true"})
        self.assertIn("jig: 2 jobs run (1 failed), 0 spared\n", run.text, run)

    def test_a_state_that_cannot_be_written_says_what_to_do(self):
        self.write(".jig", "no folder")
        run = self.check("build", code=2)
        self.assertIn("cannot open '.jig/lock'", run.errors.replace("make the directory of", "open"))
        self.remove(".jig")
        if os.geteuid() == 0:
            return  # who may do anything is refused nothing
        self.path(".jig").mkdir(mode=0o500)
        run = self.check("build", code=2)
        self.assertIn("cannot open '.jig/lock': Permission denied", run.errors)
        self.assertIn("--cache-dir", run.errors)

    def test_wrong_manifest(self):
        self.write("build.ninja", "build x: nope\n")
        run = self.check("build", code=2)
        self.assertTrue(
            run.errors.startswith(
                "jig: error: build.ninja:1:10: unknown build rule 'nope'\n"
                "build x: nope\n"
                "         ^ near here\n"
            ),
            run,
        )

    def test_no_manifest_says_what_to_do(self):
        self.remove("build.ninja")
        run = self.check("build", code=2)
        self.assertEqual(
            run.errors,
            f"jig: error: no jig.yaml in '{self.dir}' or above it, and no build.ninja there\n"
            "  write a jig.yaml (see 'jig help config'), generate a build.ninja (e.g. with cmake -G"
            " Ninja), or say where one is with -C DIRECTORY or -f FILE\n",
        )

    def test_named_manifest_that_is_not_there_says_what_to_do(self):
        run = self.check("build", "-f", "x.ninja", code=2)
        self.assertIn("loading 'x.ninja': No such file or directory", run.errors)
        self.assertIn("-C", run.errors)

    def test_unknown_option(self):
        run = self.check("build", "--nonsense", code=2)
        self.assertIn("--nonsense", run.errors)
        self.assertIn("jig help build", run.errors)

    def test_options_that_are_no_numbers(self):
        for option in ("-jx", "-j-1", "-j1x", "-kx", "-lx"):
            with self.subTest(option):
                run = self.check("build", option, code=2)
                self.assertTrue(run.errors.startswith("jig: error: "), run)

    def test_unknown_target(self):
        run = self.check("build", "ot", code=2)
        self.assertIn("unknown target 'ot', did you mean 'out'?", run.errors)

    def test_unknown_command(self):
        run = self.check("biuld", code=2)
        self.assertIn("unknown command 'biuld', did you mean 'build'?", run.errors)

    def test_directory_that_does_not_exist(self):
        run = self.check("build", "-C", "nowhere", code=2)
        self.assertIn("nowhere", run.errors)

    def test_help_and_version(self):
        self.assertRegex(self.check("--version").text, r"^jig \d+\.\d+\.\d+\n$")
        for args in (["--help"], ["-h"], ["help"], []):
            self.assertIn("usage: jig ", self.check(*args).text)
        for command in ("build", "clean", "query", "ninja", "help"):
            text = self.check("help", command).text
            self.assertTrue(text.startswith(f"usage: jig {command}"), text)
        for command in ("build", "clean", "query"):
            self.assertEqual(self.check(command, "--help").text, self.check("help", command).text)

    def test_ninja_as_a_command(self):
        run = self.check("ninja", "-v")
        self.assertEqual(run.text, "[1/2] cat a.txt > mid\n[2/2] cat mid b.txt > out\n")

    def test_clean(self):
        self.check("build")
        run = self.check("clean")
        self.assertEqual(run.text, "jig: removed 2 files\n")
        self.assertFalse(self.exists("mid") or self.exists("out"))
        self.assertTrue(self.exists("a.txt") and self.exists("build.ninja"))
        self.assert_ran(self.check("build"), {"mid", "out"})

    def test_clean_of_a_target(self):
        self.check("build")
        self.check("clean", "mid")
        self.assertFalse(self.exists("mid"))
        self.assertTrue(self.exists("out"))

    def test_clean_dry_run(self):
        self.check("build")
        self.check("clean", "-n")
        self.assertTrue(self.exists("mid") and self.exists("out"))

    def test_query_why_tells_what_only_comes_before(self):
        self.manifest("build gen: cat spec\nbuild app: cat b.txt || gen\n")
        self.write("spec", "1\n")
        self.write("b.txt", "b\n")
        self.check("build")
        self.assertEqual(self.check("query", "why", "app").text, "app is up to date\n")
        self.write("spec", "2\n")
        self.assertEqual(
            self.check("query", "why", "app").text,
            "app is up to date\n"
            "building it would run others that only have to come before:\n"
            "  gen: input changed: spec\n",
        )
        run = self.check("build", "app")
        self.assertEqual(run.ran, ["gen"])

    def test_query_why(self):
        self.check("build")
        self.assertIn("up to date", self.check("query", "why", "out").text)
        self.write("a.txt", "A\n")
        run = self.check("query", "why", "mid")
        self.assertIn("input changed: a.txt", run.text)
        self.assert_ran(self.check("build"), {"mid", "out"})  # asking changed nothing

    def test_query_deps_and_rdeps(self):
        self.check("build")
        deps = self.check("query", "deps", "out").text
        self.assertIn("mid", deps)
        self.assertIn("b.txt", deps)
        rdeps = self.check("query", "rdeps", "a.txt").text
        self.assertIn("mid", rdeps)

    def test_query_of_discovered_inputs(self):
        self.write("h.h", "\n")
        self.write("main.c", '#include "h.h"\nint main(void) { return 0; }\n')
        self.manifest("build main.o: cc main.c\n")
        self.check("build")
        self.assertIn("h.h", self.check("query", "deps", "main.o").text)
        self.assertIn("main.o", self.check("query", "rdeps", "h.h").text)

    def test_closed_standard_output_stops_the_build(self):
        """`jig build | head -1`: nobody reads, so jobs are not run on for nobody."""
        self.manifest("".join(f"build o{i}: sh\n  sh = echo text; : > o{i}\n" for i in range(300)))
        run = self.run_tool(["/bin/sh", "-c", f"'{JIG}' build -j1 | head -n 1"])
        self.assertEqual(run.text, "[1/300] RUN o0\n")
        made = [i for i in range(300) if self.exists(f"o{i}")]
        self.assertLess(len(made), 300)
        self.check("build", "--quiet")
        self.assertEqual(self.check("build").text, "jig: no work to do.\n")

    def test_full_standard_output_is_an_error(self):
        with open("/dev/full", "wb") as full:
            run = self.check("build", code=2, stdout=full)
        self.assertIn("cannot write to standard output: No space left on device", run.errors)


class Ninja(Case):
    def setUp(self):
        super().setUp()
        self.write("a.txt", "a\n")
        self.write("b.txt", "b\n")
        self.manifest(CHAIN)

    def test_version_is_one_that_cmake_and_meson_accept(self):
        run = self.build("--version")
        match = re.fullmatch(r"1\.(\d+)\.\d+(\.\S+)?\n", run.text)
        self.assertTrue(match, run)
        self.assertGreaterEqual(int(match[1]), 11)

    def test_help(self):
        run = self.build("-h", code=1)
        self.assertIn("usage: ninja [options] [targets...]", run.errors)

    def test_unknown_option(self):
        run = self.ninja("--nonsense")
        self.assertEqual(run.code, 1)
        self.assertIn("usage: ninja", run.errors)

    def test_options_that_are_no_numbers(self):
        for option, message in (
            ("-jx", "invalid -j parameter"),
            ("-kx", "-k parameter not numeric; did you mean -k 0?"),
            ("-lx", "-l parameter not numeric: did you mean -l 0.0?"),
        ):
            with self.subTest(option):
                run = self.ninja(option)
                self.assertEqual(run.code, 1)
                self.assertEqual(run.errors, f"ninja: fatal: {message}\n")

    def test_debug_and_warning_lists(self):
        self.assertIn("explain", self.ninja("-d", "list").text)
        self.assertIn("phonycycle", self.ninja("-w", "list").text)
        run = self.ninja("-d", "explian")
        self.assertEqual(run.code, 1)
        self.assertIn("did you mean 'explain'?", run.errors)

    def test_directory_that_does_not_exist(self):
        run = self.ninja("-C", "nowhere")
        self.assertEqual(run.code, 1)
        self.assertIn("chdir to 'nowhere' - No such file or directory", run.errors)

    @jig_only
    def test_each_command_says_where_to_read_of_its_options(self):
        for command in ("build", "clean", "cache", "daemon", "query", "trace", "watch"):
            words = ["targets"] if command == "query" else []
            run = self.jig(command, "-C", "nowhere", *words)
            self.assertEqual(run.code, 2, run)
            self.assertIn("chdir to 'nowhere' - No such file or directory", run.errors)
            self.assertIn(f"see 'jig help {command}'", run.errors)

    def test_first_output_of_a_source(self):
        self.assert_ran(self.build("a.txt^"), {"mid"})

    def test_target_spelt_in_another_way(self):
        self.assert_ran(self.build("./x/../mid"), {"mid"})

    def test_target_that_is_a_source(self):
        self.assertEqual(self.build("a.txt").text, "ninja: no work to do.\n")

    def test_load_limit_lets_one_job_run(self):
        self.assert_ran(self.build("-l", "0.0001"), {"mid", "out"})

    def test_dry_run_leaves_no_trace(self):
        before = self.tree(self.dir)
        self.build("-n")
        self.assertEqual(self.tree(self.dir), before)
        self.assert_ran(self.build(), {"mid", "out"})


class Tools(Case):
    """ninja -t …"""

    def setUp(self):
        super().setUp()
        self.write("a.txt", "a\n")
        self.write("b.txt", "b\n")
        self.manifest(CHAIN + "build all: phony out\ndefault all\n")
        self.build()

    def tool(self, *args, code=0):
        run = self.ninja("-t", *args)
        self.assertEqual(run.code, code, run)
        return run.text

    def test_list(self):
        text = self.tool("list")
        for name in (
            "clean",
            "cleandead",
            "compdb",
            "deps",
            "query",
            "recompact",
            "restat",
            "targets",
        ):
            self.assertRegex(text, rf"(?m)^ +{name} ")

    def test_unknown_tool(self):
        run = self.ninja("-t", "claen")
        self.assertEqual(run.code, 1)
        self.assertEqual(run.errors, "ninja: fatal: unknown tool 'claen', did you mean 'clean'?\n")

    def test_recompact(self):
        self.tool("recompact")
        self.assert_nothing_to_do()

    def test_recompact_and_restat_before_any_build(self):
        """CMake calls both right after it wrote the first manifest; a failure fails its run."""
        self.write("new/build.ninja", self.read("build.ninja"))
        self.dir = self.path("new")
        self.tool("recompact")
        self.tool("restat", "build.ninja")

    def test_restat_of_files(self):
        self.tool("restat", "out", "mid")
        self.assert_nothing_to_do()

    @jig_only
    def test_restat_takes_outputs_as_they_are(self):
        """Whoever changed the output says that it is up to date."""
        self.tamper("mid", "by hand\n")
        self.tool("restat", "mid")
        run = self.build()
        self.assertNotIn("mid", run.ran)

    def test_clean(self):
        self.assertEqual(self.tool("clean"), "Cleaning... 2 files.\n")
        self.assertFalse(self.exists("out") or self.exists("mid"))
        self.assertTrue(self.exists("a.txt"))
        self.assertEqual(self.tool("clean"), "Cleaning... 0 files.\n")
        self.assert_builds({"mid", "out"})

    def test_clean_of_a_target_and_of_a_rule(self):
        self.tool("clean", "mid")
        self.assertFalse(self.exists("mid"))
        self.assertTrue(self.exists("out"))
        self.build()
        self.tool("clean", "-r", "cat")
        self.assertFalse(self.exists("mid") or self.exists("out"))

    def test_clean_spares_what_generators_made(self):
        self.manifest("rule g\n  command = echo > $out\n  generator = 1\nbuild gen: g\n")
        self.build()
        self.tool("clean")
        self.assertTrue(self.exists("gen"))
        self.tool("clean", "-g")
        self.assertFalse(self.exists("gen"))

    def test_clean_takes_depfiles_and_response_files(self):
        self.manifest("""
            rule r
              command = cp rsp $out && echo $out: a.txt > dep
              rspfile = rsp
              rspfile_content = x
              depfile = dep
            build made: r
            """)
        self.build("-d", "keeprsp")
        self.assertTrue(self.exists("dep") and self.exists("rsp"))
        self.tool("clean")
        self.assertFalse(self.exists("dep") or self.exists("rsp") or self.exists("made"))

    def test_cleandead(self):
        self.manifest("build out: cat b.txt\n")
        self.build()
        self.tool("cleandead")
        self.assertFalse(self.exists("mid"))
        self.assertTrue(self.exists("out") and self.exists("b.txt"))

    def test_cleandead_takes_a_stamp_that_was_just_made(self):
        """Its digest counts its mtime, also now that no job makes it."""
        self.manifest("build keep: sh\n  sh = touch keep\nbuild stamp: sh\n  sh = touch stamp\n")
        self.build()
        self.manifest("build keep: sh\n  sh = touch keep\n")
        self.tool("cleandead")
        self.assertFalse(self.exists("stamp"))
        self.assertTrue(self.exists("keep"))

    @jig_only
    def test_cleandead_spares_what_became_a_source(self):
        self.manifest("build out: cat mid b.txt\n")
        self.build()
        self.tool("cleandead")
        self.assertTrue(self.exists("mid"))

    def test_targets(self):
        self.assertEqual(self.tool("targets"), "all: phony\n")
        self.assertEqual(self.tool("targets", "depth", "2"), "all: phony\n  out: cat\n")
        self.assertEqual(
            sorted(self.tool("targets", "all").splitlines()), ["all: phony", "mid: cat", "out: cat"]
        )
        self.assertEqual(self.tool("targets", "rule", "cat").split(), ["mid", "out"])

    def test_query(self):
        self.assertEqual(
            self.tool("query", "mid"), "mid:\n  input: cat\n    a.txt\n  outputs:\n    out\n"
        )

    def test_deps_of_none(self):
        self.assertEqual(self.tool("deps", "mid"), "mid: deps not found\n")

    def test_compdb_of_everything(self):
        entries = json.loads(self.tool("compdb"))
        self.assertEqual(
            [(e["file"], e["output"]) for e in entries],
            [("a.txt", "mid"), ("mid", "out"), ("b.txt", "out"), ("out", "all")],
        )

    def test_compdb_with_an_unknown_rule(self):
        self.assertEqual(json.loads(self.tool("compdb", "nope")), [])

    def test_compdb_expands_response_files(self):
        self.write(
            "build.ninja",
            "rule r\n  command = cc @$out.rsp -c\n  rspfile = $out.rsp\n"
            "  rspfile_content = -DX $in\nbuild o: r a.txt\n",
        )
        (entry,) = json.loads(self.tool("compdb", "-x", "r"))
        self.assertEqual(entry["command"], "cc -DX a.txt -c")


if __name__ == "__main__":
    main()
