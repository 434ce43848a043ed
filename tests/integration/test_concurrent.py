"""Several jigs in one build directory."""

import signal

from harness import Case, jig_only, main


@jig_only
class Concurrent(Case):
    def hold_first(self):
        """Starts a jig that has the directory, with its only job held at a gate."""
        gate = self.gate()
        self.write("in", "x\n")
        self.manifest(f"""
            build held: sh
              sh = {gate.hold()}; echo held >> log; echo > held
            build out: sh in
              sh = cp in out; echo out >> log
            """)
        first = self.start("held")
        gate.arrived()
        return gate, first

    def test_second_waits_and_says_for_whom(self):
        gate, first = self.hold_first()
        second = self.start()
        second.wait_for(str(first.pid))
        self.assertFalse(self.exists("out"))
        gate.release()
        gate.open()
        one, two = first.finish(), second.finish()
        self.assertEqual((one.code, two.code), (0, 0), two)
        self.assertEqual(sorted(self.lines("log")), ["held", "out"])
        self.assert_nothing_to_do()

    def test_second_goes_on_when_the_first_is_killed(self):
        gate, first = self.hold_first()
        second = self.start("out")
        second.wait_for(str(first.pid))
        first.process.kill()
        run = second.finish()
        self.assertEqual(run.code, 0, run)
        self.assert_ran(run, {"out"})

    def test_interrupt_while_waiting(self):
        gate, first = self.hold_first()
        second = self.start()
        second.wait_for(str(first.pid))
        second.signal(signal.SIGINT)
        self.assertEqual(second.finish().code, 130)
        gate.release()
        self.assertEqual(first.finish().code, 0)

    def test_dry_run_does_not_wait(self):
        gate, first = self.hold_first()
        run = self.build("-n", "out")
        self.assert_ran(run, {"out"})
        self.assertFalse(self.exists("out"))
        gate.release()
        self.assertEqual(first.finish().code, 0)

    def test_many_at_once_run_each_job_once(self):
        self.write("in", "x\n")
        self.manifest(
            "".join(
                f"build out{i}: sh in\n  sh = cp in out{i}; echo out{i} >> log\n" for i in range(20)
            )
        )
        for text in ("one\n", "two\n"):
            self.write("in", text)
            self.path("log").unlink(missing_ok=True)
            started = [self.start("-j2") for _ in range(6)]
            runs = [build.finish() for build in started]
            self.assertEqual([run.code for run in runs], [0] * 6, runs[-1])
            self.assertEqual(sorted(self.lines("log")), sorted(f"out{i}" for i in range(20)))
        self.assert_nothing_to_do()
        self.assert_clean_build_equal(ignore=["log"])

    def test_many_at_once_with_some_killed(self):
        self.write("in", "x\n")
        self.manifest("".join(f"build out{i}: sh in\n  sh = cp in out{i}\n" for i in range(20)))
        for round_ in range(5):
            self.write("in", f"{round_}\n")
            started = [self.start("-j2") for _ in range(4)]
            started[0].wait_for_jobs(1 + round_)
            started[0].process.kill()
            started[2].process.kill()
            for build in started:
                build.finish()
            self.build()
            self.assert_nothing_to_do()
            self.assert_clean_build_equal()

    def test_two_directories_do_not_wait_for_each_other(self):
        gate, first = self.hold_first()
        self.write("sub/build.ninja", "rule t\n  command = : > out\nbuild out: t\n")
        run = self.build("-C", "sub")
        self.assertTrue(self.exists("sub/out"), run)
        gate.release()
        self.assertEqual(first.finish().code, 0)


if __name__ == "__main__":
    main()
