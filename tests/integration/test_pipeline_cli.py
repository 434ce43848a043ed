"""The command line with pipelines: which jig.yaml is found, what of it is built, what is printed."""

import json

from harness import JIG, jig_only, main
from pipeline_harness import UPPER, UPPER_ALL, PipelineCase


def first_error(run):
    """The first line of what went wrong."""
    return run.errors.splitlines()[0] if run.errors else ""


@jig_only
class Finding(PipelineCase):
    """Which manifest, which root, which package."""

    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")

    def two_packages(self):
        for name in ("one", "two"):
            self.config(UPPER, f"packages/{name}")
            self.write(f"packages/{name}/src/x.txt", f"{name}\n")

    def test_the_roots_jig_yaml(self):
        self.assert_ran(self.build(), ["gen/src/a.up"])
        self.assertEqual(self.read("gen/src/a.up"), "A\n")

    def test_from_a_folder_below_all_is_built(self):
        run = self.build(cwd=self.path("src"))
        self.assertEqual(run.lines[0], f"jig: Entering directory `{self.dir}'")
        self.assert_ran(run, ["gen/src/a.up"])

    def test_quiet_does_not_tell_where_it_goes(self):
        run = self.build("--quiet", cwd=self.path("src"))
        self.assertEqual(run.lines, [])

    def test_packages_are_built_together_from_the_root(self):
        self.two_packages()
        expected = {"gen/src/a.up", "packages/one/gen/src/x.up", "packages/two/gen/src/x.up"}
        self.assert_builds(expected)

    def test_from_a_package_only_that_is_built(self):
        self.two_packages()
        self.assert_ran(self.build("-C", "packages/one"), ["packages/one/gen/src/x.up"])
        self.assert_ran(self.build("-C", "packages/two/src"), ["packages/two/gen/src/x.up"])
        self.assertFalse(self.exists("gen"))

    def test_a_package_without_anything_to_build(self):
        self.config("pipelines: []\n", "packages/none")
        self.assertEqual(self.build("-C", "packages/none", "--quiet").ran, [])
        self.assertFalse(self.exists("gen"))

    def test_state_of_a_package_is_the_roots(self):
        self.two_packages()
        self.build("-C", "packages/one")
        self.assertFalse(self.exists("packages/one/.jig"))
        self.assertTrue(self.exists(".jig"))

    def test_a_target_replaces_the_package_and_is_relative_to_where_one_stands(self):
        self.two_packages()
        run = self.build("../two/gen/src/x.up", cwd=self.path("packages/one"))
        self.assert_ran(run, ["packages/two/gen/src/x.up"])

    def test_a_repository_ends_the_search(self):
        self.config(UPPER, "repo")
        self.write("repo/src/r.txt", "r\n")
        self.git("init", "-q", "repo")
        self.assert_ran(self.build("-C", "repo"), ["gen/src/r.up"])
        self.assertTrue(self.exists("repo/gen/src/r.up"))

    def test_a_named_root(self):
        self.two_packages()
        self.assert_ran(self.build("-f", "packages/one/jig.yaml"), ["gen/src/x.up"])
        self.assertTrue(self.exists("packages/one/gen/src/x.up"))

    def test_jig_prefers_pipelines_and_ninja_does_not_know_them(self):
        self.manifest("build copy: cat src/a.txt\n")
        self.assert_ran(self.build(), ["gen/src/a.up"])
        run = self.ninja()
        self.assertEqual(run.ran, ["copy"], run)
        self.tamper("copy", "by hand\n")
        self.assert_ran(self.jig("build", "-f", "build.ninja"), ["copy"])

    def test_a_build_directory_is_not_taken_for_the_pipelines_above_it(self):
        self.manifest("build copy: cat ../src/a.txt\n", name="out/build.ninja")
        self.assert_ran(self.jig("build", "-C", "out"), ["copy"])

    def test_options_of_pipelines_are_refused_elsewhere(self):
        self.manifest("build copy: cat ../src/a.txt\n", name="out/build.ninja")
        for option in (
            "--filter=x",
            "--depth=1",
            "--affected=HEAD",
            "--no-cache",
            "--write-delta=d",
        ):
            with self.subTest(option):
                run = self.jig("build", "-C", "out", option)
                self.assertEqual(run.code, 2, run)
                name = option.partition("=")[0]
                self.assertEqual(
                    first_error(run),
                    f"jig: error: {name} is for pipelines; 'build.ninja' has targets",
                )
        self.assertFalse(self.exists("out/copy"))

    def test_a_wrong_jig_yaml_says_where(self):
        self.write("jig.yaml", "version: 1\npipelines: 3\n")
        run = self.jig("build")
        self.assertEqual(run.code, 2)
        self.assertRegex(run.errors, r"^jig: error: jig\.yaml:2:12: ")


# Three modules in a chain, page -> user -> id, and one on its own; a job for each.
CHAIN = """\
pipelines:
  - name: size
    sources: ["src/**/*.ts"]
    scan: { kind: typescript }
    generate: { shell: "wc -c < {source} > {out}" }
    outputs: ["gen/{dir}/{stem}.size"]
"""


def sizes(*names):
    return {f"gen/src/{name}.size" for name in names}


@jig_only
class Choosing(PipelineCase):
    """What a filter, a target or a depth selects: what a first build then runs."""

    def setUp(self):
        super().setUp()
        self.config(CHAIN)
        self.write("src/id.ts", "export type Id = number;\n")
        self.write("src/user.ts", "import { Id } from './id';\nexport type User = Id;\n")
        self.write("src/page.ts", "import { User } from './user';\nexport type Page = User;\n")
        self.write("src/alone.ts", "export type Alone = 1;\n")

    def assert_selects(self, names, *args, **options):
        run = self.build(*args, **options)
        self.assertEqual(set(run.ran), sizes(*names), run)
        self.assert_nothing_to_do(*args, **options)

    def test_a_filter_on_sources(self):
        self.assert_selects(["user"], "--filter", "src/u*.ts")

    def test_a_filter_on_outputs(self):
        self.assert_selects(["page"], "--filter", "gen/**/page.*")

    def test_filters_add_up(self):
        self.assert_selects(["id", "alone"], "--filter", "src/id.ts", "--filter", "src/alone.ts")

    def test_a_filter_takes_away(self):
        self.assert_selects(["id", "page", "user"], "--filter", "src", "--filter", "!src/al*")

    def test_what_it_imports(self):
        self.assert_selects(["user", "id"], "--filter", "src/user.ts...")

    def test_what_imports_it(self):
        self.assert_selects(["user", "page"], "--filter", "...src/user.ts")

    def test_both(self):
        self.assert_selects(["id", "user", "page"], "--filter", "...src/user.ts...")

    def test_depth(self):
        self.assert_selects(["page"], "--filter", "src/page.ts...", "--depth", "0")
        self.assert_selects(["user"], "--filter", "src/page.ts...", "--depth", "1")
        self.assert_selects(["id"], "--filter", "src/page.ts...", "--depth", "2")

    def test_a_target_that_is_an_output(self):
        self.assert_selects(["id"], "gen/src/id.size")

    def test_a_target_that_is_a_pattern(self):
        self.assert_selects(["id", "user"], "src/{id,user}.ts")

    def test_a_target_that_is_a_folder(self):
        self.assert_selects(["id", "user", "page", "alone"], "src")

    def test_patterns_begin_where_one_stands(self):
        self.assert_selects(["id"], "--filter", "id.*", "-C", "src", "--quiet")

    def assert_nothing_to_do(self, *args, **options):
        self.assertEqual(self.build(*args, **options).ran, [])

    def test_a_pattern_that_matches_nothing_is_an_error(self):
        run = self.build("--filter", "lib/**", code=2)
        self.assertEqual(first_error(run), "jig: error: 'lib/**' matches no source and no output")
        self.assertEqual(self.outputs(), {})

    def test_a_pattern_that_leads_out_is_an_error(self):
        run = self.build("--filter", "../x/**", code=2)
        self.assertEqual(
            first_error(run), f"jig: error: '../x/**' leads out of the root, '{self.dir}'"
        )

    def test_a_pattern_that_is_none_is_an_error(self):
        run = self.build("--filter", "src/[a", code=2)
        self.assertIn("src/[a", first_error(run))


@jig_only
class Affected(PipelineCase):
    """--affected, in a repository of the same chain."""

    def setUp(self):
        super().setUp()
        self.config(CHAIN)
        self.write("src/id.ts", "export type Id = number;\n")
        self.write("src/user.ts", "import { Id } from './id';\nexport type User = Id;\n")
        self.write("src/alone.ts", "export type Alone = 1;\n")
        self.write(".gitignore", "gen/\n.jig/\n")
        self.commit_all()

    def test_what_changed_and_what_depends_on_it(self):
        self.write("src/id.ts", "export type Id = string;\n")
        self.assert_ran(self.build("--affected", "HEAD"), sizes("id", "user"))

    def test_nothing_changed_builds_nothing(self):
        run = self.build("--affected", "HEAD")
        self.assertEqual((run.ran, run.lines), ([], ["jig: no work to do."]))

    def test_a_new_file(self):
        self.write("src/new.ts", "export type New = 1;\n")
        self.assert_ran(self.build("--affected", "HEAD"), sizes("new"))

    def test_a_deleted_file_may_have_been_anyones(self):
        """Who imported it is not known any more, and an answer must not lack anything."""
        self.remove("src/id.ts")
        self.assert_ran(self.build("--affected", "HEAD"), sizes("user", "alone"))

    def test_commits_of_a_branch(self):
        self.git("checkout", "-q", "-b", "topic")
        self.write("src/alone.ts", "export type Alone = 2;\n")
        self.commit_all()
        self.assert_ran(self.build("--affected", "main"), sizes("alone"))

    def test_a_filter_narrows_it(self):
        self.write("src/id.ts", "export type Id = string;\n")
        self.assert_ran(self.build("--affected", "HEAD", "--filter", "src/user.ts"), sizes("user"))

    def test_another_configuration_affects_everything(self):
        self.config(CHAIN.replace("wc -c", "wc -l"))
        self.assert_ran(self.build("--affected", "HEAD"), sizes("id", "user", "alone"))

    def test_the_root_may_be_below_the_repositorys(self):
        for name in ("jig.yaml", "src/id.ts", "src/user.ts", "src/alone.ts"):
            self.rename(name, f"web/{name}")
        self.commit_all()
        self.write("web/src/alone.ts", "export type Alone = 2;\n")
        self.write("README", "changed\n")
        self.assert_ran(self.build("-C", "web", "--affected", "HEAD"), sizes("alone"))

    def test_without_an_answer_nothing_is_built(self):
        run = self.build("--affected", "origin/main", code=2)
        self.assertEqual(first_error(run), "jig: error: git knows no commit 'origin/main' here")
        self.assertIn("\n  fetch it first", run.errors)
        self.assertEqual(self.outputs(), {})


@jig_only
class Output(PipelineCase):
    """What a build of pipelines prints."""

    def setUp(self):
        super().setUp()
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def run_build(self, *args, code=0, **options):
        run = self.jig("build", *args, **options)
        self.assertEqual(run.code, code, run)
        return run

    def test_a_line_a_job_and_the_sum(self):
        lines = self.run_build("-j1").text.splitlines()
        self.assertEqual(len(lines), 4)
        for number, line in enumerate(lines[:3], 1):
            self.assertTrue(line.startswith(f"[{number}/3] "), line)
        self.assertEqual(
            lines[3], "jig: 3 jobs run, 0 spared; outputs: 3 added, 0 updated, 0 removed"
        )
        self.assertEqual(self.run_build().text, "jig: no work to do.\n")

    def test_the_sum_counts_outputs_that_became_others(self):
        self.run_build()
        self.write("src/a.txt", "A\n")  # other text, the same in capitals
        self.assertEqual(
            self.run_build().text.splitlines()[-1],
            "jig: 1 job run, 1 spared; outputs: 0 added, 0 updated, 0 removed",
        )
        self.write("src/a.txt", "c\n")
        self.assertEqual(
            self.run_build().text.splitlines()[-1],
            "jig: 2 jobs run, 0 spared; outputs: 0 added, 2 updated, 0 removed",
        )

    def test_removed_outputs_are_told(self):
        self.run_build()
        self.remove("src/a.txt")
        lines = self.run_build().text.splitlines()
        self.assertEqual(lines[0], "removed gen/src/a.up (its source is gone)")
        self.assertEqual(
            lines[-1], "jig: 1 job run, 0 spared; outputs: 0 added, 1 updated, 1 removed"
        )
        self.assertEqual(self.read("gen/all.up"), "B\n")

    def test_a_build_in_rounds_is_summed_up_as_one(self):
        """What is made from what others made is planned when that is there."""
        self.config(
            """\
            pipelines:
              - name: copies
                sources: ["src/*.ts"]
                generate: { builtin: copy }
                outputs: ["gen/{name}"]
              - name: sizes
                sources: ["gen/*.ts"]
                scan: { kind: typescript }
                generate: { shell: "wc -c < {source} > {out}" }
                outputs: ["sizes/{stem}"]
            """
        )
        self.write("src/x.ts", "export type X = 1;\n")
        lines = self.run_build().text.splitlines()
        self.assertEqual(
            lines[-1], "jig: 2 jobs run, 0 spared; outputs: 2 added, 0 updated, 0 removed"
        )
        self.assertEqual(self.run_build().text, "jig: no work to do.\n")

    def test_quiet_prints_nothing(self):
        self.assertEqual(self.run_build("--quiet").text, "")
        self.remove("src/a.txt")
        self.assertEqual(self.run_build("--quiet").text, "")

    def test_a_dry_run_says_what_would_run_and_leaves_no_trace(self):
        before = self.tree(self.dir)
        run = self.run_build("-n")
        self.assertEqual(len(run.descriptions), 3, run)
        self.assertEqual(self.tree(self.dir), before)
        self.assertFalse(self.exists(".jig"))

    def test_a_failure(self):
        self.config(UPPER.replace("tr a-z A-Z <", "false"))
        run = self.run_build("-j1", code=1)
        self.assertIn("FAILED: [code=1] gen/src/", run.text)
        self.assertIn("\njig: build stopped: ", run.text)

    def test_a_terminal_gets_one_line_that_is_written_over(self):
        code, received = self.terminal("build", "-j1", "--progress=line", tool=JIG)
        self.assertEqual(code, 0)
        self.assertEqual(received.count(b"\r["), 6, received)
        self.assertEqual(received.count(b"\n"), 2, received)

    def test_colours_of_jobs_stay_out_of_files_and_of_terminals_that_want_none(self):
        self.config(UPPER.replace("tr a-z", "printf '\\\\033[31mred\\\\033[0m\\\\n'; tr a-z"))
        self.assertNotIn(b"\x1b", self.run_build().out)
        self.remove_outputs()
        _, received = self.terminal("build", tool=JIG, env={"NO_COLOR": "1"})
        self.assertNotIn(b"\x1b[31m", received)
        self.remove_outputs()
        _, received = self.terminal("build", tool=JIG)
        self.assertIn(b"\x1b[31m", received)

    def remove_outputs(self):
        for name in self.outputs():
            self.remove(name)

    def test_stats(self):
        text = self.run_build("--stats", "--quiet").text
        self.assertEqual(
            [line.split()[0] for line in text.splitlines()],
            ["phase", "load", "walk", "find", "scan", "plan", "run", "save", "cache"],
        )
        self.assertRegex(text, r"\nrun +\d+\.\d  3 run, 0 failed, 0 spared\n")

    def test_stats_add_up(self):
        for edit in ("first", "again", "edited"):
            if edit == "edited":
                self.write("src/a.txt", "other\n")
            with self.subTest(edit):
                stats = self.build().stats
                self.assertEqual(
                    stats["files_hit"] + stats["files_missed"] + stats["files_skipped"],
                    stats["files"],
                )
                reasons = ("missed_new", "missed_stat", "missed_racy", "missed_gone")
                self.assertEqual(sum(stats[key] for key in reasons), stats["files_missed"])

    def test_a_settled_tree_is_all_hits(self):
        self.build()
        stats = self.settle().stats
        self.assertEqual((stats["files_missed"], stats["folders_read"]), (0, 0))
        self.assertEqual((stats["files_opened"], stats["bytes_scanned"]), (0, 0))
        self.assertTrue(stats["graph_reused"])


@jig_only
class Delta(PipelineCase):
    """--write-delta."""

    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def delta(self, *args, code=0):
        self.build("--write-delta", "out/delta.json", *args, code=code)
        return json.loads(self.read("out/delta.json"))

    def paths(self, delta):
        return {key: [e["path"] for e in delta[key]] for key in ("added", "updated", "removed")}

    def test_added_updated_and_removed(self):
        delta = self.delta()
        self.assertEqual(
            self.paths(delta),
            {"added": ["gen/src/a.up", "gen/src/b.up"], "updated": [], "removed": []},
        )
        first = {entry["path"]: entry["digest"] for entry in delta["added"]}
        self.assertRegex(first["gen/src/a.up"], r"^[0-9a-f]{32}$")
        self.write("src/a.txt", "aa\n")
        self.write("src/c.txt", "c\n")
        self.remove("src/b.txt")
        delta = self.delta()
        self.assertEqual(
            self.paths(delta),
            {"added": ["gen/src/c.up"], "updated": ["gen/src/a.up"], "removed": ["gen/src/b.up"]},
        )
        self.assertEqual(delta["counts"], {"added": 1, "updated": 1, "removed": 1})
        self.assertEqual(delta["updated"][0]["old_digest"], first["gen/src/a.up"])
        self.assertNotEqual(delta["updated"][0]["digest"], first["gen/src/a.up"])
        self.assertEqual(delta["removed"][0]["old_digest"], first["gen/src/b.up"])
        self.assertEqual(delta["added"][0]["pipeline"], "upper")

    def test_the_same_content_is_no_change(self):
        self.delta()
        self.write("src/a.txt", "A\n")
        delta = self.delta()
        self.assertEqual(delta["counts"], {"added": 0, "updated": 0, "removed": 0})

    def test_the_same_change_gives_the_same_bytes(self):
        self.delta()
        once = self.read("out/delta.json")
        for name in ("gen/src/a.up", "gen/src/b.up"):
            self.remove(name)
        self.remove(".jig")
        self.delta()
        self.assertEqual(self.read("out/delta.json"), once)

    def test_a_build_that_failed_says_so_and_what_it_did(self):
        self.config(UPPER.replace("tr ", "test {stem} = a && tr "))
        delta = self.delta("-j1", "-k0", code=1)
        self.assertFalse(delta["complete"])
        self.assertEqual(self.paths(delta)["added"], ["gen/src/a.up"])

    def test_a_build_that_could_not_begin_leaves_no_old_delta(self):
        self.assertTrue(self.delta()["complete"])
        self.write("jig.yaml", "nonsense: 1\n")
        delta = self.delta(code=2)
        self.assertFalse(delta["complete"])
        self.assertEqual(delta["counts"], {"added": 0, "updated": 0, "removed": 0})

    def test_it_is_relative_to_where_one_stands(self):
        self.build("-C", "src", "--write-delta", "d.json", "--quiet")
        self.assertTrue(self.exists("src/d.json"))

    def test_it_cannot_be_written(self):
        self.write("file", "")
        run = self.build("--write-delta", "file/d.json", code=2)
        self.assertIn("jig: error: writing 'file/d.json': Not a directory\n", run.errors)
        self.assertTrue(self.exists("gen/src/a.up"))

    def test_a_dry_run_has_none(self):
        run = self.build("-n", "--write-delta", "d.json", code=2)
        self.assertEqual(
            first_error(run), "jig: error: -n changes nothing, so there is no delta to write"
        )


if __name__ == "__main__":
    main()
