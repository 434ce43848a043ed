"""jig-perf: what it measures is what it says, it leaves nothing behind, and its gate fails for a jig
that is slower and passes for one that is not."""

import json
import os
import pathlib
import signal
import subprocess
import unittest

from daemon_harness import daemons_below
from harness import JIG, LIMIT, SLOW, Background, Case, jig_only, main, tool_environment
from pipeline_harness import UPPER

ROOT = pathlib.Path(__file__).resolve().parents[2]
PERF = os.path.join(os.path.dirname(JIG), "jig-perf")

SCENARIOS = ["off", "cold", "noop", "warm", "edit-1", "edit-5pct", "session", "watch"]

SETTINGS = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


# Under sanitizers the others go the same ways.
ONCE = "measuring that often, once, without sanitizers, is enough"


class PerfCase(Case):
    limit = 5 * LIMIT

    def setUp(self):
        super().setUp()
        self.path("tmp").mkdir()

    def environment(self):
        return {"TMPDIR": str(self.path("tmp")), **SETTINGS}

    def perf(self, *args, code=0, **options):
        run = self.run_tool([PERF, *map(str, args)], env=self.environment(), **options)
        self.assertEqual(run.code, code, run)
        return run

    def assert_nothing_left(self):
        self.assertEqual(os.listdir(self.path("tmp")), [])
        self.assertEqual(daemons_below(self.path("tmp")), [])

    def result(self, name="metrics.json"):
        """What the only run so far has written."""
        (path,) = self.path(".cache/perf").glob(f"*/*/{name}")
        return json.loads(path.read_text())

    def program(self, name, text):
        self.write(name, "#!/bin/sh\n" + text, mode=0o755)
        return str(self.path(name))


@jig_only
class Measuring(PerfCase):
    def test_every_scenario_of_a_fixture(self):
        self.perf("--fixture", "small-app", "--iterations", 2)
        self.assert_nothing_left()
        result = self.result()
        self.assertEqual(list(result["scenarios"]), SCENARIOS)
        for name, scenario in result["scenarios"].items():
            with self.subTest(name):
                metrics = scenario["metrics"]
                self.assertEqual(len(metrics["wall_ms"]["samples"]), 2)
                self.assertGreater(metrics["wall_ms"]["min"], 0)
                self.assertGreater(metrics["peak_rss_bytes"]["min"], 1 << 20)
                self.assertLessEqual(metrics["wall_ms"]["min"], metrics["wall_ms"]["median"])
                self.assertLessEqual(metrics["wall_ms"]["median"], metrics["wall_ms"]["max"])
        self.assertEqual(result["version"], 1)
        self.assertEqual(result["project"]["kind"], "fixture")
        self.assertEqual(result["machine"]["processors"], os.cpu_count())
        self.assertEqual(
            [target["name"] for target in result["targets"]], ["R13", "R13", "R14", "R15"]
        )

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_each_scenario_did_what_it_says(self):
        self.perf("--fixture", "small-app", "--iterations", 1)
        scenarios = self.result()["scenarios"]

        def count(scenario, metric):
            return scenarios[scenario]["metrics"][metric]["samples"][0]

        every = count("cold", "jobs_run")
        self.assertEqual(count("off", "jobs_run"), every)
        self.assertEqual(count("noop", "jobs_run"), 0)
        self.assertEqual(count("noop", "files_hashed"), 0)
        self.assertEqual(count("noop", "hit_ratio"), 1)
        self.assertEqual(count("warm", "jobs_run"), 0)
        self.assertEqual(count("warm", "files_hashed"), self.result()["project"]["modules"])
        for scenario in ("edit-1", "edit-5pct", "session", "watch"):
            self.assertGreater(count(scenario, "jobs_run"), 0, scenario)
            self.assertLess(count(scenario, "jobs_run"), every, scenario)
            self.assertGreater(count(scenario, "outputs_written"), 0, scenario)
        self.assertGreater(count("session", "daemon_rss_bytes"), 1 << 20)

    def test_only_what_is_wanted_is_measured(self):
        self.perf(
            "--fixture",
            "small-app",
            "--iterations",
            1,
            "--scenario",
            "noop",
            "--scenario",
            "edit-1",
        )
        result = self.result()
        self.assertEqual(list(result["scenarios"]), ["noop", "edit-1"])
        self.assertEqual(result["targets"], [])

    def test_json_is_what_the_file_has(self):
        run = self.perf("--fixture", "small-app", "--iterations", 1, "--scenario", "noop", "--json")
        self.assertEqual(json.loads(run.text), self.result())

    def test_the_table_has_a_line_a_scenario_and_judges_targets(self):
        text = self.perf("--fixture", "small-app", "--iterations", 1).text
        for name in SCENARIOS:
            self.assertRegex(text, rf"(?m)^{name} +[0-9.]+ ")
        for name in ("R13", "R14", "R15"):
            self.assertRegex(text, rf"(?m)^{name} .* (pass|FAIL) .* (pass|FAIL)$")

    def test_a_build_that_does_not_do_what_is_measured_is_an_error(self):
        fake = self.program(
            "fake",
            f'case "$*" in "build --quiet --no-daemon --stats=json") [ -e {self.dir}/after ] && rm -rf .jig gen packages/proto/gen;; esac\n'
            f'case "$*" in "build --quiet --no-daemon -n") touch {self.dir}/after;; esac\n'
            f'exec {JIG} "$@"\n',
        )
        run = self.perf("--jig", fake, "--fixture", "small-app", "--scenario", "noop", code=2)
        self.assertIn("noop: a job ran, and there was nothing to do", run.errors)
        self.assert_nothing_left()

    def test_a_build_that_fails_is_an_error_that_says_what_it_said(self):
        broken = self.program("broken", "echo no luck >&2\nexit 3\n")
        run = self.perf("--jig", broken, "--fixture", "small-app", code=2)
        self.assertIn("exit code 3: no luck", run.errors)
        self.assert_nothing_left()


@jig_only
class Progress(PerfCase):
    ONE = ("--fixture", "small-app", "--iterations", "2", "--scenario", "noop")

    def test_on_a_terminal_it_is_one_line_that_goes_away(self):
        code, received = self.terminal(*self.ONE, tool=PERF, env=self.environment())
        self.assertEqual(code, 0)
        self.assertIn(b"\r\x1b[Ksmall-app: round 2 of 2, noop\r\x1b[K", received)

    def test_elsewhere_it_is_plain(self):
        errors = self.perf(*self.ONE).errors
        self.assertNotIn("\r", errors)
        self.assertNotIn("\x1b", errors)


@jig_only
class Projects(PerfCase):
    def project(self):
        self.write("app/jig.yaml", "version: 1\n" + UPPER.replace("*.txt", "*.sh"))
        for i in range(20):
            self.write(f"app/src/{i}.sh", f"echo {i}\n")

    def test_a_copy_is_measured_and_the_project_left_alone(self):
        self.project()
        subprocess.run([JIG, "build", "--quiet"], cwd=self.path("app"), check=True)
        before = {
            path: path.stat().st_mtime_ns for path in self.path("app").rglob("*") if path.is_file()
        }
        self.perf("--fixture", "app", "--iterations", 1)
        after = {
            path: path.stat().st_mtime_ns for path in self.path("app").rglob("*") if path.is_file()
        }
        self.assertEqual(before, after)
        result = self.result()
        self.assertEqual(result["project"]["name"], "app")
        self.assertEqual(result["project"]["modules"], 20)
        self.assertEqual(result["scenarios"]["cold"]["metrics"]["jobs_run"]["samples"], [20])
        self.assertEqual(result["scenarios"]["edit-5pct"]["metrics"]["jobs_run"]["samples"], [1])
        self.assert_nothing_left()

    def test_a_project_that_wants_a_daemon_is_built_by_processes_all_the_same(self):
        self.project()
        self.write("app/jig.yaml", self.read("app/jig.yaml") + "daemon: true\n")
        self.perf("--fixture", "app", "--iterations", 1, "--scenario", "cold", "--scenario", "noop")
        noop = self.result()["scenarios"]["noop"]
        self.assertIn("--no-daemon", noop["command"])
        self.assertGreater(noop["metrics"]["files_statted"]["samples"][0], 0)
        self.assert_nothing_left()

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_what_does_not_apply_is_skipped_with_a_reason(self):
        self.project()
        for i in range(1, 20):
            self.remove(f"app/src/{i}.sh")
        self.perf("--fixture", "app", "--iterations", 1)
        scenarios = self.result()["scenarios"]
        self.assertEqual(scenarios["edit-5pct"], {"skipped": "there are fewer than 20 modules"})
        self.assertIn("metrics", scenarios["edit-1"])

    def test_a_build_ninja_below_the_project(self):
        self.write("app/src/main.c", "int main(void) { return 0; }\n")
        self.manifest("build main.o: cc ../src/main.c\n", name="app/out/build.ninja")
        self.perf("--fixture", "app", "--in", "out", "--iterations", 1)
        result = self.result()
        self.assertEqual(result["project"]["manifest"], "build.ninja")
        self.assertEqual(result["project"]["modules"], 1)
        self.assertEqual(result["edited"], "src/main.c")
        self.assertIn("metrics", result["scenarios"]["off"])
        self.assertIn("metrics", result["scenarios"]["edit-1"])
        self.assertFalse(self.exists("app/out/main.o"))

    def test_a_manifest_with_absolute_paths_builds_in_the_copy(self):
        app = self.path("app")
        for i in range(20):
            self.write(f"app/src/{i}.c", f"int f{i}(void) {{ return {i}; }}\n")
        self.manifest(
            "".join(f"build {app}/out/{i}.o: cc {app}/src/{i}.c\n" for i in range(20)),
            name="app/out/build.ninja",
        )
        before = self.tree(app)
        self.perf("--fixture", "app", "--in", "out", "--iterations", 1)
        self.assertEqual(self.tree(app), before)
        result = self.result()
        self.assertEqual(result["project"]["modules"], 20)
        self.assertEqual(result["scenarios"]["cold"]["metrics"]["jobs_run"]["samples"], [20])
        self.assertEqual(result["scenarios"]["edit-5pct"]["metrics"]["jobs_run"]["samples"], [1])

    def test_what_cannot_be_measured_is_told(self):
        self.write("app/README", "")
        for args, complaint in [
            (("--fixture", "app"), "has neither a jig.yaml nor a build.ninja"),
            (("--fixture", "huge-app"), "no such fixture or folder: huge-app"),
            (("--fixture", "small-app", "--jig", "nothing"), "no such program: nothing"),
            (("--fixture", "small-app", "--jig", "/bin/true"), "printed no statistics"),
            ((), "which --fixture?"),
        ]:
            with self.subTest(args=args):
                self.assertIn(complaint, self.perf(*args, code=2).errors)
                self.assert_nothing_left()


@jig_only
class Interrupted(PerfCase):
    def test_it_stops_what_it_started_and_cleans_up(self):
        gate = self.gate()
        held = self.program("held", f"cd {self.dir}\n{gate.hold()}\nexit 1\n")
        perf = Background(
            [PERF, "--fixture", "small-app", "--jig", held],
            self.dir,
            tool_environment(self.environment()),
        )
        self.addCleanup(perf.stop)
        gate.arrived()
        perf.signal(signal.SIGINT)
        run = perf.finish()
        self.assertEqual(run.code, 130, run)
        self.assert_nothing_left()
        self.assertFalse(self.exists(".cache"))


# Burns processor time before each build: many times what jig needs for one.
SLOW_JIG = """\
i=0
while [ $i -lt 60000 ]; do i=$((i+1)); done
exec {jig} "$@"
"""

# Burns an amount that differs from round to round, as on a busy machine. Before each measured build
# comes one with -n, which the wrapper counts; so both sides get the same amounts, and neither is
# slower.
NOISY_JIG = """\
n=$(cat {count} 2>/dev/null || echo 0)
case "$*" in *" -n") n=$((n + 1)); echo $n > {count};; esac
i=0
while [ $i -lt $((n * 2 % 13 * 20000)) ]; do i=$((i+1)); done
exec {jig} "$@"
"""


@jig_only
class Gate(PerfCase):
    ONE = ("--fixture", "small-app", "--scenario", "noop")

    def test_a_slower_jig_fails(self):
        slow = self.program("slow", SLOW_JIG.format(jig=JIG))
        run = self.perf(
            "gate", *self.ONE, "--baseline-jig", JIG, "--jig", slow, "--iterations", 5, code=1
        )
        self.assertRegex(run.text, r"(?m)^noop +wall, ms .* FAIL, again \d+\.\d+$")
        self.assertIn("gate: FAILED; 1 of 2 comparisons failed", run.text)
        self.assertIn("measuring 1 scenario again, to be sure", run.errors)
        gate = self.result("gate.json")
        self.assertTrue(gate["paired"])
        self.assertFalse(gate["passed"])
        (wall,) = [row for row in gate["comparisons"] if row["metric"] == "wall_ms"]
        self.assertEqual((wall["verdict"], wall["again"]["verdict"]), ("FAIL", "FAIL"))
        self.assert_nothing_left()

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_a_faster_jig_passes(self):
        slow = self.program("slow", SLOW_JIG.format(jig=JIG))
        run = self.perf("gate", *self.ONE, "--baseline-jig", slow, "--jig", JIG, "--iterations", 5)
        self.assertRegex(run.text, r"(?m)^noop +wall, ms .* better$")

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_noise_passes(self):
        sides = [
            self.program(name, NOISY_JIG.format(jig=JIG, count=self.path(f"{name}.count")))
            for name in ("one", "other")
        ]
        run = self.perf("gate", *self.ONE, "--baseline-jig", sides[0], "--jig", sides[1])
        self.assertIn("gate: passed", run.text)
        wall = self.result("metrics.json")["scenarios"]["noop"]["metrics"]["wall_ms"]
        self.assertEqual(len(wall["samples"]), 10)
        self.assertGreater(wall["max"], 2 * wall["min"])

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_a_file_without_a_commit_is_compared_as_it_is_and_says_so(self):
        self.perf(*self.ONE, "--directory", "old", "--iterations", 5)
        (old,) = self.path("old").glob("*/*/metrics.json")
        metrics = json.loads(old.read_text())
        metrics["jig"]["commit"] = None
        wall = metrics["scenarios"]["noop"]["metrics"]["wall_ms"]
        wall["samples"] = [sample / 100 for sample in wall["samples"]]
        self.write("old.json", json.dumps(metrics))
        run = self.perf("gate", *self.ONE, "--baseline", "old.json", "--iterations", 5, code=1)
        self.assertIn("it names no commit", run.errors)
        self.assertIn("not paired", run.errors)
        self.assertFalse(self.result("gate.json")["paired"])

    @unittest.skipIf(SLOW > 1, ONCE)
    def test_a_baseline_of_another_project_is_refused(self):
        self.perf(*self.ONE, "--directory", "old", "--iterations", 1)
        (old,) = self.path("old").glob("*/*/metrics.json")
        metrics = json.loads(old.read_text())
        metrics["jig"]["commit"] = None
        metrics["project"]["name"] = "large-app"
        self.write("old.json", json.dumps(metrics))
        run = self.perf("gate", *self.ONE, "--baseline", "old.json", "--iterations", 4, code=2)
        self.assertIn("the baseline is of large-app, and not of small-app", run.errors)

    def test_what_is_no_commit_is_refused(self):
        self.write("other/file", "")
        run = self.perf("gate", *self.ONE, "--baseline", "v0", code=2)
        self.assertIn("v0: no file, and no commit", run.errors)
        self.assertIn("--baseline-jig", run.errors)


@jig_only
class Comparing(PerfCase):
    def write_metrics(self, name, times, scenario="noop"):
        metrics = {
            "version": 1,
            "scenarios": {scenario: {"metrics": {"wall_ms": {"samples": times}}}},
        }
        self.write(name, json.dumps(metrics))

    def test_two_files_give_a_table_and_no_judgement(self):
        self.write_metrics("a.json", [10, 11, 12, 13, 14])
        self.write_metrics("b.json", [20, 21, 22, 23, 24])
        run = self.perf("compare", "a.json", "b.json")
        self.assertRegex(run.text, r"(?m)^noop +wall, ms +12\.00 +22\.00 +1\.833 +0\.0040  FAIL$")
        (row,) = json.loads(self.perf("compare", "a.json", "b.json", "--json").text)
        self.assertEqual(row["verdict"], "FAIL")
        self.assertAlmostEqual(row["p"], 1 / 252)

    def test_files_that_cannot_be_compared_are_told(self):
        self.write_metrics("a.json", [10])
        self.write_metrics("cold.json", [10], scenario="cold")
        self.write("broken.json", "{")
        for other, complaint in [
            ("cold.json", "have no scenario in common"),
            ("broken.json", "broken.json:1: "),
            ("missing.json", "cannot read missing.json: No such file"),
        ]:
            with self.subTest(other):
                self.assertIn(complaint, self.perf("compare", "a.json", other, code=2).errors)


class Help(PerfCase):
    def test_help_fits_a_screen(self):
        lines = self.perf("--help").text.splitlines()
        self.assertLessEqual(len(lines), 40)
        self.assertLessEqual(max(map(len, lines)), 80)


if __name__ == "__main__":
    main()
