"""What content alone does not show: changes that no digest of a declared file tells of, and that
must reach what depends on them all the same."""

from harness import RULES, Case, jig_only, main


class Unseen(Case):
    @jig_only
    def test_by_product_that_only_a_depfile_names(self):
        """Qt's moc writes a file that includes others; those are not declared anywhere."""
        self.manifest("""
            rule moc
              command = cp foo.h moc_foo && echo 'include moc_foo' > mocs
              restat = 1
              description = RUN $out
            rule read
              command = cat mocs moc_foo > $out && echo '$out: mocs moc_foo' > $out.d
              depfile = $out.d
              deps = gcc
              description = RUN $out
            build mocs: moc foo.h
            build out: read mocs
            """)
        self.write("foo.h", "1\n")
        self.assert_builds({"mocs", "out"})
        self.write("foo.h", "2\n")
        self.assert_ran(self.build(), {"mocs", "out"})
        self.assertEqual(self.read("out"), "include moc_foo\n2\n")
        self.assert_nothing_to_do()

    def test_output_that_is_never_made_forces_its_readers(self):
        self.manifest("""
            build always: sh
              sh = true
            build alias: phony always
            build direct: sh always
              sh = echo x >> direct
            build through: sh | alias
              sh = echo x >> through
            build after: sh || always
              sh = echo x >> after
            """)
        self.build()
        self.assert_ran(self.build(), {"always", "direct", "through"})
        self.assertEqual(self.read("direct"), "x\nx\n")
        self.assertEqual(self.read("after"), "x\n")

    @jig_only
    def test_file_rewritten_inside_a_directory_that_is_an_output(self):
        self.write("src", "1\n")
        self.manifest("""
            build tree: sh src
              sh = mkdir -p tree && cp src tree/file
            build out: sh tree
              sh = cp tree/file out
            """)
        self.build()
        self.write("src", "2\n")
        self.assert_ran(self.build(), {"tree", "out"})
        self.assertEqual(self.read("out"), "2\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_reader_of_a_directory_that_failed_runs_again(self):
        self.write("src", "1\n")
        self.manifest("""
            build tree: sh src
              sh = mkdir -p tree && cp src tree/file
            build out: sh tree
              sh = test ! -e broken && cp tree/file out
            """)
        self.build()
        self.write("src", "2\n")
        self.write("broken", "")
        self.build(code=1)
        self.remove("broken")
        self.assert_ran(self.build(), {"out"})
        self.assertEqual(self.read("out"), "2\n")

    @jig_only
    def test_generated_file_made_while_its_reader_runs(self):
        """The reader tells only afterwards that it read it, so nothing made it wait."""
        self.write("src", "1\n")
        self.write("config", "1\n")
        gate, late = self.gate(), self.gate("late")
        self.manifest(f"""
            rule read
              command = cat src gen.h > out; {gate.hold()}; echo 'out: src gen.h' > out.d
              depfile = out.d
              deps = gcc
              description = RUN $out
            build gen.h: sh config
              sh = {late.hold()}; cat config > gen.h
            build out: read src
            """)
        self.write("gen.h", "0\n")
        build = self.start("-j2")
        gate.arrived()
        late.release()
        build.wait_for("RUN gen.h")
        gate.release()
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        gate.open()
        late.open()
        self.assert_ran(self.ninja(), {"out"})
        self.assertEqual(self.read("out"), "1\n1\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_copies_by_hard_links_leave_their_sources_as_they_are(self):
        """A link more moves the source's change time, and nothing else."""
        self.write("in", "text\n")
        self.manifest(
            "build a: sh in\n  sh = ln -f in a\n"
            "build b: sh in\n  sh = ln -f in b\n"
            "build c: cat in\n"
        )
        for _ in range(5):
            run = self.build()
            self.assertEqual(set(run.ran), {"a", "b", "c"})
            self.assertNotIn("changed while", run.text + run.errors)
            self.assert_nothing_to_do()
            for name in ("a", "b", "c", ".jig"):
                self.remove(name)
        self.build()
        self.remove("in")
        self.write("in", "another\n")
        self.assert_builds({"a", "b", "c"})
        self.assert_nothing_to_do()

    def test_groups_of_groups_are_looked_through_once(self):
        """Two phony targets that name the same two, thirty times over: 2^30 ways down."""
        lines = ["build a0: phony source\n", "build b0: phony source\n"]
        for i in range(1, 31):
            for name in "ab":
                lines.append(f"build {name}{i}: phony a{i - 1} b{i - 1}\n")
        self.write(
            "build.ninja", RULES + "".join(lines) + "build out: sh a30 b30 x\n  sh = : > out\n"
        )
        self.write("source", "1\n")
        self.write("x", "1\n")
        self.assert_builds({"out"})
        self.write("x", "2\n")
        self.assert_builds({"out"})


if __name__ == "__main__":
    main()
