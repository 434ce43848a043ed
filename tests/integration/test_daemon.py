"""`jig build --daemon`: a process that stays answers, and sees all that happens."""

import pathlib
import subprocess
import unittest

from daemon_harness import DaemonCase
from harness import JIG, jig_only, main, process_exists
from pipeline_harness import UPPER, UPPER_ALL

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

    def test_where_nothing_happened_nothing_is_looked_at(self):
        self.config(UPPER_ALL)
        for name in "abc":
            self.write(f"src/{name}/{name}.txt", f"{name}\n")
        self.settle()
        first = self.warm()
        self.assertEqual(first.stats["kind"], "full")
        self.assertGreater(first.stats["files_looked"], 0)
        for _ in range(2):
            run = self.warm()
            self.assertEqual(run.stats["kind"], "none", run)
            self.assertEqual(run.stats["files_looked"], 0, run)
        self.write("src/b/b.txt", "other\n")
        run = self.warm()
        self.assertEqual(run.stats["kind"], "incremental", run)
        self.assertLess(run.stats["files_looked"], first.stats["files_looked"], run)

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


if __name__ == "__main__":
    main()
