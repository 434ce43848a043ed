"""Files that change while a build runs: nothing wrong may be kept."""

import os

from harness import Case, jig_only, main


class DuringTheBuild(Case):
    @jig_only
    def test_input_edited_while_its_job_runs_is_built_again(self):
        gate = self.gate()
        self.write("in", "old\n")
        self.manifest(f"build out: sh in\n  sh = cat in > out && {gate.hold()}\n")
        build = self.start()
        gate.arrived()
        self.write("in", "new\n")
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 0)
        self.assertEqual(self.read("out"), "old\n")

        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "new\n")

    @jig_only
    def test_same_size_edit_with_mtime_put_back_while_the_job_runs(self):
        gate = self.gate()
        self.write("in", "old\n")
        self.manifest(f"build out: sh in\n  sh = cat in > out && {gate.hold()}\n")
        build = self.start()
        gate.arrived()
        self.edit_keeping_time_and_size("in", "new\n")
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 0)
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "new\n")

    @jig_only
    def test_discovered_input_edited_while_its_job_runs_is_built_again(self):
        gate = self.gate()
        self.write("in", "x\n")
        self.write("header", "old\n")
        self.manifest(f"""
            rule r
              command = cat in header > $out && echo "$out: header" > $out.d && {gate.hold()}
              depfile = $out.d
              deps = gcc
              description = RUN $out
            build out: r in
            """)
        build = self.start()
        gate.arrived()
        self.write("header", "new\n")
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 0)
        self.assert_builds({"out"})
        self.assertEqual(self.read("out"), "x\nnew\n")

    @jig_only
    def test_input_edited_before_its_job_starts_is_built_once(self):
        """The edit comes during the build, but before the job that reads it."""
        gate = self.gate()
        self.write("in", "old\n")
        self.manifest(f"""
            build first: sh
              sh = {gate.hold()} && echo > first
            build out: cat in || first
            """)
        build = self.start()
        gate.arrived()
        self.write("in", "new\n")
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 0)
        self.assertEqual(self.read("out"), "new\n")
        self.assert_nothing_to_do()

    @jig_only
    def test_input_edited_after_its_job_finished_is_built_again(self):
        gate = self.gate()
        self.write("in", "old\n")
        self.manifest(f"""
            build out: cat in
            build last: sh | out
              sh = {gate.hold()} && echo > last
            """)
        build = self.start()
        gate.arrived()
        self.write("in", "new\n")
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 0)
        run = self.build()
        self.assertIn("out", run.ran)
        self.assertEqual(self.read("out"), "new\n")
        self.assert_nothing_to_do()

    def test_source_removed_while_the_build_runs(self):
        """The job that reads it fails; nothing else suffers."""
        gate = self.gate()
        self.write("in", "x\n")
        self.manifest(f"""
            build first: sh
              sh = {gate.hold()} && echo > first
            build out: cat in || first
            """)
        build = self.start()
        gate.arrived()
        os.unlink(self.path("in"))
        gate.open()
        gate.release()
        self.assertEqual(build.finish().code, 1)
        self.write("in", "y\n")
        self.assert_builds({"out"})


if __name__ == "__main__":
    main()
