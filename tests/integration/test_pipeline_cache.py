"""What is kept between builds of pipelines, and how it is looked at: --no-cache, --cache-dir,
--show-cache, jig cache, jig query, jig clean, and --stats=json."""

import json
import os
import pathlib
import re

from harness import Case, jig_only, main
from pipeline_harness import UPPER, UPPER_ALL, PipelineCase

ROOT = pathlib.Path(__file__).resolve().parents[2]

# One job a module, once by whole files and once by what is imported of them; one job over all.
MODULES = """\
pipelines:
  - name: size
    sources: ["src/**/*.ts"]
    scan: { kind: typescript }
    generate: { shell: "wc -c < {source} > {out}" }
    outputs: ["gen/{stem}.size"]
  - name: lines
    sources: ["src/**/*.ts"]
    scan: { kind: typescript }
    sees: definitions
    generate: { shell: "wc -l < {source} > {out}" }
    outputs: ["gen/{stem}.lines"]
  - name: all
    collect: size
    generate: { shell: "cat {sources} > {out}" }
    outputs: ["gen/all"]
"""


class ModulesCase(PipelineCase):
    def setUp(self):
        super().setUp()
        self.config(MODULES)
        self.write("src/id.ts", "export type Id = number;\nexport type Other = 1;\n")
        self.write(
            "src/user.ts",
            "import { Id } from './id';\n"
            "import React from 'react';\n"
            "import './nope';\n"
            "export class User { id: Id }\n"
            "function make() { return new User(); }\n",
        )

    def check(self, *args, code=0, **options):
        run = self.jig(*args, **options)
        self.assertEqual(run.code, code, run)
        return run


@jig_only
class Keeping(PipelineCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")

    def test_no_cache_builds_everything_and_keeps_nothing(self):
        for _ in range(2):
            self.assert_ran(self.build("--no-cache"), ["gen/src/a.up"])
        self.assertFalse(self.exists(".jig"))

    def test_no_cache_leaves_what_was_kept_alone(self):
        self.build()
        self.build("--no-cache")
        self.assert_nothing_to_do()

    def test_cache_dir(self):
        self.build("--cache-dir", "kept/here")
        self.assertFalse(self.exists(".jig"))
        self.assertTrue(self.exists("kept/here/image"))
        self.assert_nothing_to_do("--cache-dir", "kept/here")
        self.assert_nothing_to_do("--cache-dir", str(self.path("kept/here")))

    def test_cache_dir_is_relative_to_where_one_stands(self):
        self.build("-C", "src", "--cache-dir", "kept", "--quiet")
        self.assertTrue(self.exists("src/kept/image"))
        self.assertEqual(
            self.jig("query", "why", "gen/src/a.up", "--cache-dir", "src/kept").text,
            "gen/src/a.up is up to date\n",
        )

    def test_without_its_cache_a_build_gives_the_same(self):
        self.build()
        before = self.outputs()
        self.remove(".jig")
        self.assert_ran(self.build(), ["gen/src/a.up"])
        self.assertEqual(self.outputs(), before)


@jig_only
class Overview(ModulesCase):
    def overview(self):
        return json.loads(self.check("cache", "show", "--json").text)

    def test_what_is_kept(self):
        self.build()
        text = self.check("cache").text
        # How many files are too young to be believed of depends on when one asks.
        age = re.compile(r", \d+ of them to be looked into again")
        self.assertEqual(age.sub("", text), age.sub("", self.check("cache", "show").text))
        self.assertRegex(text, r"^cache    \.jig: \d+\.\d KiB\n         discovery  ")
        self.assertIn("\njobs     5 recorded of 5, and 0 that are gone\n", text)
        self.assertIn("\nmodules  2 with 3 imports, ", text)
        self.assertIn("\nbuilds   1 so far: ", text)

    def test_builds_add_up(self):
        sums = {}
        for _ in range(3):
            stats = self.build().stats
            for key in ("files_hit", "files_missed", "files_skipped", "jobs_run", "missed_new"):
                sums[key] = sums.get(key, 0) + stats[key]
        tally = self.overview()["tally"]
        self.assertEqual(tally["builds"], 3)
        self.assertEqual({key: tally[key] for key in sums}, sums)

    def test_what_is_no_build_is_not_counted(self):
        self.build()
        self.build("-n")
        self.build("--no-cache")
        self.check("query", "why", "gen/all")
        self.assertEqual(self.overview()["tally"]["builds"], 1)

    def test_a_damaged_tally_begins_anew(self):
        self.build()
        self.tamper(".jig/tally.json", '{"version": 1, "builds": "many"}')
        self.build()
        self.assertEqual(self.overview()["tally"]["builds"], 1)

    def test_show_cache_after_a_build(self):
        text = self.check("build", "--show-cache", "--quiet").text
        self.assertRegex(text, r"^cache    \.jig: ")
        lines = self.check("build", "--show-cache", "--quiet", "--stats=json").text.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(json.loads(lines[0])["tally"]["builds"], 2)
        self.assertEqual(json.loads(lines[1])["jobs_run"], 0)

    def test_before_any_build_there_is_nothing(self):
        text = self.check("cache").text
        self.assertIn("\njobs     0 recorded of 5, and 0 that are gone\n", text)
        self.assertFalse(self.exists(".jig"))


@jig_only
class Files(ModulesCase):
    """jig cache show FILE."""

    def show(self, *names):
        return json.loads(self.check("cache", "show", "--json", *names).text)

    def test_a_source(self):
        self.build()
        (user,) = self.show("src/user.ts")
        stat = os.stat(self.path("src/user.ts"))
        self.assertEqual((user["path"], user["size"]), ("src/user.ts", stat.st_size))
        self.assertTrue(user["there"])
        self.assertRegex(user["modified"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
        self.assertEqual(int(user["modified"][20:29]), stat.st_mtime_ns % 10**9)
        self.assertIsNone(user["made_by"])
        self.assertEqual(
            [job["outputs"] for job in user["read_by"]], [["gen/user.size"], ["gen/user.lines"]]
        )

    def test_its_module(self):
        self.build()
        (module,) = self.show("src/user.ts")[0]["modules"]
        self.assertEqual(
            [
                (i["specifier"], i["line"], i["resolution"], i.get("path"))
                for i in module["imports"]
            ],
            [
                ("./id", 1, "file", "src/id.ts"),
                ("react", 2, "external", None),
                ("./nope", 3, "unresolved", None),
            ],
        )
        self.assertEqual(
            [(d["kind"], d["name"], d["exported"]) for d in module["definitions"]],
            [("class", "User", True), ("function", "make", False)],
        )
        self.assertEqual(self.show("src/id.ts")[0]["modules"][0]["importers"], ["src/user.ts"])

    def test_an_output(self):
        self.build()
        (size,) = self.show("gen/user.size")
        self.assertEqual(size["made_by"]["rule"], "size")
        self.assertTrue(size["made_by"]["recorded"])
        self.assertGreaterEqual(size["made_by"]["duration_ms"], 1)
        self.assertEqual([job["outputs"] for job in size["read_by"]], [["gen/all"]])

    def test_a_change_moves_the_digest_and_the_tick(self):
        self.build()
        (before,) = self.show("src/id.ts")
        self.write("src/id.ts", "export type Id = string;\n")
        self.build()
        (after,) = self.show("src/id.ts")
        self.assertNotEqual(after["digest"], before["digest"])
        self.assertGreater(after["changed"], before["changed"])

    def test_several_files_for_people(self):
        self.build()
        text = self.check("cache", "show", "src/user.ts", "gen/all").text
        self.assertRegex(
            text,
            r"^src/user\.ts\n"
            r"  \d+ bytes, modified 20[^ ]*Z\n"
            r"  digest [0-9a-f]{32}(, too young to be trusted)?\n"
            r"  last changed at tick \d+\n"
            r"  scanned as typescript\n"
            r"    line 1: imports \./id: src/id\.ts\n"
            r"    line 2: imports react: external\n"
            r"    line 3: imports \./nope: unresolved\n"
            r"    line 4: class User, exported\n"
            r"    line 5: function make\n"
            r"  read by the job of gen/user\.size \(size, took \d+ ms, recorded at tick \d+\)\n"
            r"  read by the job of gen/user\.lines \(lines, took \d+ ms, recorded at tick \d+\)\n"
            r"gen/all\n",
        )

    def test_a_file_that_nobody_knows(self):
        self.build()
        run = self.check("cache", "show", "src/usr.ts", code=2)
        self.assertIn("unknown target 'src/usr.ts', did you mean 'src/user.ts'?", run.errors)


@jig_only
class Pruning(ModulesCase):
    def test_what_the_manifest_has_no_more_goes(self):
        self.build()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        known = json.loads(self.check("cache", "--json").text)
        run = self.check("cache", "prune")
        self.assertRegex(run.text, r"^jig: forgot \d+ files? and \d+ jobs?; \.jig: .*, was .*\n$")
        after = json.loads(self.check("cache", "--json").text)
        self.assertLessEqual(after["files_known"], known["files_known"])
        self.assertEqual(after["jobs_gone"], 0)
        self.assertEqual(after["tally"], known["tally"])
        self.assert_nothing_to_do()

    def test_what_it_has_stays(self):
        self.build()
        self.check("cache", "prune")
        self.assert_nothing_to_do()
        self.assertTrue(self.settle().stats["graph_reused"])

    def test_before_any_build(self):
        self.assertRegex(self.check("cache", "prune").text, "^jig: forgot 0 files and 0 jobs; ")
        self.assert_ran(
            self.build(),
            ["gen/id.size", "gen/user.size", "gen/id.lines", "gen/user.lines", "gen/all"],
        )


@jig_only
class PruningOfNinja(Case):
    """The same for a build.ninja."""

    def test_headers_that_nobody_includes_any_more_are_forgotten(self):
        self.write("old.h", "")
        self.write("main.c", '#include "old.h"\nint main(void) { return 0; }\n')
        self.manifest("build main.o: cc main.c\n")
        self.build()
        self.write("main.c", "int main(void) { return 0; }\n")
        self.build()
        before = json.loads(self.jig("cache", "--json").text)
        run = self.jig("cache", "prune")
        self.assertRegex(run.text, "^jig: forgot 1 file and 0 jobs; ")
        after = json.loads(self.jig("cache", "--json").text)
        self.assertEqual(after["files_known"], before["files_known"] - 1)
        self.assert_nothing_to_do()


@jig_only
class Queries(ModulesCase):
    def ask(self, *words):
        return self.check("query", *words).text

    def test_deps(self):
        self.build()
        self.assertEqual(
            self.ask("deps", "gen/user.size"), "declared    src/user.ts\ndeclared    src/id.ts\n"
        )
        self.assertEqual(
            self.ask("deps", "gen/user.lines"),
            "declared    src/user.ts\ndeclared    src/id.ts#Id\n",
        )

    def test_deps_through_a_closure(self):
        self.write("src/deep.ts", "export type Deep = 1;\n")
        self.write("src/id.ts", "import { Deep } from './deep';\nexport type Id = Deep;\n")
        lines = self.ask("deps", "gen/user.size").splitlines()
        self.assertEqual(lines[0], "declared    src/user.ts")
        self.assertEqual({line.split()[1] for line in lines[1:]}, {"src/id.ts", "src/deep.ts"})

    def test_rdeps(self):
        self.assertEqual(
            self.ask("rdeps", "src/id.ts").split()[1::2],
            ["gen/id.size", "gen/user.size", "gen/id.lines", "gen/user.lines"],
        )

    def test_inputs_are_files(self):
        self.assertEqual(sorted(self.ask("inputs").split()), ["src/id.ts", "src/user.ts"])
        self.assertEqual(
            sorted(self.ask("inputs", "gen/user.lines").split()), ["src/id.ts", "src/user.ts"]
        )

    def test_targets_are_files(self):
        self.assertEqual(
            sorted(self.ask("targets", "all").split()),
            ["gen/all", "gen/id.lines", "gen/id.size", "gen/user.lines", "gen/user.size"],
        )

    def test_targets_are_as_one_types_them_where_one_stands(self):
        self.assertEqual(self.ask("targets", "-C", "src").splitlines()[-1], "../gen/all")
        self.assertEqual(self.jig("build", "../gen/all", cwd=self.path("src")).code, 0)
        self.assertTrue(self.exists("gen/all"))

    def test_why(self):
        self.build()
        self.assertEqual(self.ask("why", "gen/all"), "gen/all is up to date\n")
        self.write("src/id.ts", "export type Id = string;\nexport type Other = 1;\n")
        self.assertEqual(
            self.ask("why", "gen/user.lines", "gen/all"),
            "gen/user.lines is not up to date:\n"
            "  gen/user.lines: input changed: src/id.ts#Id\n"
            "gen/all is not up to date:\n"
            "  gen/all: input may change: gen/id.size\n"
            "  gen/id.size: input changed: src/id.ts\n",
        )
        self.write("src/id.ts", "export type Id = number;\nexport type Other = 22222;\n")
        self.assertEqual(self.ask("why", "gen/user.lines"), "gen/user.lines is up to date\n")

    def test_paths_are_relative_to_where_one_stands(self):
        self.assertEqual(self.ask("-C", "src", "deps", "../gen/id.size"), "declared    src/id.ts\n")

    def test_clean_removes_outputs_and_nothing_else(self):
        self.build()
        self.assertEqual(self.check("clean").text, "jig: removed 5 files\n")
        self.assertEqual(self.outputs(), {})
        self.assertTrue(self.exists("src/id.ts"))
        self.build()
        self.assertTrue(self.exists("gen/all"))


@jig_only
class Statistics(Case):
    def test_statistics_have_all_that_a_build_returns(self):
        """--stats=json tells every field of struct jig_build_result, under its name."""
        header = (ROOT / "include/jig/session.h").read_text()
        body = re.search(r"struct jig_build_result \{(.*?)\n\};", header, re.DOTALL)[1]
        body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
        fields = set(re.findall(r"(\w+)(?:\[\d+\])?\s*;", body)) - {"size"}
        self.manifest("build a: sh\n  sh = touch a\n")
        stats = json.loads(self.jig("build", "--stats=json", "--quiet").text)
        self.assertEqual(set(stats), fields)


if __name__ == "__main__":
    main()
