"""What `cmake --install` leaves is complete: the program runs, and a stranger's program finds the
library, by pkg-config or by find_package, and builds with it. Man pages and what shells complete
are where they are looked for."""

import os
import re
import unittest

from harness import JIG, SLOW, Case, jig_only, main

BUILD = os.path.dirname(os.path.dirname(JIG))

# The example at the top of jig/session.h, filled in.
PROGRAM = """\
#include <jig/session.h>

#include <stdio.h>

static void on_event(void *context, const struct jig_event *event)
{
    (void)context;
    if (event->kind == JIG_EVENT_JOB_FINISHED)
        printf("made %s: %s\\n", event->job->output, event->job->reason);
}

int main(void)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    options.on_event = on_event;
    struct jig_session *session;
    struct jig_error error;
    if (jig_session_open(&options, &session, &error)) {
        fprintf(stderr, "%s\\n", error.message);
        return 2;
    }
    struct jig_build_options build = JIG_BUILD_OPTIONS;
    struct jig_build_result result = JIG_BUILD_RESULT;
    enum jig_status status = jig_session_build(session, &build, &result, &error);
    printf("jobs run: %u\\n", result.jobs_run);
    jig_session_close(session);
    return status != JIG_OK;
}
"""

# As `jig help` lists them.
COMMAND = re.compile(r"^  ([a-z]+)  +\S", re.MULTILINE)

PROJECT = """\
cmake_minimum_required(VERSION 3.18)
project(stranger C)
find_package(jig 0.1 REQUIRED)
add_executable(stranger main.c)
target_link_libraries(stranger PRIVATE jig::jig)
"""


@jig_only
@unittest.skipIf(SLOW > 1, "a sanitizer's run-time library would have to be linked, too")
class Install(Case):
    limit = 120

    def setUp(self):
        super().setUp()
        self.prefix = self.path("prefix")
        self.must(["cmake", "--install", BUILD, "--prefix", str(self.prefix)])
        self.write("main.c", PROGRAM)
        self.write("work/in", "x\n")
        self.manifest("build out: cat in\n", name="work/build.ninja")

    def must(self, args, **options):
        run = self.run_tool(args, **options)
        self.assertEqual(run.code, 0, run)
        return run

    def check(self, program):
        run = self.must([program], cwd=self.path("work"))
        self.assertEqual(run.text, "made out: never built\njobs run: 1\n")
        self.assertEqual(self.must([program], cwd=self.path("work")).text, "jobs run: 0\n")

    def library_directory(self):
        (found,) = self.prefix.rglob("libjig.*")
        return found.parent

    def test_installed_program(self):
        program = str(self.prefix / "bin/jig")
        self.must([program, "build", "-C", "work"])
        self.assertEqual(self.read("work/out"), "x\n")

    def test_man_pages(self):
        """One for each command, and what jig prints."""
        folder = self.prefix / "share/man/man1"
        pages = {"jig.1": self.must([JIG, "help", "--man"]).text}
        for command in COMMAND.findall(self.must([JIG, "help"]).text):
            pages[f"jig-{command}.1"] = self.must([JIG, "help", "--man", command]).text
        self.assertIn("jig-build.1", pages)
        self.assertEqual({path.name: path.read_text() for path in folder.iterdir()}, pages)

    def test_completion(self):
        """Where each shell looks, and what jig prints."""
        for shell, file in (
            ("bash", "bash-completion/completions/jig"),
            ("zsh", "zsh/site-functions/_jig"),
            ("fish", "fish/vendor_completions.d/jig.fish"),
        ):
            with self.subTest(shell):
                self.assertEqual(
                    (self.prefix / "share" / file).read_text(),
                    self.must([JIG, "completion", shell]).text,
                )

    def test_pkg_config(self):
        env = {"PKG_CONFIG_PATH": str(self.library_directory() / "pkgconfig")}
        flags = self.must(["pkg-config", "--cflags", "--libs", "--static", "jig"], env=env)
        self.must(["gcc", "main.c", "-o", "stranger", *flags.text.split()])
        self.check(str(self.path("stranger")))

    def test_find_package(self):
        self.write("CMakeLists.txt", PROJECT)
        self.must(["cmake", "-S", ".", "-B", "made", f"-DCMAKE_PREFIX_PATH={self.prefix}"])
        self.must(["cmake", "--build", "made"])
        self.check(str(self.path("made/stranger")))

    def test_nothing_but_the_interface_is_to_be_seen(self):
        (library,) = self.library_directory().glob("libjig.*")
        flags = ["--dynamic"] if library.suffix != ".a" else []
        run = self.must(["nm", "--extern-only", "--defined-only", *flags, str(library)])
        names = {line.split()[-1] for line in run.text.splitlines() if len(line.split()) == 3}
        self.assertIn("jig_session_update", names)
        self.assertEqual([name for name in sorted(names) if not name.startswith("jig_")], [])

    def test_headers_compile_as_cplusplus(self):
        for header in sorted((self.prefix / "include/jig").glob("*.h")):
            with self.subTest(header.name):
                self.write("header.cc", f"#include <jig/{header.name}>\n")
                self.must(
                    [
                        "g++",
                        "-std=c++17",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-fsyntax-only",
                        f"-I{self.prefix}/include",
                        "header.cc",
                    ]
                )


if __name__ == "__main__":
    main()
