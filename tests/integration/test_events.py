"""`--json`: what programs are told of a build. docs/reference/events.md promises it."""

import json
import os
import pathlib
import re

from daemon_harness import DaemonCase
from harness import JIG, Case, jig_only, main
from pipeline_harness import UPPER
from watch_harness import WatchCase

EVENTS = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/events.md"

# What varies from one run to the next.
NUMBERS = re.compile(r'("(?:\w+_ns|peak_rss|left_ms|\w+_bytes|bytes_hashed)":)(?:\d+|null)')


def parse(out):
    """Each line has to be one object."""
    events = [json.loads(line) for line in out.decode("utf-8").splitlines()]
    for event in events:
        assert isinstance(event["event"], str) and event["time_ns"] >= 0, event
    return events


def named(events, name):
    return [event for event in events if event["event"] == name]


@jig_only
class Events(Case):
    def events(self, *args, code=0, errors="", **options):
        run = self.jig("build", "--json", *args, **options)
        self.assertEqual(run.code, code, run)
        self.assertEqual(run.errors, errors, run)
        events = parse(run.out)
        self.assertEqual(events[0]["event"], "begin")
        self.assertEqual(events[-1]["event"], "end")
        self.assertEqual(events[-1]["exit_code"], code)
        times = [event["time_ns"] for event in events]
        self.assertEqual(times, sorted(times))
        return events

    def test_begin_says_what_is_built(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        begin = self.events("a")[0]
        self.assertEqual(begin["format"], 1)
        self.assertEqual(begin["directory"], str(self.dir))
        self.assertEqual(begin["manifest"], "build.ninja")
        self.assertEqual(begin["targets"], ["a"])
        self.assertFalse(begin["dry_run"])
        version = self.jig("--version").text.split()[1]
        self.assertEqual(begin["version"], version)

    def test_a_job_starts_and_finishes(self):
        self.write("in", "x\n")
        self.manifest("build a | b$ c: sh in\n  sh = echo hi; cp in a; : > 'b c'\n")
        events = self.events()
        (started,) = named(events, "started")
        (finished,) = named(events, "finished")
        for event in (started, finished):
            self.assertEqual(event["output"], "a")
            self.assertEqual(event["outputs"], ["a", "b c"])
            self.assertEqual(event["rule"], "sh")
            self.assertEqual(event["reason"], "never-built")
            self.assertEqual(event["job"], started["job"])
        self.assertEqual(started["description"], "RUN a")
        self.assertEqual(started["command"], "echo hi; cp in a; : > 'b c'")
        self.assertFalse(started["console"])
        self.assertEqual(finished["exit_code"], 0)
        self.assertEqual(finished["text"], "hi\n")
        self.assertGreater(finished["peak_rss"], 0)
        self.assertEqual(finished["slot"], 0)
        self.assertLess(finished["start_ns"], finished["end_ns"])
        self.assertLessEqual(finished["end_ns"], finished["time_ns"])

    def test_the_reason_names_its_file(self):
        self.write("in", "x\n")
        self.manifest("build a: cat in\n")
        self.events()
        self.write("in", "y\n")
        (started,) = named(self.events(), "started")
        self.assertEqual((started["reason"], started["reason_file"]), ("input-changed", "in"))

    def test_a_job_that_need_not_run_after_all_passes(self):
        self.write("in", "x # one\n")
        self.manifest("build a: sh in\n  sh = sed 's/#.*//' in > a\nbuild b: cat a\n")
        self.events()
        self.write("in", "x # two\n")
        events = self.events()
        self.assertEqual([event["output"] for event in named(events, "passed")], ["b"])
        self.assertEqual(named(events, "planned")[-1]["total"], 2)
        self.assertEqual(events[-1]["stats"]["jobs_passed"], 1)

    def test_what_was_planned_is_foretold(self):
        self.write("in", "x\n")
        self.manifest("build a: cat in\n")
        self.assertIsNone(named(self.events(), "planned")[-1]["left_ms"])
        self.write("in", "y\n")
        self.assertGreaterEqual(named(self.events(), "planned")[-1]["left_ms"], 1)

    def test_progress_is_told_while_a_job_runs(self):
        gate = self.gate()
        self.manifest(f"build a: sh\n  sh = {gate.hold()}; : > a\n")
        build = self.start("build", "--json", tool=JIG)
        build.wait_for('"event":"progress"')
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        progress = named(parse(run.out), "progress")[0]
        wanted = {"total": 1, "started": 1, "finished": 0, "running": 1, "failed": 0}
        self.assertEqual({key: progress[key] for key in wanted}, wanted)

    def test_each_event_comes_when_it_happens(self):
        gate = self.gate()
        self.manifest(f"build a: sh\n  sh = {gate.hold()}; : > a\n")
        build = self.start("build", "--json", tool=JIG)
        build.wait_for('"event":"started"')
        gate.release()
        self.assertEqual(build.finish().code, 0)

    def test_a_failure(self):
        self.manifest("build a: sh\n  sh = echo why; exit 3\n")
        events = self.events(code=1)
        (finished,) = named(events, "finished")
        self.assertEqual((finished["exit_code"], finished["text"]), (3, "why\n"))
        self.assertEqual(events[-1]["status"], "failed")
        self.assertEqual(events[-1]["message"], "subcommand failed")
        self.assertEqual(events[-1]["stats"]["jobs_failed"], 1)

    def test_an_error_says_where(self):
        self.write("build.ninja", "rule\n")
        end = self.events(code=2)[-1]
        self.assertEqual((end["status"], end["file"], end["line"]), ("error", "build.ninja", 1))
        self.assertIn("expected rule name", end["message"])

    def test_an_unknown_target_is_an_error(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        end = self.events("nosuch", code=2)[-1]
        self.assertEqual(end["status"], "error")
        self.assertIn("unknown target 'nosuch'", end["message"])

    def test_nothing_to_do(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        self.events()
        events = self.events()
        self.assertEqual(named(events, "started"), [])
        self.assertEqual(events[-1]["status"], "done")
        self.assertEqual(events[-1]["stats"]["jobs_run"], 0)

    def test_the_numbers_are_those_of_stats(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        stats = json.loads(self.jig("build", "--stats=json").text.splitlines()[-1])
        self.assertEqual(self.events()[-1]["stats"].keys(), stats.keys())

    def test_a_dry_run(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        events = self.events("-n")
        self.assertTrue(events[0]["dry_run"])
        self.assertEqual(len(named(events, "finished")), 1)
        self.assertFalse(self.exists("a"))

    def test_a_warning_is_an_event(self):
        self.manifest("build a: phony a\nbuild b: sh\n  sh = : > b\n")
        (notice,) = named(self.events(), "notice")
        self.assertIn("phony target 'a' names itself", notice["message"])

    def test_bytes_that_are_no_text(self):
        self.manifest("build a: sh\n  sh = printf 'x\\377y\\000z'; : > a\n")
        (finished,) = named(self.events(), "finished")
        self.assertEqual(finished["text"], "x\ufffdy\0z")

    def test_a_name_that_is_no_text(self):
        name = b"a\xff"
        self.write("build.ninja", b"rule r\n  command = : > $out\nbuild " + name + b": r\n")
        (finished,) = named(self.events(), "finished")
        self.assertEqual(finished["output"], "a\ufffd")
        self.assertEqual(bytes.fromhex(finished["output_hex"]), name)
        self.assertEqual([bytes.fromhex(hex) for hex in finished["outputs_hex"]], [name])

    def test_a_job_of_the_console_writes_to_standard_error(self):
        self.manifest("build a: sh\n  sh = echo hi; : > a\n  pool = console\n")
        events = self.events(errors="hi\n")
        self.assertTrue(named(events, "started")[0]["console"])

    def test_no_reader(self):
        self.manifest("build a: sh\n  sh = : > a\nbuild b: sh a\n  sh = : > b\n")
        reader, writer = os.pipe()
        os.close(reader)
        run = self.jig("build", "--json", stdout=writer)
        os.close(writer)
        self.assertEqual(run.code, 141, run)

    def test_an_interrupt(self):
        gate = self.gate()
        self.manifest(f"build a: sh\n  sh = {gate.hold()}; : > a\n")
        build = self.start("build", "--json", tool=JIG)
        build.wait_for('"event":"started"')
        gate.arrived()
        build.signal(2)
        run = build.finish()
        self.assertEqual(run.code, 130, run)
        self.assertEqual(parse(run.out)[-1]["status"], "interrupted")

    def test_what_is_for_people_is_refused(self):
        self.manifest("build a: sh\n  sh = : > a\n")
        run = self.jig("build", "--json", "--show-cache")
        self.assertEqual((run.code, run.text), (2, ""), run)
        self.assertIn("jig cache --json", run.errors)

    def test_the_documented_example(self):
        """The build in events.md gives what is shown there, but for the numbers that vary."""
        text = EVENTS.read_text("utf-8")
        manifest, shown = re.findall(r"^```(?:ninja|json)\n(.*?)^```$", text, re.M | re.S)[:2]
        self.write("build.ninja", manifest)
        run = self.jig("build", "--json", "-j1")
        told = run.text.replace(str(self.dir), "/home/me/project")
        # The numbers of the end are many and told elsewhere.
        told = re.sub(r'"stats":\{.*?\}', '"stats":{…}', told)
        self.assertEqual(
            NUMBERS.sub(r"\1N", told).splitlines(), NUMBERS.sub(r"\1N", shown).splitlines()
        )


@jig_only
class Pipelines(WatchCase):
    def test_removed_outputs_and_their_sum(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.jig("build", "--json")
        self.remove("src/a.txt")
        self.write("src/b.txt", "c\n")
        events = parse(self.jig("build", "--json").out)
        (removed,) = named(events, "removed")
        self.assertTrue(removed["path"].startswith("gen/src/a"), removed)
        self.assertEqual(events[-1]["outputs"], {"added": 0, "updated": 1, "removed": 1})

    def test_a_watch_has_a_begin_and_an_end_for_each_round(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        watch = self.start("watch", "--json", tool=JIG)
        watch.wait_for('"event":"end"')
        before = len(watch.out)
        self.write("src/a.txt", "b\n")
        while b'"jobs_run":1' not in watch.out[before:]:
            watch._pump()
        watch.signal(15)
        run = watch.finish()
        names = [event["event"] for event in parse(run.out)]
        self.assertGreaterEqual(names.count("end"), 2)
        self.assertEqual(names.count("begin"), names.count("end"))
        self.assertEqual(names[-1], "end")


@jig_only
class Daemon(DaemonCase):
    def test_a_daemon_tells_the_same(self):
        self.manifest("build a: sh\n  sh = echo hi; : > a\nbuild b: cat a\n  pool = console\n")
        told = {}
        for wish in ("--no-daemon", "--daemon"):
            for name in ("a", "b"):
                self.path(name).unlink(missing_ok=True)
            run = self.run_tool(
                [JIG, "build", "--json", "-j1", wish],
                env=self.environment({}),
            )
            self.assertEqual(run.code, 0, run)
            told[wish] = [
                (event["event"], event.get("output"), event.get("text"))
                for event in parse(run.out)
                if event["event"] in ("begin", "started", "finished", "passed", "end")
            ]
        self.assertEqual(told["--daemon"], told["--no-daemon"])


if __name__ == "__main__":
    main()
