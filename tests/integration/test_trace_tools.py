"""jig trace: what the traces of past builds say, and how builds are named."""

import json
import os
import shutil
import time

from harness import JIG, NINJA, Case, jig_only, main

# Writes traces of builds of any size that never were.
MAKE = os.path.join(os.path.dirname(JIG), "jig-trace-make")


@jig_only
class TraceTools(Case):
    def setUp(self):
        super().setUp()
        for name in ("a", "b"):
            self.write(f"{name}.txt", f"{name}\n")
        self.manifest("""
            build a.o: cat a.txt
            build b.o: cat b.txt
            build app: cat a.o b.o
            build all: phony app
            default all
            """)

    def trace(self, *args, code=0, **options):
        run = self.jig("trace", *args, **options)
        self.assertEqual(run.code, code, run)
        return run

    def json(self, *args):
        return json.loads(self.trace(*args, "--json").out)

    def build_twice(self):
        self.build()
        self.write("a.txt", "changed\n")
        self.build()

    def kept(self):
        return sorted(self.path(".jig/traces").glob("*.trace"))

    # ---- which builds -----------------------------------------------------------------------

    def test_list_has_every_build_that_ran(self):
        self.build_twice()
        listed = self.json("list")
        self.assertEqual([build["number"] for build in listed], [1, 2])
        self.assertEqual([build["jobs_run"] for build in listed], [3, 2])
        self.assertEqual([build["outcome"] for build in listed], ["done", "done"])
        lines = self.trace("list").text.splitlines()
        self.assertEqual(len(lines), 3, lines)

    def test_a_folder_that_keeps_none_is_told_of(self):
        self.build()
        self.remove(".jig/traces")
        self.write(".jig/traces", "no folder")
        self.write("a.txt", "changed\n")
        run = self.jig("build")
        self.assertEqual(run.code, 0)
        said = "the build's trace is not kept in '.jig/traces': Not a directory"
        self.assertEqual(run.errors, f"jig: warning: {said}\n")
        for tool in (["list"], []):
            run = self.trace(*tool, code=2)
            self.assertEqual(run.errors, "jig: error: cannot read '.jig/traces': Not a directory\n")
        self.assertEqual(self.read("app"), "changed\nb\n")

    def test_waiting_for_another_build_is_no_part_of_one(self):
        self.write("slow.txt", "")
        gate = self.gate()
        self.manifest(f"build slow: sh slow.txt\n  sh = {gate.hold()} && touch slow\n")
        first = self.start(tool=NINJA)
        gate.arrived()
        second = self.start(tool=NINJA)
        second.wait_for("waiting for process")
        time.sleep(0.3)
        gate.release()
        self.assertEqual(first.finish().code, 0)
        self.assertEqual(second.finish().code, 0)
        (only,) = self.json("list")
        self.assertEqual(only["jobs_run"], 1)

    def test_no_trace_says_what_to_do(self):
        run = self.trace(code=2)
        self.assertIn("no trace is kept in '.jig/traces'", run.errors)
        self.assertIn("build something", run.errors)
        self.assertEqual(self.json("list"), [])
        self.assertIn("no trace is kept", self.trace("list").text)

    def test_builds_are_named_by_number_and_counted_back(self):
        self.build_twice()
        for words, ran in (
            ([], 2),
            (["last"], 2),
            (["-1"], 2),
            (["2"], 2),
            (["1"], 3),
            (["-2"], 3),
        ):
            self.assertEqual(self.json("summary", *words)["jobs_run"], ran, words)
        self.assertEqual(self.json("-2")["jobs_run"], 3)

    def test_build_that_is_not_kept(self):
        self.build_twice()
        for word in ("3", "0", "-3", "-0", "99999999999999999999999"):
            run = self.trace("summary", word, code=2)
            self.assertIn("there are 2, of builds 1 to 2", run.errors, word)
            self.assertIn("jig trace list", run.errors)
        self.assertIn("'no' is no build", self.trace("summary", "no", code=2).errors)

    def test_trace_file_needs_no_manifest(self):
        self.build_twice()
        elsewhere = self.path("elsewhere")
        elsewhere.mkdir()
        for number, path in enumerate(self.kept(), 1):
            shutil.copy(path, elsewhere / f"{number}.trace")
        run = self.trace("summary", "1.trace", "--json", cwd=elsewhere)
        self.assertEqual(json.loads(run.out)["jobs_run"], 3)
        run = self.trace("-C", "elsewhere", "diff", "1.trace", "2.trace", "--json")
        self.assertEqual(json.loads(run.out)["before"]["jobs_run"], 3)

    def test_state_is_found_as_by_other_commands(self):
        self.build()
        os.mkdir(self.path("sub"))
        self.assertEqual(
            json.loads(self.trace("-C", "..", "--json", cwd=self.path("sub")).out)["jobs_run"], 3
        )
        self.trace("--cache-dir", "nothing", code=2)
        self.assertEqual(self.json("--cache-dir", ".jig")["jobs_run"], 3)

    def test_damaged_traces_are_told_and_listed(self):
        self.build_twice()
        self.tamper(".jig/traces/000001.trace", "no trace")
        self.assertIn("no trace that can be read", self.trace("summary", "1", code=2).errors)
        self.assertIn("error", self.json("list")[0])
        self.assertEqual(self.json("list")[1]["jobs_run"], 2)

    def test_nothing_is_changed_and_no_lock_is_waited_for(self):
        gate = self.gate()
        self.build()
        self.manifest(f"build slow: sh\n  sh = {gate.hold()}\n")
        build = self.start("slow")
        gate.arrived()
        before = self.tree(self.path(".jig/traces"))
        self.assertEqual(self.json("summary")["jobs_run"], 3)
        self.trace("diff", "1", "1")
        self.assertEqual(self.tree(self.path(".jig/traces")), before)
        gate.release()
        build.finish()

    # ---- what they say ----------------------------------------------------------------------

    def test_summary_fits_a_screen_and_names_the_last_job(self):
        self.build()
        text = self.trace().text
        self.assertLess(len(text.splitlines()), 30)
        self.assertIn("3 jobs run, 0 spared", text)
        self.assertIn("3 never built", text)
        self.assertRegex(text, r"(?m)^path +.* of jobs")
        self.assertRegex(text, r"(?m)^advice ")

    def test_summary_of_a_failed_build(self):
        self.manifest("build bad: sh\n  sh = exit 3\n")
        self.build("bad", code=3)
        text = self.trace().text
        self.assertIn("1 job run (1 failed)", text)
        self.assertIn("failed\n", text.splitlines(keepends=True)[0])

    def test_critical_path_covers_the_build(self):
        self.build()
        path = self.json("critical-path")
        steps = path["steps"]
        self.assertEqual(steps[0]["begin_ns"], 0)
        self.assertEqual(steps[-1]["end_ns"], path["duration_ns"])
        for step, following in zip(steps, steps[1:]):
            self.assertEqual(step["end_ns"], following["begin_ns"])
        jobs = [step["job"] for step in steps if step["kind"] == "job"]
        self.assertEqual(jobs[-1], "app")
        self.assertIn(jobs[0], ("a.o", "b.o"))
        self.assertIn("app (cat)", self.trace("critical-path").text)

    def test_diff_tells_what_ran_only_in_one(self):
        self.build_twice()
        diff = self.json("diff")
        self.assertEqual([job["name"] for job in diff["went"]], ["b.o"])
        self.assertEqual(diff["came"], [])
        diff = self.json("diff", "2", "1")
        self.assertEqual([job["name"] for job in diff["came"]], ["b.o"])
        self.assertEqual(diff["came"][0]["reason"], "never-built")
        self.assertIn("b.o", self.trace("diff", "2", "1").text)

    def test_diff_of_a_build_with_itself(self):
        self.build_twice()
        shutil.copy(self.kept()[1], self.path("copy.trace"))
        for words in (["2", "2"], ["2"], ["2", "copy.trace"]):
            self.assertIn("are the same build", self.trace("diff", *words).text, words)
        self.assertTrue(self.json("diff", "2", "2")["same"])
        self.assertFalse(self.json("diff")["same"])

    def test_diff_of_one_build_is_with_the_last(self):
        self.build_twice()
        self.assertEqual(self.json("diff", "1"), self.json("diff", "1", "2"))

    # ---- what other tools read --------------------------------------------------------------

    def test_export_has_arrows_between_slices_that_are_there(self):
        self.build("-j2")
        self.trace("export", "-o", "t.json")
        events = json.loads(self.read("t.json"))["traceEvents"]
        slices = [e for e in events if e["ph"] == "X" and e["cat"] == "job"]
        self.assertEqual(sorted(e["args"]["job"] for e in slices), ["a.o", "app", "b.o"])

        def slice_at(event):
            around = [
                e["args"]["job"]
                for e in slices
                if e["tid"] == event["tid"] and e["ts"] <= event["ts"] < e["ts"] + e["dur"]
            ]
            self.assertEqual(len(around), 1, event)
            return around[0]

        starts = [e for e in events if e["ph"] == "s"]
        ends = [e for e in events if e["ph"] == "f"]
        self.assertEqual(len(starts), 1)
        self.assertIn(slice_at(starts[0]), ("a.o", "b.o"))
        self.assertEqual([slice_at(e) for e in ends], ["app"])
        self.assertEqual(starts[0]["id"], ends[0]["id"])
        counters = {e["name"] for e in events if e["ph"] == "C"}
        self.assertLessEqual({"running jobs", "ready jobs"}, counters)

    def test_export_goes_to_standard_output(self):
        self.build()
        self.assertIn("traceEvents", json.loads(self.trace("export").out))
        self.assertEqual(self.trace("export", "-o", "-").out, self.trace("export").out)

    def test_export_that_cannot_be_written(self):
        self.build()
        run = self.trace("export", "-o", "no/such/dir/t.json", code=2)
        self.assertIn("no/such/dir/t.json", run.errors)

    def test_flame_lines_are_stacks_and_microseconds(self):
        self.build()
        lines = self.trace("flame").text.splitlines()
        for line in lines:
            self.assertRegex(line, r"^(engine;worker \d+(;[^;]+)+|jobs;cat(;[^;]+)+) \d+$")
        jobs = [line.rsplit(" ", 1)[0] for line in lines if line.startswith("jobs;")]
        self.assertEqual(sorted(jobs), ["jobs;cat;a.o", "jobs;cat;app", "jobs;cat;b.o"])

    def test_report_is_a_page_whose_path_is_printed(self):
        self.build()
        self.assertEqual(self.trace("report").text, "jig-report.html\n")
        self.assertIn("<html", self.read("jig-report.html"))
        self.assertEqual(self.trace("report", "1", "-o", "page.html").text, "page.html\n")
        self.assertEqual(self.read("page.html"), self.read("jig-report.html"))

    # ---- builds that never were -------------------------------------------------------------

    def make(self, jobs, seed=1):
        run = self.run_tool([MAKE, str(jobs), str(seed), "made.trace"])
        self.assertEqual(run.code, 0, run)

    def test_numbers_of_made_builds_add_up(self):
        for seed, jobs in enumerate((1, 7, 60, 400, 3000)):
            self.make(jobs, seed)
            summary = self.json("summary", "made.trace")
            slots, length = summary["slots"], summary["duration_ns"]
            self.assertEqual(
                sum(summary["idle_ns"].values()) + summary["own_ns"], slots * length, jobs
            )
            self.assertEqual(sum(summary["path_ns"].values()), length)
            self.assertEqual(sum(summary["wait_ns"].values()), summary["path_ns"]["wait"])
            self.assertEqual(sum(rule["own_ns"] for rule in summary["rules"]), summary["own_ns"])
            for row in summary["what_if"]:
                self.assertGreaterEqual(row["jobs_ns"], summary["longest_chain_ns"])
                self.assertGreaterEqual(row["jobs_ns"] * row["slots"], summary["own_ns"])
            self.assertEqual(summary["what_if"][0]["jobs_ns"], summary["own_ns"])

    def test_a_hundred_thousand_jobs(self):
        self.make(100_000)
        self.assertEqual(self.json("summary", "made.trace")["what_if"][0]["slots"], 1)
        self.trace("critical-path", "made.trace")
        self.trace("diff", "made.trace", "made.trace")
        self.trace("flame", "made.trace", "-o", "flame.txt")
        self.trace("export", "made.trace", "-o", "export.json")
        with open(self.path("export.json"), encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        self.assertGreater(sum(e["ph"] == "X" and e["cat"] == "job" for e in events), 80_000)

    # ---- the command line -------------------------------------------------------------------

    def test_wrong_usage_is_told(self):
        self.build()
        for args, message in (
            (["sumary"], "did you mean 'summary'?"),
            (["summary", "1", "1"], "'summary' is about one build"),
            (["list", "1"], "name none"),
            (["export", "--json"], "without --json"),
            (["summary", "-o", "file"], "-o has no effect"),
        ):
            run = self.trace(*args, code=2)
            self.assertIn(message, run.errors, args)
            self.assertIn("see 'jig help trace'", run.errors, args)

    def test_colours_are_for_terminals_and_obey_no_color(self):
        self.manifest("build bad: sh\n  sh = exit 3\n")
        self.build("bad", code=3)
        self.assertNotIn("\x1b", self.trace().text)
        self.assertIn("\x1b[31mfailed", self.trace(env={"FORCE_COLOR": "1"}).text)
        self.assertNotIn("\x1b", self.trace(env={"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}).text)


if __name__ == "__main__":
    main()
