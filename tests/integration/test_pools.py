"""How many jobs run at a time, and the console."""

import os

from harness import Case, jig_only, main


class Pools(Case):
    def held_jobs(self, gate, count, pool):
        return "".join(
            f"build {pool}{i}: sh\n  sh = {gate.hold(f'{pool}{i}')}; echo > {pool}{i}\n"
            f"  pool = {pool}\n"
            for i in range(count)
        )

    def check_depth(self, depth, flags=("-j8",)):
        """Jobs of the pool are held. Other jobs, one after the other, come and go meanwhile, each a
        chance to start too many of the pool; no more than `depth` of it are there in the end."""
        pooled, free = self.gate("pooled"), self.gate("free")
        self.manifest(
            f"pool few\n  depth = {depth}\n"
            + self.held_jobs(pooled, 5, "few")
            + f"build free0: sh\n  sh = {free.hold('free0')}; echo > free0\n"
            + f"build free1: sh free0\n  sh = {free.hold('free1')}; echo > free1\n"
            + f"build free2: sh free1\n  sh = {free.hold('free2')}; echo > free2\n"
        )
        build = self.start(*flags)
        there = {pooled.arrived() for _ in range(depth)}
        for i in range(3):
            self.assertEqual(free.arrived(), f"free{i}")
            self.assertTrue(pooled.nobody())
            free.release()
        for _ in range(5 - depth):
            pooled.release()
            there.add(pooled.arrived())
        pooled.release(depth)
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(there, {f"few{i}" for i in range(5)})

    def test_depth_1(self):
        self.check_depth(1)

    def test_depth_3(self):
        self.check_depth(3)

    def test_depth_0_is_no_limit(self):
        gate = self.gate()
        self.manifest("pool any\n  depth = 0\n" + self.held_jobs(gate, 4, "any"))
        build = self.start("-j4")
        for _ in range(4):
            gate.arrived()
        gate.release(4)
        self.assertEqual(build.finish().code, 0)

    def test_empty_pool_exempts_a_statement(self):
        gate = self.gate()
        self.manifest(f"""
            pool one
              depth = 1
            rule held
              command = {gate.hold("$out")}; echo > $out
              pool = one
            build a: held
            build b: held
              pool =
            build c: held
              pool =
            """)
        build = self.start("-j4")
        self.assertEqual({gate.arrived() for _ in range(3)}, {"a", "b", "c"})
        gate.release(3)
        self.assertEqual(build.finish().code, 0)

    def test_j_limits_everything(self):
        gate = self.gate()
        free = self.gate("free")
        self.manifest(
            "pool p\n  depth = 9\n"
            + self.held_jobs(gate, 4, "p")
            + f"build x: sh\n  sh = {free.hold()}; echo > x\n"
        )
        build = self.start("-j2", "p0", "p1", "p2", "p3")
        first = gate.arrived()
        second = gate.arrived()
        self.assertTrue(gate.nobody())
        gate.release()
        third = gate.arrived()  # only now was there room
        gate.release()
        fourth = gate.arrived()
        gate.release(2)
        self.assertEqual(build.finish().code, 0)
        self.assertEqual({first, second, third, fourth}, {"p0", "p1", "p2", "p3"})

    def test_j0_is_no_limit(self):
        gate = self.gate()
        self.manifest("pool p\n  depth = 99\n" + self.held_jobs(gate, 40, "p"))
        build = self.start("-j0")
        for _ in range(40):
            gate.arrived()
        gate.release(40)
        self.assertEqual(build.finish().code, 0)


class Console(Case):
    def test_console_jobs_run_one_at_a_time(self):
        gate = self.gate()
        self.manifest(f"""
            rule held
              command = {gate.hold("$out")}; echo > $out
            build a: held
              pool = console
            build b: held
              pool = console
            build c: held
            """)
        build = self.start("-j4")
        there = {gate.arrived(), gate.arrived()}
        self.assertIn("c", there)
        self.assertTrue(gate.nobody())
        gate.release(3)
        gate.arrived()
        self.assertEqual(build.finish().code, 0)

    def test_console_job_owns_the_terminal(self):
        self.manifest("""
            build a: sh
              sh = test -t 0 && test -t 1 && test -t 2 && echo > a
              pool = console
            """)
        code, _ = self.terminal()
        self.assertEqual(code, 0)

    def test_other_jobs_do_not_see_the_terminal(self):
        self.manifest("""
            build a: sh
              sh = ! test -t 0 && ! test -t 1 && ! test -t 2 && echo > a
            """)
        code, _ = self.terminal()
        self.assertEqual(code, 0)

    def test_console_job_reads_what_is_typed(self):
        gate = self.gate()
        self.manifest(f"""
            build a: sh
              sh = {gate.hold()}; read line; echo $$line > a
              pool = console
            """)

        def talk(master):
            gate.arrived()
            os.write(master, b"typed\n")
            gate.release()

        code, _ = self.terminal(talk=talk)
        self.assertEqual(code, 0)
        self.assertEqual(self.read("a"), "typed\n")

    def test_output_of_others_is_held_back_while_the_console_is_busy(self):
        """An ordinary job ends, with output, while a console job runs. Its text appears after."""
        gate = self.gate()
        other = self.gate("other")
        self.manifest(f"""
            build con: sh
              sh = echo con1; {gate.hold()}; echo con2; echo > con
              pool = console
            build a: sh
              sh = {other.hold()}; echo text-of-a; echo > a
            build b: sh a
              sh = {other.hold()}; echo text-of-b; echo > b
            """)
        build = self.start("-j4")
        gate.arrived()
        other.arrived()
        other.release()
        other.arrived()  # `b` is there, so `a` is done and taken in
        gate.release()
        other.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertIn("con1\ncon2\n", run.text)
        self.assertLess(run.text.index("con2"), run.text.index("text-of-a"))

    def test_console_job_in_a_pipe_prints_at_once(self):
        gate = self.gate()
        self.manifest(f"""
            build a: sh
              sh = echo early; {gate.hold()}; echo late; echo > a
              pool = console
            """)
        build = self.start()
        gate.arrived()
        build.wait_for("early\n")
        self.assertNotIn(b"late", build.out)
        gate.release()
        run = build.finish()
        self.assertEqual(run.text, "[0/1] RUN a\nearly\nlate\n")

    @jig_only
    def test_failed_console_job(self):
        self.manifest("build a: sh\n  sh = echo why; exit 6\n  pool = console\n")
        run = self.build(code=6)
        self.assertIn("why\nFAILED: [code=6] a \n", run.text)


if __name__ == "__main__":
    main()
