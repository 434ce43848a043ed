"""Dependencies that are only known once a file of the build was read, as C++ modules need them."""

from harness import Case, main

DYNDEP = "ninja_dyndep_version = 1\n"


class Dyndep(Case):
    def test_source_dyndep_adds_an_input(self):
        self.write("in", "x\n")
        self.write("dd", DYNDEP + "build out: dyndep | made\n")
        self.manifest("""
            build made: cat in
            build out: sh || dd
              sh = cat made > out
              dyndep = dd
            """)
        self.assert_ran(self.build("out"), {"made", "out"})
        self.assert_nothing_to_do("out")
        self.write("in", "y\n")
        self.assert_ran(self.build("out"), {"made", "out"})
        self.assertEqual(self.read("out"), "y\n")

    def test_built_dyndep_orders_jobs(self):
        """`b` turns out to need what `a` makes on the side; nobody could know before the scan."""
        self.write("in", "x\n")
        self.write("scan", DYNDEP + "build a | side: dyndep\nbuild b: dyndep | side\n")
        self.manifest("""
            build dd: sh scan
              sh = cp scan dd
            build a: sh in || dd
              sh = cp in side && cp in a
              dyndep = dd
            build b: sh || dd
              sh = cat side > b
              dyndep = dd
            """)
        run = self.build("-j4")
        self.assert_ran(run, {"dd", "a", "b"})
        self.assertLess(run.ran.index("a"), run.ran.index("b"))
        self.assert_nothing_to_do()
        self.write("in", "y\n")
        self.assert_builds({"a", "b"})
        self.assertEqual(self.read("b"), "y\n")
        self.remove("side")
        self.build()
        self.assertTrue(self.exists("side"))
        self.assert_nothing_to_do()
        self.assert_clean_build_equal()

    def test_dyndep_that_changes(self):
        self.write("one", "1\n")
        self.write("two", "2\n")
        self.write("scan", DYNDEP + "build out: dyndep | one\n")
        self.manifest("""
            build dd: sh scan
              sh = cp scan dd
            build out: sh || dd
              sh = cat one two > out
              dyndep = dd
            """)
        self.assert_builds({"dd", "out"})
        self.write("two", "22\n")
        self.assert_nothing_to_do()
        self.write("scan", DYNDEP + "build out: dyndep | two\n")
        run = self.build()
        self.assertIn("dd", run.ran)
        self.assert_nothing_to_do()
        self.write("two", "222\n")
        self.assert_builds({"out"})

    def test_malformed_dyndep_file(self):
        self.write("dd", "build out: dyndep\n")
        self.manifest("build out: sh || dd\n  sh = : > out\n  dyndep = dd\n")
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        self.assertIn("dd:1: expected 'ninja_dyndep_version = ...'", run.errors)

    def test_dyndep_for_a_job_that_does_not_exist(self):
        self.write("dd", DYNDEP + "build nowhere: dyndep\n")
        self.manifest("build out: sh || dd\n  sh = : > out\n  dyndep = dd\n")
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        self.assertIn("no build statement exists for 'nowhere'", run.errors)

    def test_dyndep_that_leaves_its_job_out(self):
        self.write("dd", DYNDEP)
        self.manifest("build out: sh || dd\n  sh = : > out\n  dyndep = dd\n")
        run = self.ninja()
        self.assertEqual(run.code, 1, run)
        self.assertIn("'out' not mentioned in its dyndep file 'dd'", run.errors)

    def test_dyndep_that_is_no_input(self):
        self.write("dd", DYNDEP)
        self.manifest("build out: sh\n  sh = : > out\n  dyndep = dd\n")
        run = self.ninja()
        self.assertEqual(run.code, 1)
        self.assertIn("dyndep 'dd' is not an input", run.errors)

    def test_dyndep_that_closes_a_circle(self):
        self.write("dd", DYNDEP + "build a: dyndep | b\n")
        self.manifest("""
            build a: sh || dd
              sh = : > a
              dyndep = dd
            build b: cat a
            """)
        run = self.ninja("b")
        self.assertEqual(run.code, 1)
        self.assertIn("dependency cycle: ", run.errors)


if __name__ == "__main__":
    main()
