"""Watching pipelines: what is built when what happens, and that everything else is silent."""

import os
import signal
import subprocess
import unittest

from harness import JIG, tool_environment, wait_until
from pipeline_harness import UPPER, UPPER_ALL
from watch_harness import WatchCase, append


def held(gate):
    """The words of a pipeline's command that hold it at the gate, under the name of its source."""
    # They hold a shell's braces; in jig.yaml a brace is doubled.
    words = gate.hold("STEM").replace("{", "{{").replace("}", "}}")
    return words.replace("STEM", "{stem}")


class Edits(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def test_the_first_build_is_a_build_like_any_other(self):
        watch = self.watch("-j1", ready=None)
        self.assertEqual(
            watch.block().text,
            "[1/2] upper src/a.txt\n"
            "[2/2] upper src/b.txt\n"
            "jig: 2 jobs run, 0 spared; outputs: 2 added, 0 updated, 0 removed\n",
        )
        watch.wait_for("jig: watching 3 folders\n")

    def test_watching_is_an_option_of_build_too(self):
        watch = self.watch("--watch", command=("build",))
        self.write("src/a.txt", "A\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])

    def test_an_edit_runs_its_job_and_no_other(self):
        watch = self.watch()
        self.write("src/a.txt", "new\n")
        self.assertEqual(
            watch.block().text,
            "jig: 1 change: src/a.txt\n"
            "[1/1] upper src/a.txt\n"
            "jig: 1 job run, 0 spared; outputs: 0 added, 1 updated, 0 removed\n",
        )
        self.assertEqual(self.read("gen/src/a.up"), "NEW\n")
        self.assert_same_as_clean(watch)

    def test_a_touch_prints_nothing(self):
        watch = self.watch()
        with watch.looks():
            self.touch("src/a.txt")
        self.assert_silent(watch)
        self.write("src/b.txt", "x\n")
        self.assertEqual(watch.block().jobs, ["upper src/b.txt"])

    def test_a_rewrite_with_the_same_content_prints_nothing(self):
        watch = self.watch()
        with watch.looks():
            self.swap("src/a.txt", "a\n")
        self.assert_silent(watch)

    def test_what_jig_does_not_know_prints_nothing(self):
        watch = self.watch()
        with watch.looks():
            self.tamper("notes.md", "hello")
        self.assert_silent(watch)

    def test_outputs_of_a_build_do_not_start_another(self):
        watch = self.watch()
        for text in ("one\n", "two\n", "three\n"):
            self.write("src/a.txt", text)
            self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
            watch.quiet()
            self.assert_silent(watch)

    def test_an_output_that_somebody_deletes_is_made_again(self):
        watch = self.watch()
        self.path("gen/src/a.up").unlink()
        block = watch.block()
        self.assertEqual(block.jobs, ["upper src/a.txt"])
        self.assertEqual(block.changes, ["gen/src/a.up"])
        self.assertEqual(self.read("gen/src/a.up"), "A\n")

    def test_an_edit_right_after_a_build_is_seen(self):
        watch = self.watch()
        for number in range(20):
            self.write("src/a.txt", f"text {number}\n")
            while self.read("gen/src/a.up") != f"TEXT {number}\n":
                watch.block()

    def test_two_edits_are_one_build(self):
        watch = self.watch("--debounce", "300")
        self.write("src/a.txt", "x\n")
        self.write("src/b.txt", "y\n")
        block = watch.block()
        self.assertEqual(sorted(block.jobs), ["upper src/a.txt", "upper src/b.txt"])
        self.assertEqual(sorted(block.changes), ["src/a.txt", "src/b.txt"])

    def test_polling_sees_what_the_kernel_does_not_tell(self):
        watch = self.watch("--poll=20", ready="by polling\n")
        self.write("src/a.txt", "polled\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
        self.assertEqual(self.read("gen/src/a.up"), "POLLED\n")

    def test_many_changes_are_cut_short(self):
        watch = self.watch("--debounce", "200")
        for number in range(8):
            self.write(f"src/f{number}.txt", "x\n")
        first = watch.block().text.splitlines()[0]
        self.assertRegex(first, r"^jig: 8 changes: (src/f\d\.txt, ){4}src/f\d\.txt and 3 more$")


class Saves(WatchCase):
    """How editors save: the file that was there is never the one that is written."""

    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.running = self.watch()

    def assert_one_build(self):
        block = self.running.block()
        self.assertEqual(block.jobs, ["upper src/a.txt"])
        self.assertEqual(block.changes, ["src/a.txt"])
        self.running.quiet()
        self.assert_silent(self.running)
        self.assertEqual(self.read("gen/src/a.up"), "SAVED\n")
        self.assert_clean_build_equal(ignore=("src/a.txt~",))

    def test_vim(self):
        # Tries the folder with a file `4913`, moves the old file aside, writes anew, deletes the old.
        src = self.path("src")
        (src / ".a.txt.swp").write_text("swap")
        (src / "4913").write_text("")
        (src / "4913").unlink()
        (src / "a.txt").rename(src / "a.txt~")
        (src / "a.txt").write_text("saved\n")
        (src / "a.txt~").unlink()
        (src / ".a.txt.swp").unlink()
        self.sources.add("src/a.txt")
        self.assert_one_build()

    def test_a_truncating_editor(self):
        with open(self.path("src/a.txt"), "w", encoding="utf-8") as file:
            file.flush()
            file.write("saved\n")
        self.assert_one_build()

    def test_rename_over(self):
        # JetBrains: writes `a.txt___jb_tmp___`, moves the old aside, the new in place.
        src = self.path("src")
        (src / "a.txt___jb_tmp___").write_text("saved\n")
        (src / "a.txt").rename(src / "a.txt___jb_old___")
        (src / "a.txt___jb_tmp___").rename(src / "a.txt")
        (src / "a.txt___jb_old___").unlink()
        self.assert_one_build()

    def test_atomic_replacement(self):
        self.tamper("src/.a.txt.tmp", "saved\n")
        os.replace(self.path("src/.a.txt.tmp"), self.path("src/a.txt"))
        self.assert_one_build()


class Folders(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/deep/b.txt", "b\n")
        self.write("src/deep/er/c.txt", "c\n")

    def test_a_new_folder_with_files_in_it(self):
        watch = self.watch()
        self.write("src/new/er/x.txt", "x\n")
        self.write("src/new/y.txt", "y\n")
        wait_until(lambda: self.exists("gen/src/new/er/x.up"), "the first output")
        wait_until(lambda: self.exists("gen/src/new/y.up"), "the other output")
        self.assert_same_as_clean(watch)
        watch.skip()
        self.write("src/new/er/x.txt", "later\n")
        self.assertEqual(watch.block().jobs, ["upper src/new/er/x.txt"])

    def test_a_folder_that_moves(self):
        watch = self.watch()
        self.path("src/deep").rename(self.path("src/moved"))
        self.sources = {name.replace("src/deep", "src/moved") for name in self.sources}
        wait_until(lambda: self.exists("gen/src/moved/er/c.up"), "the output in its new place")
        wait_until(lambda: not self.exists("gen/src/deep/er/c.up"), "the end of the old one")
        self.assert_same_as_clean(watch)
        watch.skip()
        self.write("src/moved/er/c.txt", "later\n")
        self.assertEqual(watch.block().jobs, ["upper src/moved/er/c.txt"])

    def test_a_folder_that_is_deleted(self):
        watch = self.watch()
        self.remove("src/deep")
        self.sources = {name for name in self.sources if "deep" not in name}
        wait_until(lambda: not self.exists("gen/src/deep"), "the end of its outputs")
        self.assert_same_as_clean(watch)

    def test_a_folder_that_is_deleted_and_comes_back(self):
        watch = self.watch()
        self.path("src/deep").rename(self.path("aside"))
        wait_until(lambda: not self.exists("gen/src/deep/b.up"), "the end of its outputs")
        watch.quiet()
        self.path("aside").rename(self.path("src/deep"))
        wait_until(lambda: self.exists("gen/src/deep/er/c.up"), "its outputs")
        self.assert_same_as_clean(watch)

    def test_a_checkout_is_one_build(self):
        for number in range(200):
            self.write(f"src/many/{number}.txt", f"{number}\n")
        self.write(".gitignore", "gen/\n.jig/\n")
        self.commit_all()
        self.git("checkout", "-q", "-b", "other")
        for number in range(100):
            self.write(f"src/many/{number}.txt", f"other {number}\n")
        self.write("src/only/here.txt", "here\n")
        self.commit_all()
        watch = self.watch("-j4")
        self.git("checkout", "-q", "main")
        self.sources.discard("src/only/here.txt")
        block = watch.block()
        self.assertEqual(len(block.jobs), 100)
        self.assertFalse(self.exists("gen/src/only/here.up"))
        watch.quiet()
        self.assert_silent(watch)
        self.assert_clean_build_equal()


class Failures(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(
            UPPER.replace(
                "tr a-z A-Z < {source} > {out}",
                "! grep -H wrong {source} && tr a-z A-Z < {source} > {out}",
            )
        )
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def test_a_failure_is_shown_and_then_its_end(self):
        watch = self.watch()
        self.write("src/a.txt", "wrong\n")
        block = watch.block()
        self.assertIn("FAILED: [code=1] gen/src/a.up", block.text)
        self.assertIn("src/a.txt:wrong\n", block.text)
        self.assertIn("jig: build stopped: subcommand failed.\n", block.text)
        watch.quiet()
        self.assert_silent(watch)
        self.write("src/a.txt", "right\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
        self.assert_same_as_clean(watch)

    def test_an_editor_that_opens_a_file_does_not_try_again(self):
        watch = self.watch()
        self.write("src/a.txt", "wrong\n")
        watch.block()
        watch.quiet()
        with watch.looks():
            self.tamper("src/.b.txt.swp", "swap")
            self.tamper("src/4913", "")
            self.path("src/4913").unlink()
        self.assert_silent(watch)
        self.touch("src/b.txt")
        self.assertIn("FAILED", watch.block().text)

    def test_a_failure_at_first_does_not_end_it(self):
        self.write("src/a.txt", "wrong\n")
        watch = self.watch()
        self.write("src/a.txt", "right\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])

    def test_a_failing_job_that_writes_first_is_not_tried_for_ever(self):
        self.config(UPPER.replace("tr a-z A-Z < {source} > {out}",
                                  "echo x > {out}; echo y > {out}.tmp; exit 3"))
        watch = self.watch("-k0", ready=None)
        self.assertIn("FAILED: [code=3]", watch.block().text)
        watch.wait_for("jig: watching")
        watch.quiet()
        watch.skip()
        self.assertEqual(watch.out.count(b"FAILED"), 2, "each of the two jobs once")

    def test_what_changes_all_the_time_is_built_in_the_end(self):
        self.config(UPPER.replace(
            "tr a-z A-Z < {source} > {out}",
            "t=.tries; echo again >> $t; if [ $(wc -l < $t) -lt 13 ]; then"
            " wc -l < $t > {source}; exit 1; fi; tr a-z A-Z < {source} > {out}",
        ))
        self.remove("src/b.txt")
        watch = self.watch(ready=None)
        wait_until(lambda: self.exists("gen/src/a.up"), "the output")
        watch.quiet()
        self.assertEqual(self.read("gen/src/a.up"), "12\n")
        self.assertEqual(self.read(".tries").count("again"), 13)

    def test_an_edit_while_a_build_fails_is_not_forgotten(self):
        gate = self.gate()
        self.config(UPPER.replace(
            "tr a-z A-Z < {source} > {out}",
            held(gate) + "; ! grep -H wrong {source} && tr a-z A-Z < {source} > {out}",
        ))
        self.write("src/a.txt", "wrong\n")
        self.remove("src/b.txt")
        watch = self.watch(ready=None)
        gate.arrived()
        self.write("src/a.txt", "right\n")
        # What was read is the new text already, unless the job's shell was faster: either way the
        # change is looked at.
        gate.open()
        gate.release(2)
        wait_until(lambda: self.exists("gen/src/a.up"), "the output of the right text")
        watch.quiet()
        self.assertEqual(self.read("gen/src/a.up"), "RIGHT\n")


class Manifests(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")

    def test_an_edit_of_the_manifest_counts(self):
        watch = self.watch()
        self.config(UPPER.replace("A-Z", "0-9"))
        block = watch.block()
        self.assertEqual(block.jobs, ["upper src/a.txt"])
        self.assertEqual(block.changes, ["jig.yaml"])
        self.assert_same_as_clean(watch)

    def test_a_broken_manifest_is_told_and_waited_for(self):
        watch = self.watch()
        append(self.path("jig.yaml"), "  nonsense: [\n")
        watch.wait_for_error("jig: error: jig.yaml:")
        watch.quiet()
        watch.clear_errors()
        with watch.looks():
            self.write("src/a.txt", "later\n")
        self.assertNotIn("jig.yaml", watch.err.decode(), "the same error was told again")
        watch.skip()
        self.config(UPPER)
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
        self.assert_same_as_clean(watch)

    def test_a_manifest_that_is_broken_at_first(self):
        self.config("pipelines: [\n")
        watch = self.watch(ready=None)
        watch.wait_for_error("jig: error: jig.yaml:")
        watch.wait_for("jig: watching")
        watch.quiet()
        self.config(UPPER)
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
        watch.quiet()
        watch.skip()
        self.write("src/a.txt", "more\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])
        self.assert_same_as_clean(watch)

    def test_a_manifest_that_is_deleted_and_comes_back(self):
        watch = self.watch()
        self.path("jig.yaml").rename(self.path("away"))
        watch.wait_for_error("jig: error:")
        watch.quiet()
        self.path("away").rename(self.path("jig.yaml"))
        watch.quiet()
        watch.skip()
        self.write("src/a.txt", "more\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])

    def test_a_new_package_counts(self):
        watch = self.watch()
        self.write("packages/p/in/x.txt", "x\n")
        self.config(UPPER.replace("src/", "in/"), package="packages/p")
        wait_until(lambda: self.exists("packages/p/gen/in/x.up"), "the output of the package")
        self.assert_same_as_clean(watch)

    def test_a_missing_manifest_at_first_is_an_end(self):
        self.path("jig.yaml").unlink()
        run = self.jig("watch")
        self.assertEqual(run.code, 2, run)
        self.assertIn("no jig.yaml in", run.errors)

    def test_a_wrong_target_is_an_end(self):
        run = self.jig("watch", "nothing/of/that")
        self.assertEqual(run.code, 2, run)


class DuringABuild(WatchCase):
    """Changes while a job is held at a gate."""

    def setUp(self):
        super().setUp()
        self.held = self.gate()
        self.config(
            UPPER.replace(
                "tr a-z A-Z < {source} > {out}",
                "echo partial > {out}; " + held(self.held) + "; tr a-z A-Z < {source} > {out}",
            )
        )
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def test_changes_wait(self):
        watch = self.watch("-j1", ready=None)
        self.assertEqual(self.held.arrived(), "a")
        self.write("src/b.txt", "new\n")
        self.write("src/a.txt", "newer\n")
        self.held.open()
        self.held.release()
        self.assertEqual(watch.block().jobs[0], "upper src/a.txt")
        wait_until(lambda: self.read("gen/src/a.up") == "NEWER\n", "the second build")
        wait_until(lambda: self.exists("gen/src/b.up"), "the second output")
        self.assert_same_as_clean(watch)

    def test_after_a_failure_a_checkout_is_waited_for(self):
        self.config(UPPER.replace("tr a-z", held(self.held) + "; ! grep wrong {source} && tr a-z"))
        self.write("src/a.txt", "wrong\n")
        watch = self.watch("-j1", "-k0", ready=None)
        self.held.arrived()
        self.path(".git").mkdir()
        self.path(".git/index.lock").touch()
        self.write("src/b.txt", "the first file of a checkout\n")
        self.held.open()
        self.held.release()
        self.assertIn("FAILED", watch.block().text)
        watch.wait_for("jig: watching")
        watch.quiet()
        self.assertRegex(watch.rest(), r"\Ajig: watching \d+ folders\n\Z")
        watch.skip()
        self.write("src/a.txt", "the last\n")
        self.path(".git/index.lock").unlink()
        self.assertIn("upper src/a.txt", watch.block().jobs)
        watch.quiet()
        self.assert_silent(watch)
        self.assert_clean_build_equal()

    def test_a_change_restarts_the_build(self):
        watch = self.watch("-j1", "--on-change=restart", ready=None)
        self.assertEqual(self.held.arrived(), "a")
        self.assertEqual(self.read("gen/src/a.up"), "partial\n")
        self.remove("src/a.txt")
        watch.wait_for("jig: build stopped: something changed.\n")
        self.assertEqual(self.held.arrived(), "b")
        self.assertFalse(self.exists("gen/src/a.up"), "the partial output has been left behind")
        self.held.release()
        wait_until(lambda: "upper src/b.txt" in watch.rest(), "the job after the restart")
        self.assertNotIn("FAILED", watch.out.decode())
        self.held.open()
        self.assert_same_as_clean(watch)

    def test_outputs_do_not_restart_the_build(self):
        watch = self.watch("-j1", "--on-change=restart", ready=None)
        self.assertEqual(self.held.arrived(), "a")
        self.held.release()
        self.assertEqual(self.held.arrived(), "b")
        before = watch.wakeups()
        wait_until(lambda: watch.wakeups() > before + 10, "ten looks at what has changed")
        self.held.release()
        self.assertEqual(watch.block().jobs, ["upper src/a.txt", "upper src/b.txt"])
        self.held.open()
        watch.quiet()
        self.assertNotIn("build stopped", watch.out.decode())

    def test_a_job_that_writes_its_source_is_let_end(self):
        self.config(
            UPPER.replace(
                "tr a-z A-Z < {source} > {out}",
                "for i in 1 2 3 4 5 6 7 8; do echo $i > {source}; sleep 0.05; done;"
                " tr a-z A-Z < {source} > {out}",
            )
        )
        self.remove("src/b.txt")
        watch = self.watch("--on-change=restart", ready=None)
        wait_until(lambda: self.exists("gen/src/a.up") and self.read("gen/src/a.up") == "8\n",
                   "the end of the job")
        watch.stop()

    def test_an_interrupt_ends_the_build_and_the_watching(self):
        watch = self.watch("-j1", ready=None)
        self.held.arrived()
        run = watch.interrupt()
        self.assertEqual(run.code, 130, run)
        self.assertIn("jig: build stopped: interrupted by user.\n", run.text)
        self.assertFalse(self.exists("gen/src/a.up"))


class Ends(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")

    def test_signals_end_it(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                watch = self.watch()
                watch.signal(number)
                run = watch.finish()
                self.assertEqual(run.code, 130, run)
                self.assertEqual(run.errors, "", run)

    def test_the_next_build_finds_nothing_to_do(self):
        watch = self.watch()
        self.write("src/a.txt", "more\n")
        watch.block()
        watch.quiet()
        watch.interrupt()
        self.assert_nothing_to_do()

    def test_it_ends_when_nobody_reads(self):
        watch = self.watch()
        watch.process.stdout.close()
        self.assertEqual(watch.process.wait(60), 141)


class Options(WatchCase):
    def setUp(self):
        super().setUp()
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")

    def test_quiet_says_nothing_but_failures(self):
        watch = self.watch("--quiet", ready=None)
        wait_until(lambda: self.exists("gen/all.up"), "the first build")
        watch.quiet()
        self.write("src/a.txt", "more\n")
        wait_until(lambda: self.read("gen/all.up") == "MORE\nB\n", "the second build")
        watch.quiet()
        self.assertEqual(watch.rest(), "")
        self.assertEqual(watch.err, b"")

    def test_explain_and_stats_come_with_each_build(self):
        watch = self.watch("--explain", "--stats=json")
        watch.clear_errors()
        self.write("src/a.txt", "more\n")
        watch.block()
        watch.wait_for('"jobs_run":2')
        self.assertEqual(
            [line for line in watch.err.decode().splitlines() if "looked at" not in line],
            [
                "jig explain: gen/src/a.up: input changed: src/a.txt",
                "jig explain: gen/all.up: input changed: gen/src/a.up",
            ],
        )

    def test_a_filter_leaves_the_rest_alone(self):
        watch = self.watch("--filter", "src/a.txt")
        with watch.looks():
            self.write("src/b.txt", "ignored\n")
        self.assert_silent(watch)
        self.write("src/a.txt", "more\n")
        self.assertEqual(watch.block().jobs, ["upper src/a.txt"])

    def test_affected_is_asked_again(self):
        self.write(".gitignore", "gen/\n.jig/\n")
        self.commit_all()
        self.build()
        watch = self.watch("--affected", "HEAD")
        self.write("src/b.txt", "more\n")
        self.assertEqual(watch.block().jobs[0], "upper src/b.txt")

    def test_the_delta_is_written_with_each_build(self):
        watch = self.watch("--write-delta", "delta.json")
        self.write("src/a.txt", "more\n")
        watch.block()
        self.assertIn('"path": "gen/src/a.up"', self.read("delta.json"))
        before = self.path("delta.json").stat().st_mtime_ns
        with watch.looks():
            self.touch("src/b.txt")
        self.assertEqual(self.path("delta.json").stat().st_mtime_ns, before)

    def test_a_log_in_a_watched_folder_is_no_change(self):
        log = open(self.path("watch.log"), "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen([JIG, "watch", "--stats", "--explain"], cwd=self.dir, stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL, env=tool_environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until(lambda: "jig: watching" in self.read("watch.log"), "the first build")
        self.write("src/a.txt", "more\n")
        wait_until(lambda: self.read("watch.log").count("outputs: ") >= 2, "the second build")

    def test_another_state_directory_is_no_change(self):
        watch = self.watch("--cache-dir", "state")
        self.write("src/a.txt", "more\n")
        watch.block()
        watch.quiet()
        self.assert_silent(watch)

    def test_what_makes_no_sense_is_refused(self):
        for args in (["-n"], ["--no-cache"], ["--trace", "t"], ["--on-change=never"],
                     ["--debounce", "0"], ["--debounce", "x"], ["--poll=0"]):
            with self.subTest(args):
                run = self.jig("watch", *args)
                self.assertEqual(run.code, 2, run)
                self.assertIn("jig help watch", run.errors)
        run = self.jig("build", "--on-change=restart")
        self.assertEqual(run.code, 2, run)
        self.assertIn("--watch", run.errors)


if __name__ == "__main__":
    unittest.main(verbosity=2)
