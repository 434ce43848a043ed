"""What the tests of the daemon stand on: `jig build --daemon`, with sockets in a folder of the
test's own, and no daemon left behind whatever happens.
"""

import contextlib
import json
import os
import pathlib
import signal
import tempfile

from harness import JIG, Background, process_exists, tool_environment, wait_until
from pipeline_harness import PipelineCase, PipelineRun


def held(gate):
    """Shell text, for a jig.yaml, that holds a job at the gate."""
    return gate.hold().replace("{", "{{").replace("}", "}}")


def daemons_below(directory):
    """Process ids of all that run the jig under test in or below a folder."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            where = os.readlink(entry / "cwd").removesuffix(" (deleted)")
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if command[1:3] == [b"daemon", b"serve"] and (where + "/").startswith(
                str(directory) + "/"
            ):
                found.append(int(entry.name))
    return found


class DaemonCase(PipelineCase):
    """`jig` and `build` are as in PipelineCase, and `warm` asks a daemon to build."""

    def setUp(self):
        super().setUp()
        sockets = tempfile.TemporaryDirectory(prefix="jig-run-", ignore_cleanup_errors=True)
        self.addCleanup(sockets.cleanup)
        self.runtime = pathlib.Path(sockets.name)
        self.addCleanup(self.end_daemons)

    def end_daemons(self):
        for pid in daemons_below(self.dir):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: not process_exists(pid), f"the end of daemon {pid}")

    def environment(self, extra=None):
        return {"XDG_RUNTIME_DIR": str(self.runtime), **(extra or {})}

    def jig(self, *args, env=None, **options):
        return super().jig(*args, env=self.environment(env), **options)

    def warm(self, *args, code=0, **options):
        """As `build`, by a daemon; nothing else builds if that cannot."""
        return self.build("--daemon", *args, code=code, **options)

    def start_warm(self, *args, env=None, **options):
        """Starts `jig build --daemon` and returns it running."""
        background = Background(
            [JIG, "build", "--daemon", *args],
            self.dir,
            tool_environment(self.environment(env)),
            **options,
        )
        self.addCleanup(background.stop)
        return background

    def status(self, *args, **options):
        run = self.jig("daemon", "status", "--json", *args, **options)
        self.assertEqual(run.code, 0, run)
        return json.loads(run.text)

    def pid(self, *args):
        """Of the daemon that runs here; fails if there is none."""
        return self.status(*args)["pid"]

    def assert_no_daemon(self, *args):
        self.assertEqual(self.status(*args), {"running": False})

    def wait_for_end(self, pid):
        wait_until(lambda: not process_exists(pid), f"the end of daemon {pid}")

    def socket(self):
        (path,) = (self.runtime / "jig").glob("*.sock")
        return path

    def plain_and_warm(self, *args, env=None, prepare=lambda: None, **options):
        """The same `jig build` without and with a daemon, from the same state of things."""
        runs = []
        for wish in ("--no-daemon", "--daemon"):
            prepare()
            runs.append(PipelineRun(self.jig("build", wish, *args, env=env, **options)))
        return runs
