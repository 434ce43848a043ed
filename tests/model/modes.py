"""The ways to build. Each mode has a tree of its own, to which the same edits are done; `build`
brings it up to date in its way and says what that came to.

Environment: JIG_BIN is the jig under test, JIG_MODEL_DRIVER the program of driver.c, JIG_TEST_SLOW a
factor on time limits.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile

from . import tree as trees

JIG = os.path.abspath(os.environ.get("JIG_BIN", "jig"))
DRIVER = os.path.abspath(os.environ.get("JIG_MODEL_DRIVER", "model_driver"))
SLOW = float(os.environ.get("JIG_TEST_SLOW", "1"))
LIMIT = 60 * SLOW

# Whether an update notices that a file changed which is read by way of a symbolic link, when only the
# file is named. Until then the link is named as well.
SEES_BEHIND_LINKS = False

EXPLAIN = re.compile(r"^jig explain: (?P<output>.+?): (?P<reason>.*)$", re.MULTILINE)
REMOVED = re.compile(r"^removed (?P<path>.*) \(its source is gone\)$", re.MULTILINE)
STATUS_OF_EXIT = {0: "ok", 1: "job", 2: "manifest"}
# Names of the library's for what the model only calls a project that cannot be built.
UNBUILDABLE = {"manifest", "syntax", "usage"}


def environment(extra):
    """A small fixed one, so that no setting of the machine reaches a job."""
    env = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
    }
    env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    env.update(extra)
    return env


class Result:
    """What one build came to."""

    def __init__(self, status, ran, text, removed=None, update=None):
        self.status = status  # "ok", "job", "manifest", or what else went wrong
        self.ran = ran  # first outputs of the jobs that were started, in order
        self.removed = removed  # outputs that were deleted since nothing makes them
        self.text = text  # for people
        self.update = update  # the driver's answer


class Failure(Exception):
    """A tool did something that is wrong whatever the project: hung, crashed, talked nonsense."""


class Mode:
    def __init__(self, parent, world):
        self.root = os.path.join(parent, self.name)
        self.world = world
        self.env = {}
        os.mkdir(self.root)

    def lay(self, nodes):
        """The tree to begin with."""
        trees.lay(self.root, nodes)

    def edit(self, edit, links):
        """Does an edit; `links` lead to what it changes."""
        changes = trees.edit_disk(self.root, edit)
        if not SEES_BEHIND_LINKS:
            changes += [["update", link] for link in links]
        if edit["op"] == "env":
            self.set_variable(edit["name"], edit["value"])
        self.note(changes)

    def set_variable(self, name, value):
        self.env.pop(name, None)
        if value is not None:
            self.env[name] = value

    def note(self, changes):
        """Hears what an edit changed, as [kind, path]."""

    def snapshot(self):
        return trees.snapshot(self.root, self.world.ignored)

    def close(self):
        pass


def run_jig(root, env, *args):
    """A process of its own, from beginning to end."""
    args = [JIG, "build", "--explain", "-k", "0", "-j", "2", *args]
    try:
        done = subprocess.run(
            args,
            cwd=root,
            env=environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{args} did not end within {LIMIT:.0f} s") from error
    errors = done.stderr.decode("utf-8", "replace")
    out = done.stdout.decode("utf-8", "replace")
    return Result(
        STATUS_OF_EXIT.get(done.returncode, f"exit code {done.returncode}"),
        [match["output"] for match in EXPLAIN.finditer(errors)],
        f"{' '.join(args)}: exit code {done.returncode}\n{out}{errors}",
        removed=REMOVED.findall(out),
    )


class Fresh(Mode):
    """A process that comes, finds what the one before left in .jig, and goes."""

    name = "fresh"

    def build(self):
        return run_jig(self.root, self.env)


class Session(Mode):
    """A session that stays, and is told what changed."""

    name = "session"
    options = ()  # of the driver, beside the manifest

    def __init__(self, parent, world):
        super().__init__(parent, world)
        self.process = None
        self.pending = []  # commands not sent yet
        self.built = False

    def start(self):
        args = [DRIVER, "-f", self.world.manifest, *self.options]
        self.process = subprocess.Popen(
            args,
            cwd=self.root,
            env=environment(self.env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return self.read_answer()

    def read_answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.stdin.close()
            code = self.process.wait(LIMIT)
            raise Failure(f"the driver ended with {code}\n{self.process.stderr.read().decode()}")
        return json.loads(line)

    def ask(self, commands):
        """Sends commands and returns the answer to the last."""
        self.process.stdin.write("".join(command + "\n" for command in commands).encode())
        self.process.stdin.flush()
        return [self.read_answer() for _ in commands][-1]

    def note(self, changes):
        self.pending += [f"change {kind} {path}" for kind, path in changes]

    def set_variable(self, name, value):
        """No change set can name that: the whole is looked at."""
        super().set_variable(name, value)
        self.pending.append(f"env {name}" if value is None else f"env {name}={value}")
        self.pending.append(f"lost {name} has another value")

    def build(self):
        if not self.process:
            opened = self.start()
            if opened["status"] != "ok":
                self.close()
                return self.result_of({**opened, "ran": [], "removed": []})
        answer = self.ask([*self.pending, "update" if self.built else "build"])
        self.pending = []
        self.built = True
        return self.result_of(answer)

    def result_of(self, answer):
        status = "manifest" if answer["status"] in UNBUILDABLE else answer["status"]
        ran = [output for output, _ in answer["ran"]]
        return Result(status, ran, json.dumps(answer, indent=1), answer["removed"], answer)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()
        self.process = None


def faulty_session(*options):
    """A session whose driver has a fault; see driver.c."""
    return type("FaultySession", (Session,), {"options": options})


MODES = {mode.name: mode for mode in (Fresh, Session)}


def build_clean(world, nodes, env):
    """A first build of these sources. Returns its result and what lies there then."""
    with tempfile.TemporaryDirectory(prefix="jig-model-clean-") as root:
        trees.lay(root, nodes)
        result = run_jig(root, env)
        found = trees.snapshot(root, world.ignored)
        shutil.rmtree(root, ignore_errors=True)
        os.mkdir(root)
    return result, found
