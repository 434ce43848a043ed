"""Shells complete jig's command line: bash and zsh on a terminal, where somebody types and presses
Tab; fish by what it says that it would offer.

In bash and zsh `jig` is a function here that prints the words it was called with. So what Tab made
of a line is what that prints when the line is entered.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import unittest

from harness import JIG, LIMIT, Case, jig_only, main, tool_environment

PROMPT = "ready> "

# What completion asks of jig, jig answers.
FUNCTION = """\
jig() {
    if [ "$1 $2" = "query targets" ]; then
        "$JIG_BIN" "$@"
    else
        printf '<%s>' "$@"
        printf '.\\n'
    fi
}
"""

ANSWER = re.compile(r"(?:^|[\r\n])((?:<[^\r\n]*>)?\.)\r?\n(?s:.*)" + re.escape(PROMPT))


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, args, cwd, env):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            args,
            cwd=cwd,
            env=tool_environment({"JIG_BIN": JIG, **env}),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.read_to(re.compile(re.escape(PROMPT)))

    def read_to(self, pattern):
        received = ""
        while True:
            match = pattern.search(received)
            if match:
                return match
            ready, _, _ = select.select([self.master], [], [], LIMIT)
            if not ready:
                raise AssertionError(f"no {pattern.pattern!r} in {received!r}")
            received += os.read(self.master, 1 << 16).decode("utf-8", "replace")

    def enter(self, typed):
        """Types a line, which may have tabs in it; returns the words that jig was called with."""
        os.write(self.master, typed.encode() + b"\r")
        return re.findall(r"<(.*?)>(?=<|\.$)", self.read_to(ANSWER)[1])

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class CompletionCase(Case):
    def setUp(self):
        super().setUp()
        self.manifest(
            """\
            build app: cat a.txt
            build gen/one.o: cat a.txt
            build n$:x: cat a.txt
            build a$ space: cat a.txt
            build z$$(touch$ evil): cat a.txt
            """
        )
        for folder in ("sub", "a folder"):
            self.manifest("build inner: cat a.txt\n", name=f"{folder}/build.ninja")
        self.write("data/table.json")

    def repository(self):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        for args in (
            ["init", "-q", "-b", "main"],
            [*identity, "commit", "-q", "--allow-empty", "-m", "first"],
            ["branch", "feature/one"],
        ):
            run = self.run_tool(["git", *args])
            self.assertEqual(run.code, 0, run)


class Typing:
    """What bash and zsh have in common. `args` and `env` start the shell."""

    env = {}

    def check(self, *cases):
        shell = Shell(self.args, self.dir, self.env)
        self.addCleanup(shell.close)
        for typed, *words in cases:
            with self.subTest(typed):
                self.assertEqual(shell.enter(typed), words)

    def test_commands(self):
        self.check(
            ("jig bu\t", "build"),
            ("jig comp\t", "completion"),
            ("jig --v\t", "--version"),
            ("jig help da\t", "help", "daemon"),
        )

    def test_options(self):
        self.check(
            ("jig build --exp\tapp", "build", "--explain", "app"),
            ("jig build app --no-d\t", "build", "app", "--no-daemon"),
            ("jig cache --j\t", "cache", "--json"),
        )

    def test_options_of_another_command_are_not_offered(self):
        self.check(("jig query --exp\t", "query", "--exp"))

    def test_options_that_are_borrowed_are_offered_but_not_those_that_are_refused(self):
        self.check(
            ("jig watch --exp\t", "watch", "--explain"),
            ("jig watch --tra\t", "watch", "--tra"),
        )

    def test_words_that_follow_an_option(self):
        self.check(
            ("jig watch --on-change=r\t", "watch", "--on-change=restart"),
            ("jig watch --on-change r\t", "watch", "--on-change", "restart"),
            ("jig build --stats=j\t", "build", "--stats=json"),
            ("jig build -d keepd\t", "build", "-d", "keepdepfile"),
            ("jig build -w phonycycle=e\t", "build", "-w", "phonycycle=err"),
            ("jig ninja -t missi\t", "ninja", "-t", "missingdeps"),
        )

    def test_files_that_follow_an_option(self):
        self.check(
            ("jig build -f data/t\t", "build", "-f", "data/table.json"),
            ("jig build --trace data/t\t", "build", "--trace", "data/table.json"),
            ("jig build --trace=data/t\t", "build", "--trace=data/table.json"),
        )

    def test_folders_that_follow_an_option(self):
        self.write("subject")
        self.check(
            ("jig build -C su\tx", "build", "-C", "sub/x"),
            ("jig build --cache-dir=su\tx", "build", "--cache-dir=sub/x"),
        )

    def test_targets(self):
        self.check(
            ("jig build ap\t", "build", "app"),
            ("jig build -v app gen/\t", "build", "-v", "app", "gen/one.o"),
            ("jig query why -v ap\t", "query", "why", "-v", "app"),
        )

    def test_targets_with_odd_names(self):
        self.check(
            ("jig build n:\t", "build", "n:x"),
            ("jig build a\\ s\t", "build", "a space"),
            ("jig build z\t", "build", "z$(touch evil)"),
            ("jig build z\\$\t", "build", "z$(touch evil)"),
        )
        self.assertFalse(self.exists("evil"))

    def test_targets_of_another_folder(self):
        self.check(
            ("jig build -C sub in\t", "build", "-C", "sub", "inner"),
            ("jig build -Csub in\t", "build", "-Csub", "inner"),
            ("jig build -C a\\ folder in\t", "build", "-C", "a folder", "inner"),
            ("jig build -C 'a folder' in\t", "build", "-C", "a folder", "inner"),
        )

    def test_targets_of_another_manifest(self):
        self.rename("sub/build.ninja", "sub/x.ninja")
        self.check(("jig build -f sub/x.ninja in\t", "build", "-f", "sub/x.ninja", "inner"))

    def test_targets_from_within_a_package(self):
        self.write("repo/jig.yaml", PIPELINE)
        self.write("repo/src/one.txt")
        self.check(("jig build -C repo/src ../gen/o\t", "build", "-C", "repo/src", "../gen/one.up"))

    def test_without_a_manifest_nothing_is_offered_and_nothing_printed(self):
        self.remove("build.ninja")
        self.check(("jig build qq\t", "build", "qq"))

    def test_commits(self):
        self.repository()
        self.check(
            ("jig build --affected fe\t", "build", "--affected", "feature/one"),
            ("jig build --affected=fe\t", "build", "--affected=feature/one"),
        )

    def test_traces(self):
        for name in ("slow.trace", "data/other.trace", "data/a b.trace", "slow.txt"):
            self.write(name)
        self.check(
            ("jig trace sl\t", "trace", "slow.trace"),
            ("jig trace da\tot\t", "trace", "data/other.trace"),
            ("jig trace data/a\t", "trace", "data/a b.trace"),
            ("jig trace diff slow.trace data/o\t", "trace", "diff", "slow.trace", "data/other.trace"),
            ("jig trace report sl\t", "trace", "report", "slow.trace"),
            ("jig trace -C sub su\t", "trace", "-C", "sub", "summary"),
            ("jig trace list sl\t", "trace", "list", "sl"),
        )

    def test_words_of_a_command(self):
        self.check(
            ("jig cache pr\t", "cache", "prune"),
            ("jig cache show data/t\t", "cache", "show", "data/table.json"),
            ("jig query -C sub wh\t", "query", "-C", "sub", "why"),
            ("jig trace su\t", "trace", "summary"),
            ("jig daemon --json lo\t", "daemon", "--json", "log"),
            ("jig completion f\t", "completion", "fish"),
        )


PIPELINE = """\
version: 1
pipelines:
  - name: upper
    sources: "src/*.txt"
    generate: { shell: "tr a-z A-Z <{source} >{out}" }
    outputs: "gen/{stem}.up"
"""


@jig_only
@unittest.skipUnless(shutil.which("bash"), "there is no bash")
class Bash(Typing, CompletionCase):
    args = ["bash", "--noprofile", "--rcfile", "rc", "-i"]
    env = {"INPUTRC": "inputrc"}

    def setUp(self):
        super().setUp()
        self.write("rc", f"PS1='{PROMPT}'\n{FUNCTION}source <(\"$JIG_BIN\" completion bash)\n")
        self.write("inputrc", "set enable-bracketed-paste off\nset bell-style none\n")

    def test_the_jig_that_is_typed_is_the_one_that_is_asked(self):
        self.write("rc", self.read("rc").replace("jig()", "other()"))
        self.write("bin/jig", f'#!/bin/sh\n{FUNCTION}jig "$@"\n', mode=0o755)
        self.check(("bin/jig build gen/\t", "build", "gen/one.o"))


@jig_only
@unittest.skipUnless(shutil.which("zsh"), "there is no zsh; Debian has it in the package zsh")
class Zsh(Typing, CompletionCase):
    args = ["zsh", "--no-global-rcs", "-i"]

    def setUp(self):
        super().setUp()
        self.env = {"ZDOTDIR": str(self.dir)}
        self.write(
            ".zshrc",
            f"PS1='{PROMPT}'\nautoload -Uz compinit\ncompinit -u -D\nunsetopt beep\n{FUNCTION}"
            'source <("$JIG_BIN" completion zsh)\n',
        )

    def test_found_in_a_folder_of_functions(self):
        self.write("functions/_jig", self.jig("completion", "zsh").text)
        self.write(
            ".zshrc",
            self.read(".zshrc")
            .replace("autoload", "fpath=($PWD/functions $fpath)\nautoload")
            .rpartition("source")[0],
        )
        self.check(("jig bu\t", "build"), ("jig bu\tap\t", "build", "app"))


@jig_only
@unittest.skipUnless(shutil.which("fish"), "there is no fish; Debian has it in the package fish")
class Fish(CompletionCase):
    def setUp(self):
        super().setUp()
        self.write("jig.fish", self.jig("completion", "fish").text)
        self.path("bin").mkdir()
        self.path("bin/jig").symlink_to(JIG)

    def offered(self, line):
        """What would be offered at the end of the line, by what is told of it."""
        run = self.run_tool(
            ["fish", "--no-config", "-c", "source jig.fish; complete -C $argv[1]", line],
            env={"PATH": f"{self.dir}/bin:/usr/bin:/bin", "HOME": str(self.dir)},
        )
        self.assertEqual(run.errors, "", run)
        return dict((*entry.split("\t", 1), "")[:2] for entry in run.text.splitlines())

    def check(self, line, *expected):
        with self.subTest(line):
            self.assertEqual(sorted(self.offered(line)), sorted(expected))

    def test_commands_and_what_they_do(self):
        self.assertEqual(self.offered("jig bu"), {"build": "bring targets up to date"})
        self.assertEqual(self.offered("jig help da").keys(), {"daemon"})

    def test_options_and_what_they_do(self):
        self.assertEqual(self.offered("jig build --exp"), {"--explain": "say why each job runs"})
        self.check("jig query --exp")
        self.check("jig watch --exp", "--explain")
        self.check("jig watch --tra")

    def test_words_that_follow_an_option(self):
        self.check("jig watch --on-change ", "queue", "restart")
        self.check("jig build --stats=", "--stats=json", "--stats=table")
        self.check("jig build -d keep", "keepdepfile", "keeprsp")

    def test_files_and_folders_that_follow_an_option(self):
        self.check("jig build --trace data/t", "data/table.json")
        self.check("jig build -C su", "sub/")
        self.check("jig build -j ")

    def test_targets(self):
        self.check("jig build ap", "app")
        self.check("jig build -j 2 app gen/", "gen/one.o")
        self.check("jig build -C sub ", "inner")
        self.check("jig build -Csub ", "inner")
        self.check("jig build -C a\\ folder ", "inner")
        self.check("jig build z", "z$(touch evil)")
        self.check("jig query why ap", "app")

    def test_without_a_manifest_nothing_is_offered_and_nothing_printed(self):
        self.remove("build.ninja")
        self.check("jig build ")

    def test_commits(self):
        self.repository()
        self.check("jig build --affected ", "HEAD", "feature/one", "main")

    def test_words_of_a_command(self):
        self.check("jig cache ", "show", "prune")
        self.check("jig cache show data/", "data/table.json")
        self.check("jig query -C sub w", "why")

    def test_traces(self):
        for name in ("slow.trace", "data/other.trace", "data/a b.trace"):
            self.write(name)
        self.check("jig trace sl", "slow.trace")
        self.check("jig trace data/", "data/other.trace", "data/a b.trace")
        self.check("jig trace diff data/o", "data/other.trace")
        self.check("jig trace diff slow.trace data/o", "data/other.trace")
        self.check("jig trace su", "summary", "sub/")
        self.check("jig trace list sl")


@jig_only
class Script(Case):
    def test_unknown_shell(self):
        run = self.jig("completion", "bsh")
        self.assertEqual(run.code, 2)
        self.assertEqual(
            run.errors,
            "jig: error: unknown shell 'bsh', did you mean 'bash'?\n  see 'jig help completion'\n",
        )

    def test_no_shell(self):
        run = self.jig("completion")
        self.assertEqual(run.code, 2)
        self.assertIn("jig: error: expected a shell\n", run.errors)


if __name__ == "__main__":
    main()
