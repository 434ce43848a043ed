"""The trace: Chrome trace event JSON that Perfetto opens."""

import json

from harness import Case, jig_only, main


@jig_only
class Trace(Case):
    def trace(self, *args, code=0):
        run = self.jig("build", "--trace", "trace.json", *args)
        self.assertEqual(run.code, code, run)
        trace = json.loads(self.read("trace.json"))
        self.assertIsInstance(trace["traceEvents"], list)
        return trace["traceEvents"]

    def setUp(self):
        super().setUp()
        for i in range(30):
            self.write(f"in{i}", f"{i}\n")
        self.manifest(
            "".join(f"build out{i}: cat in{i}\n" for i in range(30))
            + "build bad: sh\n  sh = exit 3\ndefault "
            + " ".join(f"out{i}" for i in range(30))
            + "\n"
        )

    def slices(self, events):
        return [e for e in events if e["ph"] == "X"]

    def rows(self, events):
        """What each (pid, tid) is called."""
        return {
            (e["pid"], e["tid"]): e["args"]["name"]
            for e in events
            if e["ph"] == "M" and e["name"] == "thread_name"
        }

    def test_events_have_what_the_format_asks_for(self):
        events = self.trace()
        for event in events:
            self.assertIn(event["ph"], "XMCsf", event)
            self.assertIsInstance(event["pid"], int)
            self.assertIsInstance(event["tid"], int)
            self.assertIsInstance(event["name"], str)
        for event in self.slices(events):
            self.assertGreaterEqual(event["ts"], 0)
            self.assertGreaterEqual(event["dur"], 0)
            self.assertNotEqual(event["cat"], "")

    def test_slices_nest_within_their_row(self):
        rows = {}
        for event in self.slices(self.trace("-j4")):
            rows.setdefault((event["pid"], event["tid"]), []).append(event)
        for row in rows.values():
            row.sort(key=lambda e: (e["ts"], -e["dur"]))
            open_ends = []
            for event in row:
                # Both are rounded to ns when written as µs.
                while open_ends and open_ends[-1] <= event["ts"] + 1e-3:
                    open_ends.pop()
                end = event["ts"] + event["dur"]
                if open_ends:
                    self.assertLessEqual(end, open_ends[-1] + 2e-3, event)
                open_ends.append(end)

    def test_rows_are_named(self):
        events = self.trace("-j4")
        rows = self.rows(events)
        used = {(e["pid"], e["tid"]) for e in self.slices(events)}
        self.assertLessEqual(used, set(rows))
        names = sorted(rows.values())
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(any("worker" in name for name in names), names)
        self.assertTrue(any("slot" in name for name in names), names)

    def test_every_job_is_a_slice_with_its_reason(self):
        events = self.trace("-j4")
        jobs = [e for e in self.slices(events) if e["cat"] == "job"]
        self.assertEqual(
            sorted(e["args"]["job"] for e in jobs), sorted(f"out{i}" for i in range(30))
        )
        for event in jobs:
            self.assertEqual(event["args"]["reason"], "never built")
            self.assertEqual(event["args"]["exit_code"], 0)
        self.write("in3", "changed\n")
        jobs = [e for e in self.slices(self.trace()) if e["cat"] == "job"]
        self.assertEqual([e["args"]["reason"] for e in jobs], ["input changed: in3"])

    def test_slots_do_not_overlap(self):
        events = self.trace("-j3")
        slots = {}
        for event in self.slices(events):
            if event["cat"] == "job":
                slots.setdefault(event["tid"], []).append((event["ts"], event["dur"]))
        self.assertLessEqual(len(slots), 3)
        for jobs in slots.values():
            jobs.sort()
            for (ts, dur), (following, _) in zip(jobs, jobs[1:]):
                self.assertLessEqual(ts + dur, following + 2e-3)

    def test_phases_are_slices(self):
        categories = {e["cat"] for e in self.slices(self.trace())}
        self.assertLessEqual({"plan", "stat", "parse"}, categories, categories)

    def test_a_failed_build_has_a_trace_too(self):
        jobs = [e for e in self.slices(self.trace("bad", code=1)) if e["cat"] == "job"]
        self.assertEqual([e["args"]["exit_code"] for e in jobs], [3])

    def test_odd_names_are_valid_json(self):
        self.write('a "b"\\c\n'.strip(), "x\n")
        self.manifest('build o"ü"\\$ out: cat a$ "b"\\c\n')
        jobs = [e for e in self.slices(self.trace()) if e["cat"] == "job"]
        self.assertEqual([e["args"]["job"] for e in jobs], ['o"ü"\\ out'])

    def test_trace_that_cannot_be_written(self):
        run = self.jig("build", "--trace", "no/such/dir/t.json")
        self.assertIn("no/such/dir/t.json", run.errors)
        self.assertTrue(self.exists("out0"))


if __name__ == "__main__":
    main()
