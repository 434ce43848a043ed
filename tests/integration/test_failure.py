"""Jobs that fail: exit codes, messages, what still runs and what is kept."""

import hashlib
import subprocess

from harness import Case, jig_only, main


class ExitCodes(Case):
    def fail_with(self, command, code, shown=None):
        """Builds one job with this command and demands exit code and exact output: what the shell
        prints and nothing else."""
        self.manifest(f"build out: sh\n  sh = {command}\n")
        run = self.build(code=code)
        command = command.replace("$$", "$")
        shell = self.run_tool(["/bin/sh", "-c", command], stderr=subprocess.STDOUT)
        if shown is not None:
            self.assertRegex(shell.text, shown)
        self.assertEqual(
            run.text,
            f"[1/1] RUN out\nFAILED: [code={code}] out \n{command}\n{shell.text}"
            "ninja: build stopped: subcommand failed.\n",
        )
        self.assertEqual(run.errors, "")

    @jig_only
    def test_exit_code_of_the_job_is_that_of_the_tool(self):
        for code in (1, 2, 7, 124, 255):
            with self.subTest(code):
                self.fail_with(f"exit {code}", code)

    @jig_only
    def test_exit_code_of_a_program_started_without_a_shell(self):
        self.write("fail.sh", "#!/bin/sh\nexit 9\n", mode=0o755)
        self.fail_with("./fail.sh", 9)

    @jig_only
    def test_killed_by_a_signal(self):
        for number in (6, 9, 11):
            with self.subTest(number):
                self.fail_with(f"kill -{number} $$$$", 128 + number)

    @jig_only
    def test_program_started_without_a_shell_killed_by_a_signal(self):
        self.write("die.sh", "#!/bin/sh\nkill -9 $$\n", mode=0o755)
        self.fail_with("./die.sh", 137)

    @jig_only
    def test_missing_program(self):
        """With and without a shell: the message and the code are the shell's."""
        self.fail_with("no-such-program here", 127, r"no-such-program: .*not found\n")
        self.fail_with(
            "no-such-program | cat >/dev/null; exit 127", 127, r"no-such-program: .*not found\n"
        )
        self.fail_with("./no/such/program", 127, r"\./no/such/program: .*\n")

    @jig_only
    def test_program_without_permission(self):
        self.write("plain", "echo\n", mode=0o644)
        self.fail_with("./plain", 126, r"\./plain: Permission denied\n")

    @jig_only
    def test_directory_as_a_program(self):
        self.path("dir").mkdir()
        self.fail_with("./dir", 126, r"\./dir: .*\n")

    def test_script_without_an_interpreter_line_runs_in_the_shell(self):
        self.write("script", "echo made > out\n", mode=0o755)
        self.manifest("build out: sh\n  sh = ./script\n")
        self.assert_builds({"out"})

    @jig_only
    def test_shell_syntax_error(self):
        self.manifest("build out: sh\n  sh = echo 'unfinished\n")
        run = self.build(code=2)
        self.assertIn("FAILED: [code=2] out \n", run.text)
        self.assertIn("Unterminated quoted string", run.text)

    @jig_only
    def test_last_failure_decides_the_exit_code(self):
        gate = self.gate()
        self.manifest(f"""
            build a: sh
              sh = {gate.hold()}; exit 4
            build b: sh
              sh = exit 3
            """)
        build = self.start("-j2", "-k0")
        gate.arrived()
        build.wait_for("FAILED: [code=3] b")
        gate.release()
        run = build.finish()
        self.assertIn("FAILED: [code=4] a", run.text)
        self.assertEqual(run.code, 4, run)


class KeepGoing(Case):
    def setUp(self):
        super().setUp()
        self.manifest("""
            build bad1: sh
              sh = false
            build bad2: sh || bad1.done
              sh = false
            build bad1.done: sh
              sh = echo > bad1.done
            build bad3: sh || bad1.done
              sh = false
            build good: sh || bad1.done
              sh = echo > good
            build after: cat bad1
            build all: phony bad1 bad2 bad3 good after
            """)

    def failures(self, run):
        return run.text.count("FAILED: ")

    def test_stops_at_the_first_failure(self):
        run = self.build("-j1", "bad1", "bad2", "bad3", "good", code=1)
        self.assertEqual(self.failures(run), 1)
        self.assertTrue(run.text.endswith("ninja: build stopped: subcommand failed.\n"), run)

    def test_k2_stops_at_the_second(self):
        run = self.build("-j1", "-k2", "bad1", "bad2", "bad3", code=1)
        self.assertEqual(self.failures(run), 2)
        self.assertTrue(run.text.endswith("ninja: build stopped: subcommands failed.\n"), run)

    def test_k0_runs_all_that_can_run(self):
        run = self.build("-k0", "all", code=1)
        self.assertEqual(self.failures(run), 3)
        self.assertIn("good", run.ran)
        self.assertNotIn("after", run.ran)
        self.assertTrue(
            run.text.endswith(
                "ninja: build stopped: cannot make progress due to previous errors.\n"
            ),
            run,
        )

    def test_many_allowed_and_fewer_failed(self):
        run = self.build("-k9", "all", code=1)
        self.assertEqual(self.failures(run), 3)
        self.assertIn("cannot make progress due to previous errors", run.text)

    def test_running_jobs_are_waited_for_after_a_failure(self):
        gate = self.gate()
        self.manifest(f"""
            build slow: sh
              sh = {gate.hold()} && echo > slow
            build bad: sh
              sh = while ! [ -e held ]; do :; done; false
            """)
        build = self.start("-j2", "slow", "bad")
        gate.arrived()
        self.tamper("held", "")
        build.wait_for("FAILED: ")
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 1, run)
        self.assertTrue(self.exists("slow"))
        gate.open()
        self.assert_nothing_to_do("slow")


class State(Case):
    def test_what_succeeded_is_not_run_again(self):
        self.write("in", "bad\n")
        self.manifest("""
            build a: sh
              sh = echo > a
            build b: sh in || a
              sh = grep -q good in && cp in b
            build c: cat a b
            """)
        run = self.build(code=1)
        self.assert_ran(run, {"a", "b"})
        run = self.build(code=1)
        self.assert_ran(run, {"b"})
        self.write("in", "good\n")
        self.assert_builds({"b", "c"})
        self.assert_clean_build_equal()

    def test_failed_job_that_wrote_its_output_runs_again(self):
        self.manifest("build out: sh\n  sh = echo half > out; test -e flag\n")
        self.build(code=1)
        self.build(code=1)
        self.write("flag", "")
        self.assert_ran(self.build(), {"out"})

    def test_dependents_of_a_failed_job_do_not_run(self):
        self.manifest("build a: sh\n  sh = echo > a; false\nbuild b: cat a\n")
        run = self.build("-k0", code=1)
        self.assert_ran(run, {"a"})

    @jig_only
    def test_response_file_is_kept_after_a_failure(self):
        self.manifest("""
            rule r
              command = cat rsp; false
              rspfile = rsp
              rspfile_content = content
            build out: r
            """)
        self.build(code=1)
        self.assertEqual(self.read("rsp"), "content")


class Output(Case):
    def test_output_follows_its_job_and_is_not_mixed(self):
        """Two jobs print in turns; each one's text comes in one block when it ends."""
        first, second = self.gate("first"), self.gate("second")
        self.manifest(f"""
            build a: sh
              sh = echo a1; {first.hold()}; echo a2; {first.hold()}; echo a3; echo > a
            build b: sh
              sh = echo b1; {second.hold()}; echo b2; {second.hold()}; echo b3; echo > b
            """)
        build = self.start("-j2")
        for gate in (first, second):
            gate.arrived()
        for gate in (first, second):
            gate.release()
            gate.arrived()
        second.release()
        build.wait_for("b3\n")
        first.release()
        run = build.finish()
        self.assertEqual(run.text, "[1/2] RUN b\nb1\nb2\nb3\n[2/2] RUN a\na1\na2\na3\n")

    def test_standard_output_and_error_come_in_the_order_they_were_written(self):
        self.manifest("build a: sh\n  sh = echo 1; echo 2 >&2; echo 3; echo 4 >&2; : > a\n")
        run = self.build()
        self.assertEqual(run.text, "[1/1] RUN a\n1\n2\n3\n4\n")

    def test_output_of_a_failed_job(self):
        self.manifest("build a: sh\n  sh = echo why; false\n")
        run = self.build(code=1)
        self.assertIn("\necho why; false\nwhy\nninja: build stopped", run.text)

    @jig_only
    def test_output_without_a_last_newline(self):
        self.manifest(
            "build a: sh\n  sh = printf text; : > a\n"
            "build b: sh || a\n  sh = printf more; : > b\n"
        )
        run = self.build()
        self.assertEqual(run.text, "[1/2] RUN a\ntext\n[2/2] RUN b\nmore\n")

    def test_bytes_that_are_not_text(self):
        self.write("bytes", bytes(range(256)).replace(b"\x1b", b"") * 3)
        self.manifest("build a: sh\n  sh = cat bytes; : > a\n")
        run = self.build()
        self.assertIn(self.path("bytes").read_bytes(), run.out)

    @jig_only
    def test_daemon_that_keeps_the_output_open_is_not_waited_for(self):
        gate = self.gate()
        self.manifest(f"build a: sh\n  sh = echo before; {{ {gate.hold()}; }} & : > a\n")
        run = self.build()
        self.assertEqual(run.text, "[1/1] RUN a\nbefore\n")
        gate.arrived()  # it was there all the time
        gate.release()

    def test_hundred_megabytes_from_one_job(self):
        self.manifest("build a: sh\n  sh = yes 0123456789abcdef | head -c 100000000; : > a\n")
        run = self.build()
        head, _, body = run.out.partition(b"\n")
        self.assertEqual(head, b"[1/1] RUN a")
        expected = (b"0123456789abcdef\n" * (100000000 // 17 + 1))[:100000000]
        self.assertIn(len(body) - len(expected), (0, 1))
        self.assertEqual(
            hashlib.sha256(body[: len(expected)]).digest(), hashlib.sha256(expected).digest()
        )
        self.assert_nothing_to_do()


if __name__ == "__main__":
    main()
