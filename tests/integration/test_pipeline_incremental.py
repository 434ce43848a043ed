"""Pipelines: after each change, exactly the jobs run that have to, and the bytes are those of a clean
build."""

import os

from pipeline_harness import UPPER, UPPER_ALL, PipelineCase

# One manifest for each module: what jig itself knows of it. Sees what it imports, however far.
TRANSITIVE = """\
pipelines:
  - name: facts
    sources: ["src/**/*.ts"]
    scan: typescript
    generate: { builtin: manifest-json }
    outputs: ["gen/{dir}/{stem}.json"]
"""

DEFINITIONS = TRANSITIVE + "    sees: definitions\n"


def facts(*names):
    return {f"gen/src/{name}.json" for name in names}


class Edits(PipelineCase):
    def test_one_edit_runs_one_job(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.assert_builds({"gen/src/a.up", "gen/src/b.up", "gen/all.up"})
        self.assert_nothing_to_do()
        self.write("src/a.txt", "A2\n")
        self.assert_builds({"gen/src/a.up", "gen/all.up"})
        self.assert_clean_build_equal()

    def test_a_touch_runs_nothing(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        os.utime(self.dir / "src/a.txt", (1, 1))
        self.assert_nothing_to_do()

    def test_same_size_and_restored_time_is_noticed(self):
        self.config(UPPER)
        self.write("src/a.txt", "aaa\n")
        self.build()
        before = os.stat(self.dir / "src/a.txt")
        self.write("src/a.txt", "bbb\n")
        os.utime(self.dir / "src/a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assert_builds({"gen/src/a.up"})
        self.assert_clean_build_equal()

    def test_equal_output_cuts_off_and_keeps_its_time(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.build()
        before = os.stat(self.dir / "gen/src/a.up").st_mtime_ns
        self.write("src/a.txt", "A\n")  # comes out the same
        self.assert_builds({"gen/src/a.up"})
        self.assertEqual(os.stat(self.dir / "gen/src/a.up").st_mtime_ns, before)
        self.assert_nothing_to_do()

    def test_a_deleted_output_is_made_again(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        (self.dir / "gen/src/a.up").unlink()
        self.assert_builds({"gen/src/a.up"})

    def test_an_overwritten_output_is_made_again(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        (self.dir / "gen/src/a.up").write_text("by hand\n")
        self.assert_builds({"gen/src/a.up"})
        self.assert_clean_build_equal()

    def test_an_output_overwritten_during_the_build_is_made_again(self):
        self.config(
            UPPER + "  - name: slow\n    sources: ['src/*.slow']\n"
            "    depends: self\n    pool: one\n"
            "    generate: { shell: 'folder=gen/src; echo by hand > $folder/a.up;"
            " cp {source} {out}' }\n    outputs: ['gen/{stem}.s']\n"
        )
        text = (self.dir / "jig.yaml").read_text()
        self.write("jig.yaml", text.replace("version: 1\n", "version: 1\npools: { one: 1 }\n"))
        self.write("src/a.txt", "a\n")
        self.build()
        self.write("src/b.slow", "b\n")
        self.jig("build")
        self.assertEqual((self.dir / "gen/src/a.up").read_text(), "by hand\n")
        self.assertIn("gen/src/a.up", self.build().ran)
        self.assertEqual((self.dir / "gen/src/a.up").read_text(), "A\n")

    def test_times_beyond_all_clocks(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        for when in (15_000_000_000, -15_000_000_000):
            os.utime(self.dir / "src/a.txt", (when, when))
            self.build()
            self.assert_nothing_to_do()

    def test_a_failed_job_runs_again_and_the_others_stay(self):
        self.config(UPPER.replace("tr a-z", "! grep -q bad {source} && tr a-z"))
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "bad\n")
        run = self.build("-k0", code=1)
        self.assertEqual(set(run.ran), {"gen/src/a.up", "gen/src/b.up"})
        self.assertEqual(self.build(code=1).ran, ["gen/src/b.up"])
        self.write("src/b.txt", "good\n")
        self.assert_builds({"gen/src/b.up"})
        self.assert_clean_build_equal()

    def test_state_lost_or_damaged(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        for name in ("image", "journal", "discovery"):
            self.build()
            path = self.dir / ".jig" / name
            if path.exists():
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            run = self.jig("build")
            self.assertEqual(run.code, 0, (name, run))
            self.assert_clean_build_equal()


class OldState(PipelineCase):
    def test_a_cache_that_is_newer_than_the_image_hides_no_source(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.settle()
        old = (self.dir / ".jig/image").read_bytes()
        self.write("src/b.txt", "b\n")
        self.settle()
        self.write("src/b.txt", "other\n")
        for name in ("image", "journal"):  # as a power cut may leave it
            (self.dir / ".jig" / name).unlink(missing_ok=True)
        (self.dir / ".jig/image").write_bytes(old)
        self.build()
        self.assert_clean_build_equal()


class Sources(PipelineCase):
    def test_a_new_source_is_found(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.settle()
        self.write("src/deep/er/b.txt", "b\n")
        self.assert_builds({"gen/src/deep/er/b.up", "gen/all.up"})
        self.assert_clean_build_equal()

    def test_outputs_of_a_removed_source_are_deleted(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/deep/b.txt", "b\n")
        self.build()
        self.remove("src/deep/b.txt")
        run = self.assert_removes(["gen/src/deep/b.up"])
        self.assertEqual(run.ran, ["gen/all.up"])
        self.assertFalse((self.dir / "gen/src/deep").exists(), "an empty folder is left")
        self.assert_clean_build_equal()
        self.assert_nothing_to_do()

    def test_a_renamed_source(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.build()
        self.remove("src/a.txt")
        self.write("src/c.txt", "a\n")
        run = self.assert_removes(["gen/src/a.up"])
        self.assertEqual(set(run.ran), {"gen/src/c.up", "gen/all.up"})
        self.assert_clean_build_equal()

    def test_a_stale_output_changed_by_hand_is_left_alone(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        (self.dir / "gen/src/a.up").write_text("precious\n")
        self.remove("src/a.txt")
        run = self.jig("build")
        self.assertEqual(run.code, 0, run)
        self.assertIn("left alone", run.errors)
        self.assertEqual((self.dir / "gen/src/a.up").read_text(), "precious\n")
        self.assert_nothing_to_do()

    def test_outputs_of_a_job_that_failed_are_nothing(self):
        both = UPPER.replace("> {out}", "> {out}; test ! -e bad && cp {out} {out2}").replace(
            '["gen/{dir}/{stem}.up"]', '["gen/{dir}/{stem}.up", "gen/{dir}/{stem}.copy"]'
        )
        self.config(both)
        self.write("src/a.txt", "a\n")
        self.write("bad", "")
        run = self.build("--write-delta", "delta.json", code=1)
        self.assertFalse(self.exists("gen/src/a.up"))
        self.assertIn("outputs: 0 added, 0 updated, 0 removed", run.text)
        self.assertIn('"added": []', (self.dir / "delta.json").read_text())
        (self.dir / "delta.json").unlink()
        self.remove("bad")
        self.remove("src/a.txt")
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_an_output_that_changes_its_job_before_that_has_run(self):
        two = """\
        pipelines:
          - name: two
            sources: ["src/*.txt"]
            generate: { shell: "%s cp {source} {out}; cp {source} {out2}" }
            outputs: [%s]
        """
        x, y = '"gen/{stem}.x"', '"gen/{stem}.y"'
        self.config(two % ("", f"{x}, {y}"))
        self.write("src/a.txt", "a\n")
        self.build()
        self.config(two % ("exit 1;", f"{y}, {x}"))
        self.build(code=1)
        self.remove("src/a.txt")
        self.config(two % ("", f"{y}, {x}"))
        self.assert_removes(["gen/a.x", "gen/a.y"])

    def test_a_link_as_a_stale_output(self):
        self.config(UPPER.replace("tr a-z A-Z < {source} > {out}", "ln -s ../../{source} {out}"))
        self.write("src/a.txt", "a\n")
        self.build()
        self.remove("src/a.txt")
        run = self.jig("build")
        self.assertTrue(
            not os.path.lexists(self.dir / "gen/src/a.up") or "left alone" in run.errors, run
        )

    def test_manifests_of_other_names_know_nothing_of_each_other(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("ci.yaml", (self.dir / "jig.yaml").read_text().replace("gen/", "ci/"))
        self.build()
        self.assertEqual(self.build("-f", "ci.yaml").removed, [])
        self.assertEqual(self.build().removed, [])
        self.assertTrue(self.exists("ci/src/a.up") and self.exists("gen/src/a.up"))

    def test_an_output_that_the_pipeline_does_not_make_any_more_is_deleted(self):
        both = UPPER.replace("> {out}", "| tee {out2} > {out}").replace(
            '["gen/{dir}/{stem}.up"]', '["gen/{dir}/{stem}.up", "gen/{dir}/{stem}.copy"]'
        )
        self.config(both)
        self.write("src/a.txt", "a\n")
        self.build()
        self.config(UPPER)
        run = self.assert_removes(["gen/src/a.copy"])
        self.assertEqual(run.ran, ["gen/src/a.up"])
        self.assert_clean_build_equal()

    def test_a_pipeline_that_is_gone_takes_its_outputs_along(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.build()
        self.config(UPPER)
        self.assertEqual(self.assert_removes(["gen/all.up"]).ran, [])
        self.assert_clean_build_equal()

    def test_a_dry_run_deletes_nothing(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        self.remove("src/a.txt")
        self.build("-n")
        self.assertTrue(self.exists("gen/src/a.up"))
        self.assert_removes(["gen/src/a.up"])

    def test_an_ignored_source_is_none(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.write(".gitignore", "b.txt\n")
        self.assert_builds({"gen/src/a.up"})
        self.write(".gitignore", "a.txt\n")
        run = self.assert_removes(["gen/src/a.up"])
        self.assertEqual(run.ran, ["gen/src/b.up"])
        self.assert_clean_build_equal()


class Imports(PipelineCase):
    def modules(self, **texts):
        for name, text in texts.items():
            self.write(f"src/{name}.ts", text)

    def test_what_is_imported_counts_however_far(self):
        self.config(TRANSITIVE)
        self.modules(
            a="import { b } from './b';\nexport const a = b;\n",
            b="import { c } from './c';\nexport const b = c;\n",
            c="export const c = 1;\n",
            d="export const d = 1;\n",
        )
        self.assert_builds(facts("a", "b", "c", "d"))
        self.modules(c="export const c = 2;\n")
        self.assert_builds(facts("a", "b", "c"))
        self.assert_clean_build_equal()
        self.modules(d="export const d = 2;\n")
        self.assert_builds(facts("d"))

    def test_direct_and_self(self):
        texts = {
            "a": "import { b } from './b';\nexport const a = b;\n",
            "b": "import { c } from './c';\nexport const b = c;\n",
            "c": "export const c = 1;\n",
        }
        for depends, expected in (("direct", facts("b", "c")), ("self", facts("c"))):
            self.config(TRANSITIVE + f"    depends: {depends}\n")
            self.modules(**texts)
            self.build()
            self.modules(c=f"export const c = '{depends}';\n")
            self.assert_builds(expected)
            self.assert_clean_build_equal()

    def test_a_cycle_is_one_component(self):
        self.config(TRANSITIVE)
        self.modules(
            a="import { b } from './b';\nexport const a = b;\n",
            b="import { c } from './c';\nexport const b = c;\n",
            c="import { a } from './a';\nexport const c = a;\n",
            user="import { b } from './b';\nexport const user = b;\n",
            other="export const other = 1;\n",
        )
        self.assert_builds(facts("a", "b", "c", "user", "other"))
        self.modules(c="import { a } from './a';\nexport const c = a + 1;\n")
        self.assert_builds(facts("a", "b", "c", "user"))
        self.assert_clean_build_equal()
        self.modules(c="export const c = 1;\n")  # no cycle any more
        self.assert_builds(facts("a", "b", "c", "user"))
        self.modules(a="import { b } from './b';\nexport const a = b + 1;\n")
        self.assert_builds(facts("a"))
        self.assert_clean_build_equal()

    def test_definitions_let_comments_and_strangers_pass(self):
        self.config(DEFINITIONS)
        self.modules(
            m="export const x = 1;\nexport const y = 2;\n",
            a="import { x } from './m';\nexport const a = x;\n",
            b="import { y } from './m';\nexport const b = y;\n",
        )
        self.build()
        self.modules(m="// a comment\nexport const x = 1;\nexport const y = 2;\n")
        self.assert_builds(facts("m"))
        self.modules(m="// a comment\nexport const x = 1;\nexport const y = 3;\n")
        self.assert_builds(facts("m", "b"))
        self.assert_clean_build_equal()

    def test_definitions_follow_what_they_use(self):
        self.config(DEFINITIONS)
        self.modules(
            deep="export const base = 1;\nexport const other = 1;\n",
            m="import { base } from './deep';\nconst local = base;\nexport const x = local;\n",
            a="import { x } from './m';\nexport const a = x;\n",
        )
        self.build()
        self.modules(deep="export const base = 1;\nexport const other = 2;\n")
        self.assert_builds(facts("deep"))
        self.modules(deep="export const base = 2;\nexport const other = 2;\n")
        self.assert_builds(facts("deep", "m", "a"))
        self.assert_clean_build_equal()

    def test_importers_of_a_removed_file_are_made_again(self):
        self.config(TRANSITIVE)
        self.modules(a="import './b';\nexport const a = 1;\n", b="export const b = 1;\n")
        self.build()
        self.remove("src/b.ts")
        run = self.assert_removes(["gen/src/b.json"])
        self.assertEqual(set(run.ran), facts("a"))
        self.assert_clean_build_equal()

    def test_a_file_that_appears_and_would_be_found_first(self):
        self.config(TRANSITIVE)
        self.modules(a="import './b';\nexport const a = 1;\n")
        self.write("src/b/index.ts", "export const b = 1;\n")
        self.settle()
        self.modules(b="export const b = 2;\n")
        self.assertLessEqual(facts("a", "b"), set(self.build().ran))
        self.assert_clean_build_equal()
        self.assertIn('"src/b.ts"', (self.dir / "gen/src/a.json").read_text())

    def test_an_import_that_led_nowhere_and_now_does_not(self):
        for sees in ("content", "definitions"):
            self.config(TRANSITIVE + f"    sees: {sees}\n    depends: direct\n")
            self.modules(a="import { late } from './late';\nexport const a = late;\n")
            self.build()
            self.modules(late="export const late = 1;\n")
            self.assert_builds(facts("a", "late"))
            self.assert_clean_build_equal()
            self.remove("src/late.ts")
            self.assertEqual(set(self.assert_removes(["gen/src/late.json"]).ran), facts("a"))

    def test_an_import_outside_all_patterns(self):
        self.config(TRANSITIVE)
        self.write("lib/x.ts", "import { y } from './y';\nexport const x = y;\n")
        self.write("lib/y.ts", "export const y = 1;\n")
        self.modules(a="import { x } from '../lib/x';\nexport const a = x;\n")
        self.assert_builds(facts("a"))
        self.write("lib/y.ts", "export const y = 2;\n")
        self.assert_builds(facts("a"))
        self.assert_clean_build_equal()

    def test_a_path_in_tsconfig_that_leads_elsewhere(self):
        self.config(TRANSITIVE)
        self.write("one/m.ts", "export const m = 1;\n")
        self.write("two/m.ts", "export const m = 2;\n")
        paths = '{"compilerOptions": {"baseUrl": ".", "paths": {"@m": ["%s/m.ts"]}}}\n'
        self.write("tsconfig.json", paths % "one")
        self.modules(a="import { m } from '@m';\nexport const a = m;\n")
        self.assert_builds(facts("a"))
        self.write("tsconfig.json", paths % "two")
        self.assert_builds(facts("a"))
        self.assertIn('"two/m.ts"', (self.dir / "gen/src/a.json").read_text())
        self.assert_clean_build_equal()


class Recipes(PipelineCase):
    def assert_change_runs_it(self, before, after):
        self.config(before)
        self.write("src/a.txt", "a\n")
        self.build()
        self.config(after)
        self.assert_builds({"gen/src/a.up"})
        self.assert_nothing_to_do()

    def test_command(self):
        self.assert_change_runs_it(UPPER, UPPER.replace("tr a-z", "tr  a-z"))

    def test_version(self):
        version = UPPER.replace("generate: {", "generate: { version: '%s',")
        self.assert_change_runs_it(version % 1, version % 2)

    def test_options(self):
        options = UPPER.replace("generate: {", "generate: { options: { deep: [%s] },")
        self.assert_change_runs_it(options % 1, options % 2)

    def test_listed_variables_only(self):
        self.config(UPPER + "    env: [LISTED]\n")
        self.write("src/a.txt", "a\n")
        self.build(env={"LISTED": "1", "OTHER": "1"})
        self.assert_nothing_to_do(env={"LISTED": "1", "OTHER": "2"})
        self.assertEqual(self.build(env={"LISTED": "2"}).ran, ["gen/src/a.up"])
        self.assertEqual(self.build(env={}).ran, ["gen/src/a.up"])
        self.assertEqual(self.build(env={"LISTED": ""}).ran, ["gen/src/a.up"])

    def test_a_tool_that_comes_and_goes(self):
        self.config(UPPER.replace("tr a-z A-Z <", "cat more.txt 2>/dev/null; tr a-z A-Z <"))
        self.write("src/a.txt", "a\n")
        self.build()
        for text in ("one\n", "two\n"):
            self.write("more.txt", text)
            self.assert_builds({"gen/src/a.up"})
            self.assert_clean_build_equal()
        self.remove("more.txt")
        self.assert_builds({"gen/src/a.up"})
        self.assert_clean_build_equal()

    def test_a_tool_that_another_pipeline_makes(self):
        self.config(
            UPPER.replace("tr a-z A-Z <", "sh gen/tool.sh")
            + "  - name: tool\n    sources: ['tools/*.sh']\n    generate: { builtin: copy }\n"
            "    outputs: ['gen/{name}']\n"
        )
        self.write("tools/tool.sh", 'tr a-z A-Z < "$1"\n')
        self.write("src/a.txt", "a\n")
        self.assert_builds({"gen/tool.sh", "gen/src/a.up"})
        self.write("tools/tool.sh", 'tr a-y A-Y < "$1"\n')
        self.assert_builds({"gen/tool.sh", "gen/src/a.up"})
        self.assert_clean_build_equal()

    def test_a_tool_in_the_tree(self):
        self.config(UPPER.replace("tr a-z A-Z <", "sh tools/up.sh"))
        self.write("tools/up.sh", 'tr a-z A-Z < "$1"\n')
        self.write("src/a.txt", "a\n")
        self.build()
        self.write("tools/up.sh", 'tr a-y A-Y < "$1"\n')
        self.assert_builds({"gen/src/a.up"})
        self.assert_clean_build_equal()


class Feeding(PipelineCase):
    CHAIN = """\
    pipelines:
      - name: copies
        sources: ["src/*.ts"]
        depends: self
        generate: { builtin: copy }
        outputs: ["gen/copies/{name}"]
      - name: facts
        sources: ["gen/copies/*.ts", "own/*.ts"]
        scan: typescript
        generate: { builtin: manifest-json }
        outputs: ["gen/facts/{stem}.json"]
    """

    def test_what_is_made_is_scanned_in_the_same_build(self):
        self.config(self.CHAIN)
        self.write("src/a.ts", "import { b } from './b';\nexport const a = b;\n")
        self.write("src/b.ts", "export const b = 1;\n")
        self.write("own/c.ts", "import { a } from '../gen/copies/a';\nexport const c = a;\n")
        copies = {"gen/copies/a.ts", "gen/copies/b.ts"}
        made = {f"gen/facts/{name}.json" for name in "abc"}
        self.assert_builds(copies | made)
        self.assertIn('"gen/copies/b.ts"', (self.dir / "gen/facts/a.json").read_text())
        self.assert_nothing_to_do()
        self.write("src/b.ts", "export const b = 2;\n")
        self.assert_builds({"gen/copies/b.ts"} | made)
        self.assert_clean_build_equal()

    def test_an_import_that_what_is_made_gains(self):
        self.config(self.CHAIN)
        self.write("src/a.ts", "export const a = 1;\n")
        self.write("src/b.ts", "export const b = 1;\n")
        self.build()
        self.write("src/a.ts", "import { b } from './b';\nexport const a = b;\n")
        self.assert_builds({"gen/copies/a.ts", "gen/facts/a.json"})
        self.write("src/b.ts", "export const b = 2;\n")
        self.assert_builds({"gen/copies/b.ts", "gen/facts/a.json", "gen/facts/b.json"})
        self.assert_clean_build_equal()

    def test_a_removed_source_takes_all_that_follows_along(self):
        self.config(self.CHAIN)
        self.write("src/a.ts", "export const a = 1;\n")
        self.write("src/b.ts", "export const b = 1;\n")
        self.build()
        self.remove("src/b.ts")
        self.assert_removes(["gen/copies/b.ts", "gen/facts/b.json"])
        self.assert_clean_build_equal()


class FailingRounds(PipelineCase):
    def test_what_does_not_need_a_failed_module_is_built_all_the_same(self):
        self.config(
            """\
            pipelines:
              - name: copies
                sources: ["src/*.ts"]
                depends: self
                generate: { shell: "! grep bad {source} && cp {source} {out}" }
                outputs: ["gen/copies/{name}"]
              - name: facts
                sources: ["gen/copies/*.ts", "own/*.ts"]
                scan: typescript
                generate: { builtin: manifest-json }
                outputs: ["gen/facts/{stem}.json"]
            """
        )
        self.write("src/a.ts", "export const a = 1;\n")
        self.write("src/b.ts", "bad\n")
        self.write("own/c.ts", "export const c = 1;\n")
        run = self.build("-k0", code=1)
        self.assertEqual(
            sorted(run.ran),
            ["gen/copies/a.ts", "gen/copies/b.ts", "gen/facts/a.json", "gen/facts/c.json"],
        )
        self.write("src/b.ts", "export const b = 1;\n")
        self.assert_builds({"gen/copies/b.ts", "gen/facts/b.json"})
        self.assert_clean_build_equal()


class Refused(PipelineCase):
    def assert_refused(self, config, *words):
        self.config(config)
        self.write("src/a.txt", "a\n")
        self.write("src/b/a.txt", "a\n")
        run = self.jig("build")
        self.assertEqual(run.code, 2, run)
        for word in words:
            self.assertIn(word, run.errors)
        self.assertIn("jig.yaml:", run.errors)
        self.assertFalse(self.exists("gen"), run)

    def test_two_sources_of_one_output(self):
        self.assert_refused(UPPER.replace("gen/{dir}/{stem}", "gen/{stem}"), "gen/a.up", "{dir}")

    def test_two_pipelines_with_one_output(self):
        again = UPPER.replace("pipelines:\n", "").replace("upper", "again")
        self.assert_refused(UPPER + again, "gen/src/a.up", "'upper'", "'again'")

    def test_an_output_that_escapes(self):
        self.assert_refused(UPPER.replace("gen/", "../gen/"), "../gen")

    def test_an_output_that_is_a_source_of_its_own(self):
        self.assert_refused(
            UPPER.replace(".up", ".txt").replace("src/**", "**"),
            "also one of its sources",
            "exclude",
        )

    def test_an_output_that_jig_needs_itself(self):
        self.assert_refused(UPPER.replace("gen/{dir}/{stem}.up", ".jig/{dir}/{stem}"), ".jig/src/a")
