"""What a daemon's client prints, returns and leaves is what a build without one does."""

import json
import shutil
import subprocess
import tempfile

from daemon_harness import DaemonCase
from harness import JIG, jig_only, main, tool_environment
from pipeline_harness import UPPER

FAILING = """\
pipelines:
  - name: fail
    sources: ["src/**/*.txt"]
    generate: { shell: "echo out; echo err >&2; exit 3" }
    outputs: ["gen/{stem}.up"]
"""


@jig_only
class SameAsWithout(DaemonCase):
    """Output, exit code and files are those of a build without a daemon."""

    def assert_same(self, *args, **options):
        plain, warm = self.plain_and_warm(*args, **options)
        self.assertEqual(
            (warm.code, warm.text, warm.errors), (plain.code, plain.text, plain.errors)
        )
        self.status()
        return warm

    def clean(self):
        shutil.rmtree(self.path("gen"), ignore_errors=True)

    def test_a_build(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        run = self.assert_same(prepare=self.clean)
        self.assertIn("1 job run", run.text)

    def test_nothing_to_do(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        self.assert_same()

    def test_explain_and_verbose(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        run = self.assert_same("--explain", "-v", prepare=self.clean)
        self.assertIn("output missing", run.errors)

    def test_a_failing_job(self):
        self.config(FAILING)
        self.write("src/a.txt", "a\n")
        run = self.assert_same()
        self.assertEqual(run.code, 1)
        self.assertIn("FAILED", run.text)
        self.assert_same("--quiet")

    def test_a_failing_job_succeeds_later(self):
        self.config(FAILING)
        self.write("src/a.txt", "a\n")
        self.warm(code=1)
        self.warm(code=1)
        self.config(FAILING.replace("exit 3", ": > {out}"))
        self.assertEqual(self.warm().ran, ["gen/a.up"])

    def test_a_wrong_target(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.assertEqual(self.assert_same("gen/src/b.up").code, 2)
        self.assertEqual(self.assert_same("--filter", "nothing/**").code, 2)

    def test_wrong_usage(self):
        self.config(UPPER)
        for args in (
            ["--status", "$nonsense"],
            ["-j", "x"],
            ["--unknown"],
            ["-n", "--write-delta", "x"],
        ):
            plain, warm = self.plain_and_warm(*args)
            self.assertEqual(plain.code, 2, plain)
            self.assertEqual((warm.code, warm.errors), (plain.code, plain.errors))

    def test_colours_and_status_follow_the_clients_environment(self):
        self.config(FAILING)
        self.write("src/a.txt", "a\n")
        coloured = self.assert_same(env={"FORCE_COLOR": "1"})
        self.assertIn("\x1b[", coloured.text)
        plain = self.assert_same(env={"FORCE_COLOR": "1", "NO_COLOR": "1", "NINJA_STATUS": "%f<> "})
        self.assertNotEqual(plain.text, coloured.text)
        self.assertIn("1<> ", plain.text)

    def test_a_terminal(self):
        self.config(UPPER)
        self.write("src/" + "long-" * 12 + ".txt", "a\n")
        shown = {}
        for wish in ("--no-daemon", "--daemon"):
            self.clean()
            shown[wish] = self.terminal(
                "build", wish, tool=JIG, columns=40, env=self.environment({"NINJA_STATUS": ""})
            )
        self.assertEqual(shown["--daemon"], shown["--no-daemon"])
        self.assertIn(b"...", shown["--daemon"][1])

    def test_the_delta(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        deltas = []
        for wish in ("--no-daemon", "--daemon"):
            self.clean()
            self.build(wish, "--write-delta", "delta.json")
            deltas.append(self.read("delta.json"))
        self.assertEqual(deltas[0], deltas[1])
        self.assertEqual(json.loads(deltas[1])["counts"]["added"], 1)

    def test_umask_and_environment_reach_the_jobs(self):
        self.config("""\
            pipelines:
              - name: env
                sources: ["src/*.txt"]
                generate: { shell: "echo $HELLO > {out}" }
                outputs: ["gen/{stem}.env"]
            """)
        self.write("src/a.txt", "a\n")
        self.warm(env={"HELLO": "one"})
        self.assertEqual(self.read("gen/a.env"), "one\n")
        self.remove("gen/a.env")
        script = f"umask 077; exec {JIG} build --daemon"
        run = self.run_tool(["/bin/sh", "-c", script], env=self.environment({"HELLO": "two"}))
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.read("gen/a.env"), "two\n")
        self.assertEqual(self.path("gen/a.env").stat().st_mode & 0o777, 0o600)

    def test_standard_input_is_the_clients(self):
        self.write(
            "build.ninja",
            "rule read\n  command = cat > out\n  pool = console\nbuild out: read\n",
        )
        with tempfile.TemporaryFile() as words:
            words.write(b"hello\n")
            words.seek(0)
            run = subprocess.run(
                [JIG, "build", "--daemon"],
                cwd=self.dir,
                env=tool_environment(self.environment()),
                stdin=words,
                capture_output=True,
                timeout=self.limit,
                check=False,
            )
        self.assertEqual(run.returncode, 0, run)
        self.assertEqual(self.read("out"), "hello\n")
        self.pid()

    def test_a_reader_that_goes_away(self):
        self.config(
            UPPER.replace("generate: {", "generate: {").replace(
                "tr a-z A-Z <", "yes | head -n 100000; tr a-z A-Z <"
            )
        )
        for name in "abcd":
            self.write(f"src/{name}.txt", f"{name}\n")
        script = f"{{ {JIG} build --daemon -j1; echo $? > code; }} | head -n 1"
        self.run_tool(["/bin/sh", "-c", script], env=self.environment())
        self.assertEqual(self.read("code"), "141\n")
        self.remove("code")
        pid = self.pid()
        self.build("--daemon")
        self.assertEqual(self.pid(), pid)


if __name__ == "__main__":
    main()
