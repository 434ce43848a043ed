"""INT, TERM and HUP in the middle of a build."""

import os
import signal

from harness import Case, jig_only, main, process_exists, wait_until


class Interrupt(Case):
    """`done` is finished when the signal comes, `slow` has begun to write, `later` never starts."""

    def start_and_hold(self, extra="", flags=()):
        self.pids = self.path("pids")
        self.hold = self.gate()
        self.manifest(f"""
            build done: sh
              sh = echo finished > done
            build slow | slow.side: sh || done
              sh = {extra}echo $$$$ >> pids; echo half > slow; echo half > slow.side; (echo x; $
                {self.hold.hold()}) && echo whole > slow && echo whole > slow.side
            build later: cat slow
            """)
        build = self.start(*flags)
        self.hold.arrived()
        return build

    def children(self):
        return [int(pid) for pid in self.lines("pids")]

    def assert_recovers(self):
        self.hold.open()
        run = self.build()
        self.assertNotIn("done", run.ran)
        self.assertEqual(self.read("later"), "whole\n")
        self.assert_nothing_to_do()

    def check_interrupted_by(self, number):
        build = self.start_and_hold()
        build.signal(number)
        run = build.finish()
        self.assertEqual(run.code, 130, run)
        self.assertTrue(run.text.endswith("ninja: build stopped: interrupted by user.\n"), run)
        for pid in self.children():
            self.assertFalse(process_exists(pid), "a job outlived the tool")
        self.assertEqual(self.read("done"), "finished\n")
        self.assertFalse(self.exists("slow"), "half-written output left behind")
        self.assertFalse(self.exists("slow.side"), "half-written output left behind")
        self.assert_recovers()

    @jig_only
    def test_int(self):
        self.check_interrupted_by(signal.SIGINT)

    @jig_only
    def test_term(self):
        self.check_interrupted_by(signal.SIGTERM)

    @jig_only
    def test_hup(self):
        self.check_interrupted_by(signal.SIGHUP)

    @jig_only
    def test_output_that_the_job_had_not_touched_stays(self):
        """The job was stopped before it wrote: its old output is still good and is kept."""
        self.write("in", "old\n")
        gate = self.gate()
        gate_text = gate.hold()
        self.manifest(f"build out: sh in\n  sh = {gate_text}; cat in > out\n")
        build = self.start()
        gate.arrived()
        gate.release()
        self.assertEqual(build.finish().code, 0)

        self.write("in", "new\n")
        build = self.start()
        gate.arrived()
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        self.assertEqual(self.read("out"), "old\n")
        gate.open()
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "new\n")

    @jig_only
    def test_what_a_job_started_ends_with_it(self):
        """A job's own children are in its process group and get the signal too."""
        self.hold = self.gate()
        self.manifest(f"""
            build slow: sh
              sh = (exec sh -c 'echo $$$$ > child; {self.hold.hold()}; :'); :
            """)
        build = self.start()
        self.hold.arrived()
        child = int(self.read("child"))
        self.assertTrue(process_exists(child))
        build.signal(signal.SIGTERM)
        self.assertEqual(build.finish().code, 130)
        wait_until(lambda: not process_exists(child), "the grandchild's end")

    @jig_only
    def test_second_signal_kills_a_job_that_ignores_the_first(self):
        build = self.start_and_hold(extra="trap '' INT TERM HUP; ")
        build.signal(signal.SIGINT)

        # Nothing tells that the first was taken in, and signals of one kind merge while they are
        # pending. So another kind is sent, again and again, until the job is gone.
        def killed():
            if build.process.poll() is None:
                build.signal(signal.SIGTERM)
            return not any(process_exists(pid) for pid in self.children())

        wait_until(killed, "the end of the job after the second signal")
        # One signal too many can reach a tool that is done and has its signals restored.
        self.assertIn(build.finish().code, (130, 143))
        self.assertFalse(self.exists("slow"))
        self.assert_recovers()

    @jig_only
    def test_job_that_finishes_well_in_spite_of_the_signal(self):
        """It caught the signal, cleaned up after itself and ended with 0: whatever is kept of it,
        the next build has to end right."""
        build = self.start_and_hold(extra="trap 'echo caught > slow; exit 0' INT; ")
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        self.assert_recovers()
        self.assertEqual(self.read("slow"), "whole\n")

    @jig_only
    def test_exit_code_130_of_a_job_counts_as_an_interrupt(self):
        """A job that was interrupted itself ends the build as an interrupt does."""
        self.manifest("build a: sh\n  sh = kill -INT $$$$\n")
        run = self.ninja()
        self.assertEqual(run.code, 130, run)
        self.assertIn("interrupted by user", run.text)

    @jig_only
    def test_interrupt_of_many_jobs(self):
        gate = self.gate()
        self.manifest(
            "".join(
                f"build out{i}: sh\n  sh = echo $$$$ >> pids; echo half > out{i}; {gate.hold()}; "
                f"echo whole > out{i}\n"
                for i in range(8)
            )
        )
        build = self.start("-j8")
        for _ in range(8):
            gate.arrived()
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        for pid in map(int, self.lines("pids")):
            self.assertFalse(process_exists(pid))
        self.assertEqual([i for i in range(8) if self.exists(f"out{i}")], [])
        gate.open()
        self.assert_ran(self.build(), {f"out{i}" for i in range(8)})

    @jig_only
    def test_control_c_on_a_terminal(self):
        """The terminal signals its whole foreground group, which is jig and its console job."""
        gate = self.gate()
        self.manifest(f"""
            build slow: sh
              sh = echo half > slow; {gate.hold()}; echo whole > slow
              pool = console
            """)

        def talk(master):
            gate.arrived()
            os.write(master, b"\x03")

        code, _ = self.terminal(talk=talk)
        self.assertEqual(code, 130)
        self.assertFalse(self.exists("slow"))

    @jig_only
    def test_signal_ignored_by_the_parent_stays_ignored(self):
        """As under nohup: HUP is to be ignored, so the build goes on."""
        gate = self.gate()
        self.manifest(f"build out: sh\n  sh = {gate.hold()}; echo > out\n")
        build = self.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        gate.arrived()
        build.signal(signal.SIGHUP)
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertTrue(self.exists("out"))


if __name__ == "__main__":
    main()
