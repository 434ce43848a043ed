"""Pipelines after `kill -9`: what was under way is known for what it is."""

from harness import JIG
from pipeline_harness import PipelineCase


class Killed(PipelineCase):
    """A command has written its output and not ended when jig is killed."""

    def build_and_kill(self):
        gate = self.gate()
        # The gate's words hold a shell's braces; in jig.yaml a brace is doubled.
        hold = gate.hold().replace("{", "{{").replace("}", "}}")
        self.config(
            "pipelines:\n"
            "  - name: one\n"
            "    sources: ['src/*.txt']\n"
            f"    generate: {{ shell: {self.quote('cat {source} > {out}; ' + hold)} }}\n"
            "    outputs: ['gen/{stem}.one']\n"
            "  - name: two\n"
            "    sources: ['gen/*.one']\n"
            "    generate: { builtin: copy }\n"
            "    outputs: ['gen2/{stem}.two']\n"
        )
        background = self.start("build", tool=JIG)
        gate.arrived()
        background.kill_with_jobs()
        gate.open()

    @staticmethod
    def quote(text):
        return "'" + text.replace("'", "''") + "'"

    def test_the_output_is_made_again(self):
        self.write("src/a.txt", "a\n")
        self.build_and_kill()
        run = self.jig("build", "--explain")
        self.assertEqual(run.code, 0, run)
        self.assertIn("gen/a.one: its last run did not end", run.errors)
        self.assert_clean_build_equal(ignore=("gate.up", "gate.down"))

    def test_the_output_of_a_removed_source_is_no_source(self):
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.build_and_kill()
        made = [name for name in "ab" if self.exists(f"gen/{name}.one")]
        self.assertTrue(made)
        for name in made:
            self.remove(f"src/{name}.txt")
        run = self.jig("build")
        self.assertEqual(run.code, 0, run)
        for name in made:
            self.assertFalse(self.exists(f"gen/{name}.one"), run)
            self.assertFalse(self.exists(f"gen2/{name}.two"), run)
        self.assert_clean_build_equal(ignore=("gate.up", "gate.down"))
