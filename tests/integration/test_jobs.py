"""What a job finds when it starts: descriptors, signals, environment, the shell's meaning."""

import os
import re
import subprocess

from harness import PEER, Case, jig_only, main


class Surroundings(Case):
    def test_more_slots_than_anybody_has(self):
        self.manifest("".join(f"build o{i}: sh\n  sh = echo > o{i}\n" for i in range(3)))
        for count in (1 << 28, 1 << 30, (1 << 31) - 2):
            self.assertEqual(sorted(self.build(f"-j{count}").ran), ["o0", "o1", "o2"])
            for i in range(3):
                self.remove(f"o{i}")

    def test_standard_input_is_empty(self):
        self.manifest("build a: sh\n  sh = cat > a\n")
        self.assert_builds({"a"})
        self.assertEqual(self.read("a"), "")

    @jig_only
    def test_no_descriptor_leaks_into_jobs(self):
        """Alone and beside others, with and without a shell."""
        for i in range(4):
            self.write(f"fds{i}.sh", "#!/bin/sh\nexec ls /proc/self/fd\n", mode=0o755)
        self.manifest(
            "".join(
                f"build a{i}: sh\n  sh = ./fds{i}.sh\n"
                f"build b{i}: sh\n  sh = : && ls /proc/self/fd\n"
                for i in range(4)
            )
        )
        run = self.build("-j8")
        blocks = [line for line in run.text.splitlines() if not line.startswith("[")]
        # ls itself has the directory open.
        self.assertEqual(blocks, ["0", "1", "2", "3"] * 8, run)

    def test_signals_are_as_at_login(self):
        """What jig blocks or ignores for itself must not be blocked or ignored in its jobs."""
        show = "grep -E '^Sig(Blk|Ign)' /proc/self/status"
        self.write("direct.sh", f"#!/bin/sh\nexec {show}\n", mode=0o755)
        self.manifest(f"build a: sh\n  sh = ./direct.sh\nbuild b: sh\n  sh = : && {show}\n")
        run = self.build("-j1", "--quiet")
        # The test's own parent may ignore some; SIGPIPE, for example.
        own = self.run_tool(["/bin/sh", "-c", show])
        # Signals 32 and 33 are the C library's own, and posix_spawn ignores them.
        libc = 1 << 31 | 1 << 32
        masks = [int(mask, 16) & ~libc for mask in re.findall(r"\t([0-9a-f]+)", run.text)]
        expected = [int(mask, 16) & ~libc for mask in re.findall(r"\t([0-9a-f]+)", own.text)]
        self.assertEqual(masks, expected * 2)

    def test_each_job_has_a_process_group_of_its_own(self):
        self.write("group.sh", "#!/bin/sh\ncut -d' ' -f5 /proc/$$/stat\n", mode=0o755)
        self.manifest("build a: sh\n  sh = ./group.sh\nbuild b: sh\n  sh = : && ./group.sh\n")
        groups = self.build("-j1", "--quiet").text.split()
        self.assertEqual(len({*groups, str(os.getpgid(0))}), 3, groups)

    def test_environment_reaches_the_jobs(self):
        self.manifest("build a: sh\n  sh = printf '%s' \"$$COLOUR\" > a\n")
        self.build(env={"COLOUR": "grün"})
        self.assertEqual(self.read("a"), "grün")

    def test_working_directory_is_the_build_directory(self):
        self.manifest("build a: sh\n  sh = pwd > a\n")
        self.build()
        self.assertEqual(self.read("a"), f"{self.dir}\n")

    def test_relative_program_and_path_lookup(self):
        self.write("bin/tool", "#!/bin/sh\necho $0 > out\n", mode=0o755)
        self.manifest("build out: sh\n  sh = tool\n")
        self.build(env={"PATH": f"{self.path('bin')}:{os.environ['PATH']}"})
        self.assertEqual(self.read("out"), f"{self.path('bin')}/tool\n")

    def test_direct_and_shell_commands_mean_the_same(self):
        """Forms that could be run without a shell: what comes out is what the shell makes of it."""
        self.path("sub").mkdir()
        self.write("one.sh")
        self.write("two.sh")
        commands = [
            r"""printf '%s|' a  b\ c "d e" '$x' ''""",
            ": && printf %s x && :",
            "cd sub && pwd",
            "cd nowhere && pwd",
            ": && cd sub && pwd && :",
            "printf %s a=b",
            "A=1 printenv A",
            "printf %s ~",
            "printf %s ~nobody-there",
            r"printf %s 'it'\''s'",
            "printf %s {a,b}",
            "printf %s *.none",
            "printf '%s,' *.sh",
            "printf '%s,' ?ne.sh [t]wo.sh",
            "true #comment",
            "printf %s a#b",
            r"""printf '%s' "a\"b\\c\$d" """,
            r"echo 'a\nb'",  # the shell's echo, not /bin/echo
            "test 1 -lt 2",
            "test 2 -lt 1",
            "exit 5",
            "false",
            "printf %s !",
            "! true",
            "printf %s a; printf %s b",
            "printf %s $HOME",
            "printf %s `printf x`",
            "sh -c 'exit 3'",
            "umask",
            "no-such-program",
            "exec printf %s x",
            "if true; then echo yes; fi",
            "a() { echo called; }; a",
            "  printf   %s   spaced  ",
            "\tprintf %s tab",
            "",
        ]
        for command in commands:
            with self.subTest(command):
                shell = self.run_tool(["/bin/sh", "-c", command], stderr=subprocess.STDOUT)
                self.manifest("build out: sh\n  sh = " + command.replace("$", "$$") + "\n")
                run = self.ninja("--quiet")
                if not PEER:
                    self.assertEqual(run.code, shell.code, run)
                if shell.code == 0:
                    self.assertEqual(run.text.rstrip("\n"), shell.text.rstrip("\n"))
                else:
                    self.assertIn(shell.text, run.text)


if __name__ == "__main__":
    main()
