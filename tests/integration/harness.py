"""What the integration tests stand on: a temporary tree, the tool run in it, and the exact set of
jobs that ran.

Environment:
  JIG_BIN         path of the jig under test; a link `ninja` lies beside it. Required.
  JIG_TEST_NINJA  another ninja to run instead, to see whether a test asks for what any ninja does.
                  Tests marked jig_only are skipped then.
  JIG_TEST_SLOW   factor on all time limits, for builds with sanitizers.

Nothing here sleeps to wait for something. A test that needs a job to be running holds it at a
Gate; a time limit only turns a hang into a failure.
"""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import textwrap
import time
import unittest

JIG = os.path.abspath(os.environ["JIG_BIN"])
PEER = os.environ.get("JIG_TEST_NINJA")
NINJA = PEER or os.path.join(os.path.dirname(JIG), "ninja")
SLOW = float(os.environ.get("JIG_TEST_SLOW", "1"))
LIMIT = 60 * SLOW

# Rules that most manifests here need. A job's status line says `RUN <outputs>`.
RULES = """\
rule cat
  command = cat $in > $out
  description = RUN $out
rule cc
  command = gcc $flags -MD -MF $out.d -c $in -o $out
  depfile = $out.d
  deps = gcc
  description = RUN $out
rule link
  command = gcc $in -o $out
  description = RUN $out
rule sh
  command = $sh
  description = RUN $out
"""

STATUS_LINE = re.compile(rb"^\[\d+/\d+\] (.*)$", re.MULTILINE)
STATE_FILES = {".jig", ".ninja_log", ".ninja_deps", ".ninja_lock"}


def jig_only(test):
    """Marks behaviour that jig does not share with ninja."""
    return unittest.skipIf(PEER, "not what every ninja does")(test)


def tool_environment(extra=None):
    """A small fixed environment, so that no setting of the machine reaches a test."""
    env = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
    }
    for name, value in os.environ.items():
        if name.endswith("SAN_OPTIONS"):
            env[name] = value
    env.update(extra or {})
    return env


class Run:
    """A finished run of a tool: exit code (`128 + n` for a signal) and what it printed."""

    def __init__(self, args, code, out, err):
        self.args = args
        self.code = code if code >= 0 else 128 - code
        self.out = out
        self.err = err

    @property
    def text(self):
        return self.out.decode("utf-8", "replace")

    @property
    def errors(self):
        return self.err.decode("utf-8", "replace")

    @property
    def descriptions(self):
        """What the status lines say, in order."""
        return [line.decode("utf-8", "replace") for line in STATUS_LINE.findall(self.out)]

    @property
    def ran(self):
        """The outputs of all jobs that ran, in order: what follows RUN in the status lines."""
        return [line[4:] for line in self.descriptions if line.startswith("RUN ")]

    def __str__(self):
        return (
            f"{' '.join(map(str, self.args))}: exit code {self.code}\n"
            f"--- stdout\n{self.text}--- stderr\n{self.errors}---"
        )


def wait_readable(fd, what):
    ready, _, _ = select.select([fd], [], [], LIMIT)
    if not ready:
        raise AssertionError(f"nothing came from {what} within {LIMIT:.0f} s")


class Gate:
    """Holds jobs until the test lets them go.

    `hold` is shell text for a job's command: it tells the gate that the job is there, then waits.
    In a tree without the gate (a copy, or after `open`) the same text does nothing.
    """

    def __init__(self, directory, name):
        self.paths = [directory / f"{name}.up", directory / f"{name}.down"]
        for path in self.paths:
            os.mkfifo(path)
        # Opened for both directions, a fifo never blocks its opener and keeps what is written.
        self.up = os.open(self.paths[0], os.O_RDWR | os.O_CLOEXEC)
        self.down = os.open(self.paths[1], os.O_RDWR | os.O_CLOEXEC)
        self.name = name

    def hold(self, who="job"):
        """The shell text; `who` is what `arrived` returns. No newline in it, so it fits a rule."""
        # `down` is opened before the job says that it is there, so `open` cannot overtake it.
        return (
            f"if [ -p {self.name}.up ]; then "
            f"{{ echo {who} > {self.name}.up; read _; }} < {self.name}.down; fi"
        )

    def arrived(self):
        """Waits for the next job to come to the gate and returns its name."""
        line = b""
        while not line.endswith(b"\n"):
            wait_readable(self.up, f"gate {self.name}")
            line += os.read(self.up, 1)
        return line.decode().rstrip("\n")

    def nobody(self):
        """Whether no job that has not been `arrived` yet is at the gate now."""
        ready, _, _ = select.select([self.up], [], [], 0)
        return not ready

    def release(self, count=1):
        os.write(self.down, b"go\n" * count)

    def open(self):
        """Lets every later job pass."""
        for path in self.paths:
            path.unlink(missing_ok=True)

    def close(self):
        os.close(self.up)
        os.close(self.down)


class Background:
    """A tool that is running. What it prints is kept as it comes."""

    def __init__(self, args, cwd, env, **options):
        self.args = args
        self.process = subprocess.Popen(
            args,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        self.pid = self.process.pid
        self.out = b""
        self.err = b""
        self.open_fds = {self.process.stdout.fileno(): "out", self.process.stderr.fileno(): "err"}

    def _pump(self):
        ready, _, _ = select.select(list(self.open_fds), [], [], LIMIT)
        if not ready:
            raise AssertionError(f"{self.args} printed nothing for {LIMIT:.0f} s")
        for fd in ready:
            data = os.read(fd, 1 << 16)
            name = self.open_fds[fd]
            setattr(self, name, getattr(self, name) + data)
            if not data:
                del self.open_fds[fd]

    def wait_for(self, text):
        """Reads until `text` was printed, on either stream."""
        wanted = text.encode()
        while wanted not in self.out and wanted not in self.err:
            if not self.open_fds:
                raise AssertionError(f"it ended without printing {text!r}\n{self.finish()}")
            self._pump()

    def wait_for_jobs(self, count):
        """Reads until `count` jobs were reported, or the tool ended. Returns their outputs."""
        while self.open_fds and len(STATUS_LINE.findall(self.out)) < count:
            self._pump()
        return Run(self.args, 0, self.out, self.err).ran

    def signal(self, number):
        os.kill(self.pid, number)

    def kill_with_jobs(self):
        """kill -9 for the tool and all that it runs: like a machine that stops. Returns what had
        been printed."""
        with contextlib.suppress(ProcessLookupError):
            self.signal(signal.SIGSTOP)
        jobs = child_processes(self.pid)
        self.process.kill()
        for job in jobs:
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError):
                    kill(job, signal.SIGKILL)
        for job in jobs:
            wait_until(lambda job=job: not process_exists(job), f"the end of job {job}")
        return self.finish()

    def finish(self):
        while self.open_fds:
            self._pump()
        code = self.process.wait(LIMIT)
        self.process.stdout.close()
        self.process.stderr.close()
        return Run(self.args, code, self.out, self.err)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Case(unittest.TestCase):
    """A test with a tree of its own.

    Files made with write() are sources: they are what a clean build starts from. tamper() changes
    a file behind the tool's back without making it a source.
    """

    maxDiff = None
    limit = LIMIT  # seconds that one run of a tool may take

    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory(
            prefix="jig-test-", ignore_cleanup_errors=True
        )
        self.addCleanup(self._remove_tree)
        self.dir = pathlib.Path(os.path.realpath(self._temporary.name))
        self.sources = set()

    def _remove_tree(self):
        for folder, _, _ in os.walk(self._temporary.name):
            with contextlib.suppress(OSError):
                os.chmod(folder, 0o755)
        self._temporary.cleanup()

    # ---- files ------------------------------------------------------------------------------

    def path(self, name):
        return self.dir / name

    def write(self, name, content="", mode=None):
        """Makes `name` a source with this content."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        if mode is not None:
            path.chmod(mode)
        self.sources.add(name)

    def manifest(self, text, rules=RULES, name="build.ninja"):
        self.write(name, rules + textwrap.dedent(text))

    def read(self, name):
        return self.path(name).read_text()

    def tamper(self, name, content):
        self.path(name).write_bytes(content.encode() if isinstance(content, str) else content)

    def touch(self, name):
        """Gives a file a newer time; its content stays."""
        path = self.path(name)
        newer = max(time.time_ns(), path.stat().st_mtime_ns + 1_000_000)
        os.utime(path, ns=(newer, newer))

    def edit_keeping_time_and_size(self, name, content):
        """What a careless tool does: other text, same length, the old mtime put back."""
        path = self.path(name)
        before = path.stat()
        assert len(content.encode()) == before.st_size, "the length has to stay"
        path.write_bytes(content.encode())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_mtime_ns == before.st_mtime_ns

    def remove(self, name):
        path = self.path(name)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        self.sources.discard(name)

    def rename(self, old, new):
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))
        if old in self.sources:
            self.sources.remove(old)
            self.sources.add(new)

    def exists(self, name):
        return os.path.lexists(self.path(name))

    def lines(self, name):
        return self.read(name).splitlines() if self.exists(name) else []

    # ---- running ----------------------------------------------------------------------------

    def run_tool(
        self, args, cwd=None, env=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    ):
        finished = subprocess.run(
            args,
            cwd=cwd or self.dir,
            env=tool_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            timeout=self.limit,
            check=False,
            **options,
        )
        return Run(args, finished.returncode, finished.stdout or b"", finished.stderr or b"")

    def ninja(self, *args, **options):
        """Runs the tool as ninja, whatever comes of it."""
        return self.run_tool([NINJA, *args], **options)

    def jig(self, *args, **options):
        return self.run_tool([JIG, *args], **options)

    def build(self, *args, code=0, **options):
        """Runs the tool as ninja and demands the exit code."""
        run = self.ninja(*args, **options)
        self.assertEqual(run.code, code, run)
        if code == 0:
            self.assertEqual(run.errors, "", run)
        return run

    def start(self, *args, tool=None, env=None, **options):
        """Starts the tool as ninja and returns it running."""
        background = Background([tool or NINJA, *args], self.dir, tool_environment(env), **options)
        self.addCleanup(background.stop)
        return background

    def gate(self, name="gate"):
        gate = Gate(self.dir, name)
        self.addCleanup(gate.close)
        return gate

    def terminal(self, *args, tool=None, columns=80, env=None, talk=None):
        """Runs the tool as ninja on a terminal of its own. Returns its exit code and all bytes
        that the terminal received. `talk` is called with the master's descriptor meanwhile."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            [tool or NINJA, *args],
            cwd=self.dir,
            env=tool_environment({"TERM": "xterm", **(env or {})}),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=take_terminal,
        )
        self.addCleanup(lambda: process.poll() is None and process.kill())
        os.close(slave)
        if talk:
            talk(master)
        received = b""
        with contextlib.suppress(OSError):  # the end of a terminal is EIO
            while True:
                wait_readable(master, "the terminal")
                data = os.read(master, 1 << 16)
                if not data:
                    break
                received += data
        code = process.wait(LIMIT)
        os.close(master)
        return (code if code >= 0 else 128 - code), received

    # ---- claims -----------------------------------------------------------------------------

    def assert_ran(self, run, expected):
        """Exactly these jobs ran, each once."""
        self.assertEqual(sorted(run.ran), sorted(expected), run)

    def assert_nothing_to_do(self, *args, **options):
        run = self.build(*args, **options)
        self.assertEqual(run.text, "ninja: no work to do.\n", run)

    def assert_builds(self, expected, *args, **options):
        """A build runs exactly `expected`, and one right after it nothing."""
        run = self.build(*args, **options)
        self.assert_ran(run, expected)
        self.assert_nothing_to_do(*args, **options)
        return run

    def copy_sources(self, to):
        for name in sorted(self.sources):
            target = pathlib.Path(to) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.path(name).is_dir() and not self.path(name).is_symlink():
                target.mkdir(exist_ok=True)
            else:
                shutil.copy2(self.path(name), target, follow_symlinks=False)

    def tree(self, root):
        """Every file below `root` with its content, the tool's own state left out."""
        files = {}
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in STATE_FILES]
            for name in names:
                path = pathlib.Path(folder) / name
                relative = str(path.relative_to(root))
                if name not in STATE_FILES and path.is_file():
                    files[relative] = path.read_bytes()
        return files

    def assert_clean_build_equal(self, *args, stale=(), ignore=()):
        """What is built here equals, byte for byte, what a first build of the same sources makes
        in another directory. `stale` are outputs that no job makes any more; `ignore` are not
        compared."""
        with tempfile.TemporaryDirectory(prefix="jig-clean-") as other:
            self.copy_sources(other)
            run = self.ninja(*args, cwd=other)
            self.assertEqual(run.code, 0, run)
            clean = self.tree(other)
        here = self.tree(self.dir)
        for files in (clean, here):
            for name in (*stale, *ignore):
                files.pop(name, None)
        self.assertEqual(sorted(here), sorted(clean))
        for name, content in clean.items():
            self.assertEqual(here[name], content, f"{name} is not what a clean build makes")


def child_processes(pid):
    """The processes whose parent is `pid`."""
    children = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(fields[1]) == pid:
                children.append(int(stat.parent.name))
    return children


def process_exists(pid):
    """Whether a process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid):
    """Process ids of what a process started and has not waited for, whichever thread it was."""
    return [
        int(child)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]


def wait_until(condition, what):
    """For states that nothing announces, such as the death of a stranger: looks again and again."""
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {LIMIT:.0f} s: {what}")
        time.sleep(0.005)


def main():
    unittest.main(verbosity=2)
