"""What kinds of outputs and inputs mean for what runs."""

from harness import Case, jig_only, main


class Outputs(Case):
    def test_two_outputs(self):
        self.write("in", "x\n")
        self.manifest("build one two: sh in\n  sh = cp in one && cp in two\n")
        self.assert_builds({"one two"})
        for name in ("one", "two"):
            self.remove(name)
            self.assert_builds({"one two"})
        self.write("in", "y\n")
        self.assert_builds({"one two"}, "two")
        self.assert_clean_build_equal()

    def test_implicit_outputs(self):
        """Made by the job, but not part of $out."""
        self.write("in", "x\n")
        self.manifest("""
            rule both
              command = cp in $out && cp in side
              description = RUN $out
            build out | side: both in
            build after: cat side
            """)
        self.assert_builds({"out", "after"})
        self.remove("side")
        run = self.build()
        self.assertIn("out", run.ran)
        self.assert_nothing_to_do()
        self.write("in", "y\n")
        self.assert_builds({"out", "after"})
        self.assert_clean_build_equal()

    @jig_only
    def test_identical_output_cuts_off_without_restat(self):
        self.write("in", "x # one\n")
        self.manifest("""
            build stripped: sh in
              sh = sed 's/ *#.*//' in > stripped
            build out: cat stripped
            """)
        self.assert_builds({"stripped", "out"})
        self.write("in", "x # two\n")
        run = self.build()
        self.assert_ran(run, {"stripped"})
        self.assertEqual(run.text, "[1/2] RUN stripped\n")
        self.assert_nothing_to_do()

    def test_stamp_that_is_touched_again_is_a_change(self):
        """An empty output has no content to go by: whoever depends on it has to run."""
        self.write("in", "x\n")
        self.manifest("""
            build stamp: sh in
              sh = touch stamp
            build out: sh | stamp
              sh = cat in > out
            """)
        self.assert_builds({"stamp", "out"})
        self.write("in", "y\n")
        self.assert_builds({"stamp", "out"})
        self.assertEqual(self.read("out"), "y\n")

    def test_stamp_that_restat_leaves_alone_is_no_change(self):
        self.write("in", "x\n")
        self.manifest("""
            build stamp: sh in
              sh = test -e stamp || touch stamp
              restat = 1
            build out: sh | stamp
              sh = echo > out
            """)
        self.assert_builds({"stamp", "out"})
        self.write("in", "y\n")
        self.assert_builds({"stamp"})

    def test_thin_archive_counts_as_its_members(self):
        """It only names them, so it is the same bytes when a member of the same size changes."""
        text = "int value(void) {{ return {}; }}\n"
        self.write("value.c", text.format(3))
        self.write("main.c", "int value(void); int main(void) { return value(); }\n")
        self.manifest("""
            build value.o: cc value.c
            build main.o: cc main.c
            build lib.a: sh value.o
              sh = rm -f lib.a && ar csrDT lib.a value.o
            build program: link main.o lib.a
            """)
        self.build()
        self.write("value.c", text.format(4))
        self.assert_builds({"value.o", "lib.a", "program"})
        self.assertEqual(self.run_tool([str(self.path("program"))]).code, 4)

    def test_restat_cutoff(self):
        self.write("in", "x # one\n")
        self.manifest("""
            rule strip
              command = sed 's/ *#.*//' in > tmp && { cmp -s tmp $out || cp tmp $out; }; rm tmp
              restat = 1
              description = RUN $out
            build stripped: strip in
            build out: cat stripped
            build last: cat out
            """)
        self.assert_builds({"stripped", "out", "last"})
        self.write("in", "x # two\n")
        self.assert_builds({"stripped"})
        self.write("in", "y # two\n")
        self.assert_builds({"stripped", "out", "last"})
        self.assert_clean_build_equal()

    @jig_only
    def test_output_rewritten_in_place_by_a_later_job(self):
        """As strip or a code signer does. The first job's output is not what it left; that must
        not make it run for ever."""
        self.write("in", "x\n")
        self.manifest("""
            build program: cat in
            build stamp: sh program
              sh = echo signed >> program && echo > stamp
            default stamp
            """)
        self.assert_builds({"program", "stamp"})
        self.assertEqual(self.read("program"), "x\nsigned\n")
        self.write("in", "y\n")
        self.assert_builds({"program", "stamp"})
        self.assertEqual(self.read("program"), "y\nsigned\n")
        self.assert_clean_build_equal()

    @jig_only
    def test_output_rewritten_in_place_by_two_later_jobs(self):
        """The first of them saw another program than the second left behind, so it may run once
        more; the program itself may not."""
        self.write("in", "x\n")
        self.manifest("""
            build program: cat in
            build stripped: sh program
              sh = grep -q stripped program || echo stripped >> program; echo > stripped
            build signed: sh program | stripped
              sh = grep -q signed program || echo signed >> program; echo > signed
            default signed
            """)
        self.assert_ran(self.build(), {"program", "stripped", "signed"})
        self.assertNotIn("program", self.build().ran)
        self.assert_nothing_to_do()
        self.assertEqual(self.read("program"), "x\nstripped\nsigned\n")
        self.assert_clean_build_equal()

    def test_directory_as_input(self):
        self.path("dir").mkdir()
        self.write("dir/one", "1\n")
        self.manifest("build listing: sh dir\n  sh = ls dir > listing\n")
        self.assert_builds({"listing"})
        self.write("dir/two", "2\n")
        self.assert_builds({"listing"})
        self.assertEqual(self.read("listing"), "one\ntwo\n")
        self.remove("dir/one")
        self.assert_builds({"listing"})
        self.assertEqual(self.read("listing"), "two\n")

    @jig_only
    def test_directory_as_output(self):
        """It only has to be there; what is put into it later is others' business."""
        self.manifest("""
            build dir: sh
              sh = mkdir dir
            build dir/file: sh || dir
              sh = echo > dir/file
            """)
        self.assert_builds({"dir", "dir/file"})

    def test_output_in_a_directory_that_is_not_there(self):
        self.manifest("build a/b/c/out: sh\n  sh = echo > a/b/c/out\n")
        self.assert_builds({"a/b/c/out"})

    def test_job_that_makes_no_output(self):
        """It runs, and it runs again: the output is still missing."""
        self.manifest("build out: sh\n  sh = true\n")
        self.assert_ran(self.build(), {"out"})
        self.assert_ran(self.build(), {"out"})

    @jig_only
    def test_job_that_touches_its_own_source(self):
        """It looks like an edit during the build, once, unless it came within the clock's tick in
        which the job started. A second run that changes nothing settles it."""
        self.write("in", "x\n")
        self.manifest("build out: sh in\n  sh = touch in && cat in > out\n")
        for _ in range(2):
            run = self.ninja()
            self.assertEqual(run.code, 0, run)
            if run.errors:
                self.assertIn("'in' changed while 'out' was being made from it", run.errors)
        self.assert_nothing_to_do()


class Edges(Case):
    def test_order_only_comes_first_but_its_change_does_not_count(self):
        self.write("in", "x\n")
        self.write("config", "1\n")
        self.manifest("""
            build prepared: cat config
            build out: sh in || prepared
              sh = test -e prepared && cat in > out
            """)
        run = self.build("out")
        self.assertEqual(run.ran, ["prepared", "out"])
        self.write("config", "2\n")
        self.assert_builds({"prepared"})
        self.remove("prepared")
        self.assert_builds({"prepared"})

    def test_order_only_source_missing_is_an_error(self):
        self.manifest("build out: sh || nowhere\n  sh = echo > out\n")
        run = self.build(code=1)
        self.assertEqual(
            run.errors,
            "ninja: error: 'nowhere', needed by 'out', missing and no known rule to make it\n",
        )

    def test_implicit_input_counts(self):
        self.write("in", "x\n")
        self.write("tool", "1\n")
        self.manifest("build out: cat in | tool\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "x\n")
        self.write("tool", "2\n")
        self.assert_builds({"out"})

    def test_validation_runs_with_the_target_and_is_not_waited_for(self):
        gate = self.gate()
        self.write("in", "x\n")
        self.manifest(f"""
            build out: cat in |@ check
            build after: cat out
            build check: sh in
              sh = {gate.hold("check")} && cp in check
            """)
        build = self.start("-j2", "after")
        self.assertEqual(gate.arrived(), "check")
        # `check` is held, and yet both others get done.
        build.wait_for("RUN after")
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assert_ran(run, {"out", "after", "check"})
        gate.open()
        self.assert_nothing_to_do("after")

    def test_failed_validation_fails_the_build(self):
        self.write("in", "x\n")
        self.manifest("""
            build out: cat in |@ check
            build check: sh out
              sh = false
            """)
        run = self.build("out", code=1)
        self.assert_ran(run, {"out", "check"})
        self.assertEqual(self.read("out"), "x\n")
        self.assert_ran(self.build("out", code=1), {"check"})

    def test_phony_passes_on_its_inputs_state(self):
        self.write("in", "x\n")
        self.manifest("""
            build made: cat in
            build alias: phony made
            build out: sh | alias
              sh = cat made > out
            """)
        self.assert_builds({"made", "out"})
        self.write("in", "y\n")
        self.assert_builds({"made", "out"})
        self.assertEqual(self.read("out"), "y\n")

    def test_phony_without_inputs_is_never_up_to_date(self):
        self.manifest("""
            build always: phony
            build out: sh always
              sh = echo > out
            """)
        self.assert_ran(self.build(), {"out"})
        self.assert_ran(self.build(), {"out"})

    def test_phony_with_only_order_only_inputs(self):
        self.manifest("""
            build made: sh
              sh = echo > made
            build alias: phony || made
            build out: sh | alias
              sh = echo > out
            """)
        self.assert_builds({"made", "out"})

    def test_phony_without_inputs_that_exists_is_a_source(self):
        self.write("in", "x\n")
        self.manifest("build in: phony\nbuild out: cat in\n")
        self.assert_builds({"out"})
        self.write("in", "y\n")
        self.assert_builds({"out"})

    def test_diamond_runs_each_job_once(self):
        self.write("in", "x\n")
        self.manifest("""
            build left: cat in
            build right: cat in
            build out: cat left right
            """)
        self.assert_builds({"left", "right", "out"})
        self.write("in", "y\n")
        self.assert_builds({"left", "right", "out"})
        self.assert_clean_build_equal()

    def test_same_input_twice(self):
        self.write("in", "x\n")
        self.manifest("build out: cat in in\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "x\nx\n")
        self.write("in", "y\n")
        self.assert_builds({"out"})


if __name__ == "__main__":
    main()
