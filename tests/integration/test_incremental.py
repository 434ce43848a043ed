"""Which jobs run after which change: content decides."""

from harness import Case, jig_only, main

CHAIN = """
build mid: cat a.txt b.txt
build out: cat mid c.txt
build other: cat c.txt
"""


class Sources(Case):
    """A small chain: a, b → mid → out; c → out and other."""

    def setUp(self):
        super().setUp()
        self.write("a.txt", "a\n")
        self.write("b.txt", "b\n")
        self.write("c.txt", "c\n")
        self.manifest(CHAIN)
        self.assert_builds({"mid", "out", "other"})

    def test_no_op(self):
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    @jig_only
    def test_touch(self):
        for name in ("a.txt", "b.txt", "c.txt", "mid", "out", "build.ninja"):
            self.touch(name)
        self.assert_nothing_to_do()

    def test_edit(self):
        self.write("a.txt", "another a\n")
        self.assert_builds({"mid", "out"})
        self.assertEqual(self.read("out"), "another a\nb\nc\n")
        self.write("c.txt", "another c\n")
        self.assert_builds({"out", "other"})
        self.assert_clean_build_equal()

    @jig_only
    def test_edit_to_identical_text(self):
        self.write("a.txt", "a\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_replacement_by_a_new_file_with_identical_text(self):
        self.write("a.new", "a\n")
        self.rename("a.new", "a.txt")
        self.assert_nothing_to_do()

    @jig_only
    def test_same_size_edit_with_mtime_put_back(self):
        self.edit_keeping_time_and_size("a.txt", "A\n")
        self.assert_builds({"mid", "out"})
        self.assertEqual(self.read("out"), "A\nb\nc\n")

    @jig_only
    def test_many_edits_in_one_clock_tick(self):
        for i in range(50):
            self.edit_keeping_time_and_size("a.txt", f"{i % 10}\n")
            self.assert_ran(self.build(), {"mid", "out"})
            self.assertEqual(self.read("out"), f"{i % 10}\nb\nc\n")

    @jig_only
    def test_edit_taken_back_before_the_build(self):
        self.write("a.txt", "x\n")
        self.write("a.txt", "a\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_branch_switch_and_back(self):
        """Every file is replaced and put back; nothing differs from the last build."""
        for name in ("a.txt", "b.txt", "c.txt"):
            self.write(name, "other branch\n")
        for name in ("a.txt", "b.txt", "c.txt"):
            self.write(name, name[0] + "\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_failed_edit_taken_back(self):
        """A job failed on an edit without touching its output; the old text is as good as ever."""
        self.manifest("build out: sh a.txt\n  sh = test $$(cat a.txt) = a && echo made > out\n")
        self.assert_builds({"out"})
        self.write("a.txt", "broken\n")
        self.build(code=1)
        self.write("a.txt", "a\n")
        self.assert_nothing_to_do()

    def test_failed_edit_taken_back_after_the_output_was_spoilt(self):
        self.manifest("build out: sh a.txt\n  sh = cat a.txt > out && test $$(cat a.txt) = a\n")
        self.assert_builds({"out"})
        self.write("a.txt", "broken\n")
        self.build(code=1)
        self.write("a.txt", "a\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "a\n")

    @jig_only
    def test_deleted_output_comes_back_and_stops_there(self):
        self.remove("mid")
        self.assert_builds({"mid"})
        self.assert_clean_build_equal()

    def test_deleted_last_output(self):
        self.remove("out")
        self.assert_builds({"out"})
        self.assert_clean_build_equal()

    def test_deleted_output_directory(self):
        self.manifest("build d/e/out: cat a.txt\nbuild d/two: cat d/e/out\n")
        self.assert_builds({"d/e/out", "d/two"})
        self.remove("d")
        self.assert_builds({"d/e/out", "d/two"})

    @jig_only
    def test_output_overwritten_by_hand(self):
        self.tamper("mid", "by hand\n")
        self.assert_builds({"mid"})
        self.assert_clean_build_equal()

    @jig_only
    def test_output_overwritten_by_hand_same_size_and_time(self):
        self.edit_keeping_time_and_size("out", "a\nb\nX\n")
        self.assert_builds({"out"})
        self.assert_clean_build_equal()

    @jig_only
    def test_output_replaced_by_identical_text(self):
        self.tamper("mid", self.read("mid"))
        self.assert_nothing_to_do()

    def test_source_removed_is_a_clear_error(self):
        self.remove("b.txt")
        run = self.build(code=1)
        self.assertEqual(
            run.errors,
            "ninja: error: 'b.txt', needed by 'mid', missing and no known rule to make it\n",
        )
        self.assertEqual(run.ran, [])

    def test_source_removed_from_manifest_too(self):
        self.remove("b.txt")
        self.manifest(CHAIN.replace(" b.txt", ""))
        self.assert_builds({"mid", "out"})
        self.assert_clean_build_equal()

    def test_input_added(self):
        self.manifest(CHAIN.replace("mid: cat a.txt b.txt", "mid: cat a.txt b.txt c.txt"))
        self.assert_builds({"mid", "out"})
        self.assert_clean_build_equal()

    @jig_only
    def test_inputs_swapped(self):
        """The command differs, so the job runs."""
        self.manifest(CHAIN.replace("a.txt b.txt", "b.txt a.txt"))
        self.assert_builds({"mid", "out"})
        self.assertEqual(self.read("mid"), "b\na\n")

    def test_source_renamed(self):
        self.rename("a.txt", "renamed.txt")
        self.manifest(CHAIN.replace("a.txt", "renamed.txt"))
        run = self.build()
        self.assertIn("mid", run.ran)
        self.assertNotIn("other", run.ran)
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_job_added_and_removed(self):
        self.manifest(CHAIN + "build extra: cat a.txt\n")
        self.assert_builds({"extra"})
        self.manifest(CHAIN)
        self.assert_nothing_to_do()
        self.assert_clean_build_equal(stale=["extra"])

    @jig_only
    def test_job_that_comes_back_is_remembered(self):
        self.manifest(CHAIN.replace("build other: cat c.txt", ""))
        self.assert_nothing_to_do()
        self.manifest(CHAIN)
        self.assert_nothing_to_do()

    @jig_only
    def test_statements_moved_around(self):
        """Only the text of the manifest differs; no job's recipe does."""
        lines = CHAIN.strip().splitlines()
        self.manifest("# comment\n" + "\n".join(reversed(lines)) + "\n")
        self.assert_nothing_to_do()

    def test_only_the_target_asked_for(self):
        self.write("c.txt", "changed\n")
        self.assert_ran(self.build("other"), {"other"})
        self.assert_ran(self.build(), {"out"})

    @jig_only
    def test_symbolic_link_to_another_file(self):
        self.write("one", "a\n")
        self.write("two", "2\n")
        self.path("a.txt").unlink()
        self.path("a.txt").symlink_to("one")
        self.assert_nothing_to_do()  # the same text through a link
        self.path("a.txt").unlink()
        self.path("a.txt").symlink_to("two")
        self.assert_builds({"mid", "out"})
        self.write("two", "3\n")
        self.assert_builds({"mid", "out"})


class Commands(Case):
    def test_changed_command(self):
        self.write("in", "x\n")
        self.manifest("build out: sh in\n  sh = cat in > out\n")
        self.assert_builds({"out"})
        self.manifest("build out: sh in\n  sh = cat in in > out\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "x\nx\n")

    def test_changed_flag_in_one_rule(self):
        text = """
            rule first
              command = echo {} > $out
              description = RUN $out
            rule second
              command = echo same > $out
              description = RUN $out
            build a: first
            build b: first
            build c: second
            """
        self.manifest(text.format("-O1"))
        self.assert_builds({"a", "b", "c"})
        self.manifest(text.format("-O2"))
        self.assert_builds({"a", "b"})
        self.assertEqual(self.read("a"), "-O2\n")

    def test_changed_variable(self):
        text = "flags = {}\nrule r\n  command = echo $flags > $out\n  description = RUN $out\n"
        self.manifest("build a: r\n", rules=text.format("one"))
        self.assert_builds({"a"})
        self.manifest("build a: r\n", rules=text.format("two"))
        self.assert_builds({"a"})

    @jig_only
    def test_changed_description_only(self):
        self.manifest("build out: sh\n  sh = echo > out\n  description = RUN one\n")
        self.assert_builds({"one"})
        self.manifest("build out: sh\n  sh = echo > out\n  description = RUN two\n")
        self.assert_nothing_to_do()

    def test_changed_response_file(self):
        text = """
            rule r
              command = cp rsp $out
              rspfile = rsp
              rspfile_content = {}
              description = RUN $out
            build out: r
            """
        self.manifest(text.format("one"))
        self.assert_builds({"out"})
        self.manifest(text.format("two"))
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "two")

    def test_generator_rule_ignores_its_command(self):
        text = """
            rule gen
              command = {} > $out
              generator = 1
              description = RUN $out
            build out: gen in
            """
        self.write("in", "x\n")
        self.manifest(text.format("cat in"))
        self.assert_builds({"out"})
        self.manifest(text.format("cat in in"))
        self.assert_nothing_to_do()
        self.write("in", "y\n")
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "y\ny\n")


if __name__ == "__main__":
    main()
