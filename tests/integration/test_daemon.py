"""`jig build --daemon`: a process that stays answers, and nobody can tell by the outcome."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from daemon_harness import DaemonCase, daemons_below
from harness import JIG, Background, jig_only, main, process_exists, tool_environment, wait_until
from pipeline_harness import UPPER, UPPER_ALL

FAILING = """\
pipelines:
  - name: fail
    sources: ["src/**/*.txt"]
    generate: { shell: "echo out; echo err >&2; exit 3" }
    outputs: ["gen/{stem}.up"]
"""

NINJA = """\
rule sh
  command = $sh
  description = RUN $out
build out: sh in
  sh = cat in > out
build last: sh out
  sh = cat out out > last
"""


ROOT = pathlib.Path(__file__).resolve().parents[2]

PLUGIN = """\
#include "jig/generator.h"
static int generate(void *instance, const struct jig_generation *job,
                    const struct jig_generation_api *api)
{
    (void)instance, (void)job;
    return api->write(api->handle, 0, "WORD", 3);
}
const struct jig_generator *jig_generator(void)
{
    static const struct jig_generator me = {JIG_GENERATOR_ABI, sizeof me, "plug", "VERSION", 0,
                                            generate, 0};
    return &me;
}
"""


# Runs a command where the system allows few folders to be watched.
LIMITED_WATCHES = [
    *("unshare", "--user", "--map-root-user", "/bin/sh", "-c"),
    'echo 6 >/proc/sys/user/max_inotify_watches && exec "$0" "$@"',
]


def can_limit_watches():
    done = subprocess.run([*LIMITED_WATCHES, "true"], capture_output=True, check=False)
    return done.returncode == 0


def held(gate):
    """Shell text, for a jig.yaml, that holds a job at the gate."""
    return gate.hold().replace("{", "{{").replace("}", "}}")


@jig_only
class Answers(DaemonCase):
    def test_the_first_call_starts_it_and_the_second_asks_the_same(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.assert_no_daemon()
        self.assertEqual(self.warm().ran, ["gen/src/a.up"])
        state = self.status()
        self.assertTrue(process_exists(state["pid"]))
        self.write("src/b.txt", "b\n")
        self.assertEqual(self.warm().ran, ["gen/src/b.up"])
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        again = self.status()
        self.assertEqual(again["pid"], state["pid"])
        self.assertEqual(again["builds"], 3)
        self.assertEqual(again["root"], str(self.dir))
        self.assertGreater(again["rss"], 100000)
        self.assertGreaterEqual(again["watched"], 2)
        self.assertEqual(again["polled"], 0)
        self.assert_clean_build_equal()

    def test_every_kind_of_edit_is_seen(self):
        self.config(UPPER_ALL)
        self.write("src/a.txt", "a\n")
        self.write("src/deep/b.txt", "b\n")
        self.warm()
        pid = self.pid()

        def check(expected):
            run = self.warm()
            self.assertEqual(sorted(run.ran), sorted(expected), run)
            self.assert_clean_build_equal()

        check([])
        self.write("src/a.txt", "other\n")
        check(["gen/src/a.up", "gen/all.up"])
        self.write("src/new/deep/c.txt", "c\n")
        check(["gen/src/new/deep/c.up", "gen/all.up"])
        self.write("src/new/deep/d.txt", "d\n")
        check(["gen/src/new/deep/d.up", "gen/all.up"])
        self.rename("src/deep/b.txt", "src/deep/e.txt")
        check(["gen/src/deep/e.up", "gen/all.up"])
        self.edit_keeping_time_and_size("src/a.txt", "OTHER\n")
        check(["gen/src/a.up"])  # the same capitals
        self.remove("src/new")
        self.sources -= {"src/new/deep/c.txt", "src/new/deep/d.txt"}
        check(["gen/all.up"])
        self.tamper("gen/src/a.up", "mine\n")
        check(["gen/src/a.up"])
        self.touch("src/a.txt")
        check([])
        self.config(UPPER_ALL.replace("tr a-z A-Z", "tr a-z B-ZA"))
        check(["gen/src/a.up", "gen/src/deep/e.up", "gen/all.up"])
        self.assertEqual(self.pid(), pid)

    def test_a_manifest_of_ninja(self):
        self.write("build.ninja", NINJA)
        self.write("in", "one\n")
        args = ("--explain", "--daemon")
        run = self.jig("build", *args)
        self.assertEqual((run.code, run.ran), (0, ["out", "last"]), run)
        pid = self.pid()
        self.write("in", "two\n")
        run = self.jig("build", *args)
        self.assertEqual((run.code, run.ran), (0, ["out", "last"]), run)
        self.assertEqual(self.read("last"), "two\ntwo\n")
        self.assertEqual(self.jig("build", *args).text, "jig: no work to do.\n")
        self.write("build.ninja", NINJA.replace("cat out out", "cat out"))
        run = self.jig("build", *args)
        self.assertEqual((run.code, run.ran), (0, ["last"]), run)
        self.assertEqual(self.read("last"), "two\n")
        self.assertEqual(self.pid(), pid)

    def test_a_plugin_that_was_made_anew_is_loaded_anew(self):
        self.config("""\
            pipelines:
              - name: plug
                sources: ["src/*.txt"]
                generate: { plugin: plug.so }
                outputs: ["gen/{stem}.out"]
            """)
        self.write("src/a.txt", "a\n")
        for version, word in (("1", "one"), ("1", "two"), ("2", "two"), ("2", "six")):
            self.write("plug.c", PLUGIN.replace("VERSION", version).replace("WORD", word))
            made = self.run_tool(
                ["cc", "-shared", "-fPIC", "-I", str(ROOT / "include"), "plug.c", "-o", "new.so"]
            )
            self.assertEqual(made.code, 0, made)
            self.rename("new.so", "plug.so")
            self.assertEqual(self.warm().ran, ["gen/a.out"])
            self.assertEqual(self.read("gen/a.out"), word)
            self.assertEqual(self.warm().ran, [])
        self.assertEqual(self.status()["builds"], 8)

    def test_a_manifest_that_was_wrong_is_read_again(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        self.config("pipelines: 7\n")
        run = self.warm(code=2)
        self.assertIn("jig.yaml:2", run.errors)
        self.config(UPPER)
        self.assertEqual(self.warm().lines, ["jig: no work to do."])

    def test_a_daemon_begins_with_a_wrong_manifest(self):
        self.config("pipelines: 7\n")
        self.warm(code=2)
        pid = self.pid()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.assertEqual(self.warm().ran, ["gen/src/a.up"])
        self.assertEqual(self.pid(), pid)

    def test_from_a_package_it_is_the_same_daemon(self):
        self.config(UPPER)
        self.config(UPPER, "one")
        self.write("src/a.txt", "a\n")
        self.write("one/src/b.txt", "b\n")
        self.assertEqual(sorted(self.warm().ran), ["gen/src/a.up", "one/gen/src/b.up"])
        pid = self.pid()
        self.write("src/a.txt", "A2\n")
        self.write("one/src/b.txt", "B2\n")
        run = self.warm(cwd=self.path("one"))
        self.assertIn(f"jig: Entering directory `{self.dir}'\n", run.text)
        self.assertEqual(run.ran, ["one/gen/src/b.up"])
        self.assertEqual(self.warm("-C", "one", "../src/a.txt").ran, ["gen/src/a.up"])
        self.assertEqual(self.pid("-C", "one"), pid)

    @unittest.skipUnless(can_limit_watches(), "needs a user namespace")
    def test_folders_that_cannot_be_watched_are_looked_at(self):
        self.config(UPPER)
        for name in "abcdefgh":
            self.write(f"src/{name}/{name}.txt", f"{name}\n")
        run = self.run_tool(
            [*LIMITED_WATCHES, JIG, "build", "--daemon"], env=self.environment()
        )
        self.assertEqual(run.code, 0, run)
        self.assertIn("max_user_watches", run.errors)
        self.assertNotIn("without it", run.errors)
        state = self.status()
        self.assertGreater(state["polled"], 0)
        for name in "abcdefgh":
            self.write(f"src/{name}/{name}.txt", f"{name}{name}\n")
            self.assertEqual(self.warm().ran, [f"gen/src/{name}/{name}.up"])
        self.write("src/e/other.txt", "other\n")
        self.assertEqual(self.warm().ran, ["gen/src/e/other.up"])
        self.assert_clean_build_equal()
        self.assertEqual(self.pid(), state["pid"])

    def test_another_state_directory_is_another_daemon(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        self.write("src/a.txt", "b\n")
        self.warm("--cache-dir", "other")
        self.assertNotEqual(self.pid(), self.pid("--cache-dir", "other"))

    def test_the_manifest_can_ask_for_it(self):
        self.config("daemon: true\n" + UPPER)
        self.write("src/a.txt", "a\n")
        self.build("--no-daemon")
        self.assert_no_daemon()
        self.build()
        pid = self.pid()
        self.assertEqual(self.build().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)
        self.assertEqual(self.status()["builds"], 2)

    def test_what_needs_no_daemon_starts_none(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        for args in (["-n"], ["--no-cache"], ["--trace", "trace.json"]):
            self.warm(*args)
            self.assert_no_daemon()

    def test_filters_and_targets(self):
        self.config(UPPER)
        for name in "abc":
            self.write(f"src/{name}.txt", f"{name}\n")
        self.assertEqual(self.warm("--filter", "src/a.*").ran, ["gen/src/a.up"])
        self.assertEqual(self.warm("gen/src/b.up").ran, ["gen/src/b.up"])
        self.assertEqual(self.warm().ran, ["gen/src/c.up"])

    def test_affected(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.commit_all()
        self.warm()
        self.touch("src/b.txt")
        self.assertEqual(self.warm("--affected", "HEAD").ran, [])
        self.write("src/a.txt", "other\n")
        self.assertEqual(self.warm("--affected", "HEAD").ran, ["gen/src/a.up"])
        self.assertEqual(self.warm("--affected", "HEAD").ran, [])


@jig_only
class SameAsWithout(DaemonCase):
    """Output, exit code and files are those of a build without a daemon."""

    def assert_same(self, *args, **options):
        plain, warm = self.plain_and_warm(*args, **options)
        self.assertEqual((warm.code, warm.text, warm.errors), (plain.code, plain.text, plain.errors))
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
        for args in (["--status", "$nonsense"], ["-j", "x"], ["--unknown"], ["-n", "--write-delta", "x"]):
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


@jig_only
class EnvironmentOfRecipes(DaemonCase):
    CONFIG = """\
        pipelines:
          - name: env
            sources: ["src/*.txt"]
            env: [FLAVOUR]
            generate: { shell: "echo $FLAVOUR > {out}" }
            outputs: ["gen/{stem}.env"]
        """

    def test_a_listed_variable_makes_another_recipe(self):
        self.config(self.CONFIG)
        self.write("src/a.txt", "a\n")
        self.warm(env={"FLAVOUR": "sweet"})
        self.assertEqual(self.warm(env={"FLAVOUR": "sweet", "OTHER": "1"}).ran, [])
        self.assertEqual(self.warm(env={"FLAVOUR": "sour"}).ran, ["gen/a.env"])
        self.assertEqual(self.read("gen/a.env"), "sour\n")
        self.assertEqual(self.warm().ran, ["gen/a.env"])
        self.assertEqual(self.warm(env={"FLAVOUR": ""}).ran, ["gen/a.env"])


@jig_only
class Stopping(DaemonCase):
    """Builds that are to stop in the middle."""

    def hold(self, name="gate"):
        """Starts a build whose only job waits at a gate."""
        gate = self.gate(name)
        self.config(f"""\
            pipelines:
              - name: held
                sources: ["src/*.txt"]
                generate: {{ shell: 'echo begun > {{out}}; {held(gate)}; echo done > {{out}}' }}
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        build = self.start_warm("--explain")
        gate.arrived()
        return gate, build

    def assert_goes_on(self, gate, pid):
        gate.open()
        self.assertEqual(self.warm().ran, ["gen/a.up"])
        self.assertEqual(self.read("gen/a.up"), "done\n")
        self.assertEqual(self.pid(), pid)

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                gate, build = self.hold(f"gate{number}")
                pid = self.pid()
                build.signal(number)
                run = build.finish()
                self.assertEqual(run.code, 130, run)
                self.assertIn("jig: build stopped: interrupted by user.\n", run.text)
                self.assertFalse(self.exists("gen/a.up"))
                self.assert_goes_on(gate, pid)
                self.remove("gen/a.up")

    def test_a_job_that_does_not_heed_is_killed_by_the_second_interrupt(self):
        gate = self.gate()
        self.config(f"""\
            pipelines:
              - name: deaf
                sources: ["src/*.txt"]
                generate:
                  shell: 'trap "echo deaf >> told" TERM INT; {held(gate)}; while :; do read _ < wait; done'
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        os.mkfifo(self.path("wait"))
        build = self.start_warm()
        gate.arrived()
        pid = self.pid()
        build.signal(signal.SIGINT)
        gate.release()
        wait_until(lambda: self.exists("told"), "the first interrupt")
        build.signal(signal.SIGINT)
        self.assertEqual(build.finish().code, 130)
        self.assertEqual(self.pid(), pid)
        self.assertFalse(self.status()["building"])

    def test_a_client_that_is_killed_takes_its_build_along(self):
        gate, build = self.hold()
        pid = self.pid()
        build.process.kill()
        build.finish()
        wait_until(lambda: not self.status()["building"], "the end of the build")
        self.assertFalse(self.exists("gen/a.up"))
        self.assert_goes_on(gate, pid)

    def test_a_daemon_that_is_killed_breaks_no_build(self):
        gate, build = self.hold()
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        gate.arrived()  # the client builds itself
        gate.release(2)
        run = build.finish()
        self.assertEqual(run.code, 0, run)
        self.assertEqual(
            run.errors.count("the daemon ended in the middle of the build; building without it"), 1
        )
        self.assertEqual(self.read("gen/a.up"), "done\n")
        gate.open()
        self.assertEqual(self.warm().ran, [])
        self.assertNotEqual(self.pid(), pid)

    def test_a_signal_to_the_daemon_ends_it_in_good_order(self):
        gate, build = self.hold()
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        run = build.finish()
        self.assertEqual(run.code, 130, run)
        self.assertFalse(self.exists("gen/a.up"))
        self.wait_for_end(pid)
        self.assert_no_daemon()
        gate.open()
        self.warm()
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        self.wait_for_end(pid)
        self.assertEqual(list((self.runtime / "jig").glob("*.sock")), [])

    def test_stop_waits_for_the_build(self):
        gate, build = self.hold()
        pid = self.pid()
        stop = Background(
            [JIG, "daemon", "stop"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(stop.stop)
        wait_until(lambda: not self.status()["running"], "the daemon's leaving")
        self.assertIsNone(stop.process.poll())
        gate.release()
        self.assertEqual(build.finish().code, 0)
        run = stop.finish()
        self.assertEqual((run.code, run.text), (0, "jig: the daemon has ended\n"))
        self.wait_for_end(pid)

    def test_a_second_client_waits_its_turn(self):
        gate, first = self.hold()
        second = self.start_warm()
        second.wait_for(f"jig: waiting for process {first.pid}, which is building here\n")
        self.assertEqual(self.status()["waiting"], 1)
        gate.release()
        self.assertEqual(first.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))

    def test_who_waits_can_leave(self):
        gate, first = self.hold()
        second = self.start_warm()
        second.wait_for("waiting for process")
        second.signal(signal.SIGINT)
        self.assertEqual(second.finish().code, 130)
        third = self.start_warm()
        third.wait_for("waiting for process")
        third.process.kill()
        third.finish()
        wait_until(lambda: self.status()["waiting"] == 0, "the third's leaving")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        self.assertEqual(self.status()["builds"], 1)


@jig_only
class BesideOthers(DaemonCase):
    """Builds in the same place without the daemon."""

    def test_a_plain_build_needs_to_know_nothing_of_it(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        pid = self.pid()
        for text in ("one\n", "two\n", "three\n"):
            self.write("src/a.txt", text)
            run = self.build("--no-daemon")
            self.assertEqual(run.ran, ["gen/src/a.up"])
            self.assertEqual(self.warm().lines, ["jig: no work to do."])
            self.write("src/a.txt", "warm " + text)
            self.assertEqual(self.warm().ran, ["gen/src/a.up"])
            self.assert_clean_build_equal()
        self.assertEqual(self.pid(), pid)

    def test_a_plain_build_that_does_nothing_costs_the_daemon_nothing(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.settle()
        self.warm()
        self.build("--no-daemon")
        log = self.jig("daemon", "log").text
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.jig("daemon", "log").text, log)

    def test_clean_and_prune(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.write("src/b.txt", "b\n")
        self.warm()
        pid = self.pid()
        self.assertEqual(self.jig("clean").text, "jig: removed 2 files\n")
        self.assertEqual(sorted(self.warm().ran), ["gen/src/a.up", "gen/src/b.up"])
        self.remove("src/b.txt")
        self.warm()
        run = self.jig("cache", "prune")
        self.assertEqual(run.code, 0, run)
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_the_daemon_waits_for_a_plain_build(self):
        gate = self.gate()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        plain = Background(
            [JIG, "build", "--no-daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(plain.stop)
        gate.arrived()
        warm = self.start_warm()
        warm.wait_for(f"jig: waiting for process {plain.pid}, which is building here\n")
        with self.subTest("who waits for that can leave as well"):
            other = self.start_warm()
            other.wait_for("waiting for process")
            other.signal(signal.SIGINT)
            self.assertEqual(other.finish().code, 130)
        gate.release()
        self.assertEqual(plain.finish().code, 0)
        run = warm.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))

    def test_interrupt_while_the_daemon_waits_for_a_plain_build(self):
        gate = self.gate()
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        pid = self.pid()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        plain = Background(
            [JIG, "build", "--no-daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(plain.stop)
        gate.arrived()
        warm = self.start_warm()
        warm.wait_for("waiting for process")
        warm.signal(signal.SIGINT)
        run = warm.finish()
        self.assertEqual((run.code, run.text), (130, ""))
        gate.release()
        self.assertEqual(plain.finish().code, 0)
        wait_until(lambda: not self.status()["building"], "the daemon's turn")
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_a_build_inside_of_a_build_asks_no_daemon(self):
        self.config(f"""\
            pipelines:
              - name: nested
                sources: ["src/*.txt"]
                generate:
                  shell: 'XDG_RUNTIME_DIR={self.runtime} {JIG} build --daemon -C .inner > {{out}} 2>&1'
                outputs: ["gen/{{stem}}.log"]
            """)
        self.write("src/a.txt", "a\n")
        self.write(".inner/.git/HEAD", "")
        self.config(UPPER, ".inner")
        self.write(".inner/src/b.txt", "b\n")
        run = self.warm()
        self.assertEqual(run.ran, ["gen/a.log"])
        self.assertIn("1 job run", self.read("gen/a.log"))
        self.assertEqual(len(daemons_below(self.dir)), 1)

    def test_a_build_that_asks_for_itself_does_not_wait_for_ever(self):
        self.config(f"""\
            pipelines:
              - name: itself
                sources: ["src/*.txt"]
                generate: {{ shell: '{JIG} build --daemon src/b.txt; : > {{out}}' }}
                outputs: ["gen/{{stem}}.up"]
            """)
        self.write("src/a.txt", "a\n")
        self.assertEqual(self.warm().ran, ["gen/a.up"])


@jig_only
class ComingAndGoing(DaemonCase):
    def begin(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        return self.pid()

    def test_two_clients_at_once_start_one(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        builds = [self.start_warm() for _ in range(8)]
        for build in builds:
            run = build.finish()
            self.assertEqual(run.code, 0, run)
            self.assertNotIn("without it", run.errors)
        self.assertEqual(len(daemons_below(self.dir)), 1)
        self.assertEqual(self.status()["builds"], 8)

    def test_another_build_of_jig_replaces_it(self):
        pid = self.begin()
        other = self.path("other-jig")
        shutil.copy2(JIG, other)
        run = self.run_tool([other, "build", "--daemon"], env=self.environment())
        self.assertEqual((run.code, run.text, run.errors), (0, "jig: no work to do.\n", ""))
        self.wait_for_end(pid)
        (new,) = daemons_below(self.dir)
        self.assertNotEqual(new, pid)
        with self.subTest("who only asks may be of any build"):
            self.assertEqual(self.pid(), new)
            self.assertEqual(self.jig("daemon", "stop").text, "jig: the daemon has ended\n")
        self.wait_for_end(new)

    def test_one_of_another_build_finishes_its_work(self):
        gate = self.gate()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        self.write("src/a.txt", "a\n")
        first = self.start_warm()
        gate.arrived()
        pid = self.pid()
        other = self.path("other-jig")
        shutil.copy2(JIG, other)
        second = Background(
            [other, "build", "--daemon"], self.dir, tool_environment(self.environment())
        )
        self.addCleanup(second.stop)
        second.wait_for(f"waiting for process {pid}, which is building here")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.wait_for_end(pid)

    def test_who_waits_when_it_stops_gets_another(self):
        gate = self.gate()
        self.config(UPPER.replace('"tr', f"'{held(gate)}; tr").replace('{out}"', "{out}'"))
        self.write("src/a.txt", "a\n")
        first = self.start_warm()
        gate.arrived()
        pid = self.pid()
        second = self.start_warm()
        second.wait_for(f"waiting for process {first.pid}, which is building here")
        stop = Background([JIG, "daemon", "stop"], self.dir, tool_environment(self.environment()))
        self.addCleanup(stop.stop)
        second.wait_for(f"waiting for process {pid}, which is building here")
        gate.release()
        self.assertEqual(first.finish().code, 0)
        self.assertEqual(stop.finish().code, 0)
        run = second.finish()
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.assertNotEqual(self.pid(), pid)

    def test_another_place_by_the_same_name_is_not_its_own(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        os.kill(pid, signal.SIGSTOP)  # so that it does not see it coming
        self.rename("tree", "wood")
        shutil.copytree(self.path("wood"), self.path("tree"))
        self.write("tree/src/a.txt", "other\n")
        build = Background(
            [JIG, "build", "--daemon", "--explain", "-C", "tree"],
            self.dir,
            tool_environment(self.environment()),
        )
        self.addCleanup(build.stop)
        os.kill(pid, signal.SIGCONT)
        run = build.finish()
        self.assertEqual((run.code, run.err.count(b"without it")), (0, 0), run)
        self.assertEqual(self.read("tree/gen/src/a.up"), "OTHER\n")
        self.assertEqual(self.read("wood/gen/src/a.up"), "A\n")
        self.wait_for_end(pid)

    def test_a_socket_that_nobody_listens_at(self):
        pid = self.begin()
        os.kill(pid, signal.SIGKILL)
        self.wait_for_end(pid)
        self.assertTrue(self.socket().is_socket())
        self.assert_no_daemon()
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertNotEqual(self.pid(), pid)

    def test_a_daemon_that_does_not_answer(self):
        self.begin()
        path = self.socket()
        self.assertEqual(self.jig("daemon", "stop").code, 0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
            deaf.bind(str(path))
            deaf.listen()
            run = self.jig("build", "--daemon")
        self.assertEqual((run.code, run.text), (0, "jig: no work to do.\n"))
        self.assertEqual(
            run.errors, "jig: warning: the daemon does not answer; building without it\n"
        )

    def test_it_ends_when_nobody_needs_it(self):
        self.config("daemon: {idle: 1ms}\n" + UPPER)
        self.write("src/a.txt", "a\n")
        self.build()
        wait_until(lambda: not daemons_below(self.dir), "the daemon's end")
        self.assert_no_daemon()
        with self.subTest("the environment says how long"):
            self.build(env={"JIG_DAEMON_IDLE": "1000"})
            self.assertEqual(self.status()["idle_limit_ms"], 1000 * 1000)

    def test_it_ends_when_its_root_is_deleted(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        self.remove("tree")
        self.wait_for_end(pid)

    def test_it_ends_when_its_root_is_moved(self):
        self.config(UPPER, "tree")
        self.write("tree/.git/HEAD", "")
        self.write("tree/src/a.txt", "a\n")
        self.warm("-C", "tree")
        pid = self.pid("-C", "tree")
        self.rename("tree", "wood")
        self.wait_for_end(pid)

    def test_it_ends_when_its_state_is_deleted(self):
        pid = self.begin()
        self.remove(".jig")
        self.wait_for_end(pid)
        self.warm()
        self.assert_clean_build_equal()

    def test_it_ends_when_its_socket_is_gone(self):
        pid = self.begin()
        self.socket().unlink()
        self.wait_for_end(pid)

    def test_it_leaves_a_socket_alone_that_is_not_its_own(self):
        pid = self.begin()
        path = self.socket()
        path.unlink()
        path.write_text("not a socket")
        self.wait_for_end(pid)
        self.assertEqual(path.read_text(), "not a socket")

    def test_it_keeps_no_descriptor_of_whoever_started_it(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        read, write = os.pipe()
        run = self.jig("build", "--daemon", pass_fds=[write])
        self.assertEqual(run.code, 0, run)
        os.close(write)
        self.assertEqual(os.read(read, 1), b"")  # the end: nobody else has it
        os.close(read)
        self.pid()

    def test_it_has_no_terminal_and_no_client_left_when_idle(self):
        pid = self.begin()
        for fd in ("0", "1", "2"):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            self.assertTrue(target == "/dev/null" or target.endswith(".log"), target)
        self.warm()
        self.warm()
        before = len(os.listdir(f"/proc/{pid}/fd"))
        for _ in range(20):
            self.warm()
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) <= before, "the last one's leaving")

    def test_stop_and_status_without_a_daemon(self):
        self.config(UPPER)
        for word in ("status", "stop"):
            run = self.jig("daemon", word)
            self.assertEqual((run.code, run.text), (0, "jig: no daemon is running here\n"), run)
        self.assertEqual(self.jig("daemon", "log").text, "")

    def test_status_and_log(self):
        pid = self.begin()
        run = self.jig("daemon", "status")
        self.assertIn(f"jig: a daemon is running: process {pid}, jig ", run.text)
        self.assertIn(f"root      {self.dir}\n", run.text)
        self.assertIn(f"[{pid}] jig ", self.jig("daemon", "log").text)

    def test_wrong_words(self):
        self.config(UPPER)
        run = self.jig("daemon", "stopp")
        self.assertEqual(run.code, 2)
        self.assertIn("unknown word 'stopp', did you mean 'stop'?", run.errors)
        self.assertEqual(self.jig("daemon", "stop", "now").code, 2)
        self.assertIn("usage: jig daemon", self.jig("daemon", "--help").text)


@jig_only
class Strangers(DaemonCase):
    """Whoever is not this user, or talks nonsense."""

    def begin(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        self.warm()
        return self.pid()

    def test_modes_of_folder_and_socket(self):
        self.begin()
        self.assertEqual((self.runtime / "jig").stat().st_mode & 0o777, 0o700)
        self.assertEqual(self.socket().stat().st_mode & 0o777, 0o600)

    def refused(self):
        run = self.jig("build", "--daemon")
        self.assertEqual(run.code, 0, run)
        self.assertIn("building without it\n", run.errors)
        self.assertEqual(daemons_below(self.dir), [])
        return run

    def test_a_folder_that_others_may_enter_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "jig").mkdir()
        (self.runtime / "jig").chmod(0o755)
        self.assertIn("is not yours alone", self.refused().errors)

    def test_a_link_in_place_of_the_folder_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "real").mkdir(mode=0o700)
        (self.runtime / "jig").symlink_to("real")
        self.assertIn("cannot open the folder", self.refused().errors)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_folder_of_another_user_is_refused(self):
        self.config(UPPER)
        self.write("src/a.txt", "a\n")
        (self.runtime / "jig").mkdir(mode=0o700)
        os.chown(self.runtime / "jig", 65534, 65534)
        self.assertIn("is not yours alone", self.refused().errors)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_user_is_not_heard(self):
        pid = self.begin()
        self.runtime.chmod(0o755)
        (self.runtime / "jig").chmod(0o755)
        self.socket().chmod(0o666)
        path = str(self.socket())
        script = (
            "import socket, sys\n"
            "s = socket.socket(socket.AF_UNIX)\n"
            "s.connect(sys.argv[1])\n"
            "s.sendall(bytes.fromhex(sys.argv[2]))\n"
            "sys.stdout.write(repr(s.recv(100)))\n"
        )
        stop = b"jigd\0\0\0\x04\x92\x04\xc4\0"
        run = self.run_tool(["python3", "-c", script, path, stop.hex()], user=65534, group=65534)
        self.assertNotIn("jigd", run.text, run)
        self.assertEqual(self.pid_of_mode(0o700), pid)
        run = self.run_tool(["python3", "-c", script, path, stop.hex()])
        self.assertIn("jigd", run.text, run)  # what it would have heard
        self.wait_for_end(pid)

    def pid_of_mode(self, mode):
        (self.runtime / "jig").chmod(mode)
        return self.pid()

    def test_nonsense_is_thrown_out(self):
        pid = self.begin()
        head = b"jigd"
        for words in (
            b"\n",
            b"GET / HTTP/1.1\r\n\r\n",
            head + b"\xff\xff\xff\xff",
            head + b"\0\0\0\0",
            head + b"\0\0\0\x01\xc0",
            head + b"\0\0\0\x05\x92\xcc\xc8\xc4\0",
            head + b"\0\0\0\x09\x9f\x03\xc4\0\xdf\xff\xff\xff\xff",
        ):
            with self.subTest(words), socket.socket(socket.AF_UNIX) as client:
                client.settimeout(self.limit)
                client.connect(str(self.socket()))
                client.sendall(words)
                try:
                    self.assertEqual(client.recv(100), b"")
                except ConnectionResetError:
                    pass
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        self.assertEqual(self.pid(), pid)

    def test_many_that_say_nothing_keep_nobody_out_for_long(self):
        pid = self.begin()
        silent = []
        for _ in range(60):
            client = socket.socket(socket.AF_UNIX)
            self.addCleanup(client.close)
            client.connect(str(self.socket()))
            client.sendall(b"jig")
            silent.append(client)
        self.assertEqual(self.warm().lines, ["jig: no work to do."])
        for client in silent:
            client.settimeout(self.limit)
            self.assertEqual(client.recv(1), b"")  # sent away after some seconds
        self.assertEqual(self.pid(), pid)


if __name__ == "__main__":
    main()
