"""The ways to build. Each mode has a tree of its own, to which the same edits are done; `build`
brings it up to date in its way and says what that came to.

Environment: JIG_BIN is the jig under test, JIG_MODEL_DRIVER the program of driver.c, JIG_TEST_SLOW
a factor on time limits.
"""

import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time

from . import tree as trees

JIG = os.path.abspath(os.environ["JIG_BIN"])
DRIVER = os.path.abspath(os.environ["JIG_MODEL_DRIVER"])
SLOW = float(os.environ.get("JIG_TEST_SLOW", "1"))
LIMIT = 60 * SLOW

EXPLAIN = re.compile(r"^jig explain: (?P<output>.+?): (?P<reason>.*)$", re.MULTILINE)
# Every so many changes, the folder is named and not the file: it stands for all in it. Not the root,
# as long as updates of pipelines do not look for a jig.yaml that changed when that is named.
NAME_FOLDER = 6

# What is explained that is no job, and the job that only watched trees have.
BESIDE_JOBS = {"everything was looked at", "pulse/beat.made"}
END = re.compile(rb"^jig: (?:\d+ jobs? run(?: \(\d+ failed\))?, .*|no work to do\.)\n", re.MULTILINE)
HEAD = re.compile(rb"^jig: (?:\d+ changes?: .*|anything may have changed: .*)\n", re.MULTILINE)
ERROR = re.compile(rb"^jig: error: .*\n", re.MULTILINE)
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

    def __init__(self, status, ran, text, removed=None, update=None, blocks=1):
        self.status = status  # "ok", "job", "manifest", or what else went wrong
        self.ran = ran  # first outputs of the jobs that were started, in order
        self.removed = removed  # outputs that were deleted since nothing makes them
        self.text = text  # for people
        self.update = update  # the driver's answer
        self.blocks = blocks  # how many builds it was


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
        trees.lay(self.root, dict(nodes))

    def edit(self, edit):
        changes = trees.edit_disk(self.root, edit)
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

    def build(self, expected):
        return run_jig(self.root, self.env)


class Session(Mode):
    """A session that stays, and is told what changed."""

    name = "session"
    options = ()  # of the driver, beside the manifest

    def __init__(self, parent, world):
        super().__init__(parent, world)
        self.process = None
        self.pending = []  # commands not sent yet
        self.noted = 0  # changes
        self.named = set()  # folders, since the last build
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
        for kind, path in changes:
            self.noted += 1
            if self.noted % NAME_FOLDER == 0:
                kind, path = "update", os.path.dirname(path) or "."
                self.named.add(path)
            self.pending.append(f"change {kind} {path}")

    def set_variable(self, name, value):
        """No change set can name that: the whole is looked at."""
        super().set_variable(name, value)
        self.pending.append(f"env {name}" if value is None else f"env {name}={value}")
        self.pending.append(f"lost {name} has another value")

    def build(self, expected):
        if not self.process:
            opened = self.start()
            if opened["status"] != "ok":
                self.close()
                return self.result_of({**opened, "ran": [], "removed": []}, False)
        answer = self.ask([*self.pending, "update" if self.built else "build"])
        self.pending = []
        self.built = True
        return self.result_of(answer)

    def result_of(self, answer, built=True):
        status = "manifest" if answer["status"] in UNBUILDABLE else answer["status"]
        ran = [output for output, _ in answer["ran"]]
        text = json.dumps(answer, indent=1)
        return Result(status, ran, text, answer["removed"], answer if built else None)

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


class Daemon(Mode):
    """`jig build --daemon`: a process that comes and has the build done by one that stays."""

    name = "daemon"

    def __init__(self, parent, world):
        super().__init__(parent, world)
        self.env["XDG_RUNTIME_DIR"] = os.path.join(parent, "run")
        os.mkdir(self.env["XDG_RUNTIME_DIR"], 0o700)

    def build(self, expected):
        result = run_jig(self.root, self.env, "--daemon")
        if "the daemon" in result.text:  # it says so when it builds without one
            raise Failure(f"the daemon did not build\n{result.text}")
        return result

    def close(self):
        subprocess.run(
            [JIG, "daemon", "stop"],
            cwd=self.root,
            env=environment(self.env),
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )


class Watch(Mode):
    """`jig build --watch`, which is told nothing. What happens in a step happens all at once, after
    the build of the step before has ended, so that it should be one change set; with it goes a
    change of a file that only this mode has, so that there always is a build to wait for."""

    name = "watch"

    def __init__(self, parent, world):
        super().__init__(parent, world)
        self.process = None
        self.edits = []  # to be done all at once
        self.beats = 0
        self.is_broken = False  # nothing could be built in the last step
        self.out = self.err = b""  # since the step began

    # ---- the tree -------------------------------------------------------------------------------

    def lay(self, nodes):
        super().lay(self.with_pulse(path, node) for path, node in nodes.items())
        self.beat()

    def with_pulse(self, path, node):
        if path == self.world.manifest:
            node = self.world.add_pulse(node.decode()).encode()
        return path, node

    def edit(self, edit):
        if edit["op"] == "env":
            self.set_variable(edit["name"], edit["value"])
            self.close()
            return
        if edit.get("path") == self.world.manifest and "text" in edit:
            edit = {**edit, "text": self.world.add_pulse(edit["text"])}
        self.edits.append(edit)

    def beat(self):
        self.beats += 1
        trees.write_file(os.path.join(self.root, "pulse/beat.txt"), f"{self.beats}\n")

    def has_beaten(self):
        try:
            with open(os.path.join(self.root, "pulse/beat.made"), encoding="utf-8") as file:
                return file.read() == f"{self.beats}\n"
        except FileNotFoundError:
            return False

    def snapshot(self):
        found = super().snapshot()
        manifest = found.get(self.world.manifest)
        if manifest:
            text = manifest.decode().replace(self.world.add_pulse(""), "")
            found[self.world.manifest] = text.encode()
        return {path: node for path, node in found.items() if not path.startswith("pulse/")}

    # ---- the process ----------------------------------------------------------------------------

    def start(self):
        args = [JIG, "build", "--watch", "--debounce", "50", "--explain", "-k", "0", "-j", "2"]
        self.process = subprocess.Popen(
            args,
            cwd=self.root,
            env=environment(self.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def build(self, expected):
        self.out = self.err = b""
        for edit in self.edits:
            trees.edit_disk(self.root, edit)
        self.edits = []
        self.beat()
        if not self.process:
            self.start()
        was_broken, self.is_broken = self.is_broken, expected == "manifest"
        if self.is_broken and was_broken:
            return Result("manifest", [], "")  # it has said so, and does not say so again
        blocks = self.wait()
        out, errors = self.out.decode("utf-8", "replace"), self.err.decode("utf-8", "replace")
        failed = "jig: build stopped" in out.rpartition(" change")[2]
        return Result(
            "manifest" if self.is_broken else "job" if failed else "ok",
            [m["output"] for m in EXPLAIN.finditer(errors) if m["output"] not in BESIDE_JOBS],
            f"{blocks} builds\n{out}{errors}",
            removed=REMOVED.findall(out),
            blocks=blocks,
        )

    def has_ended(self):
        """Whether the build is over that the last beat was in: one that began before the file was
        made, and whose last line has come."""
        if self.is_broken:
            return ERROR.search(self.err)
        if not self.has_beaten():
            return False
        self.read(0)
        ends = [match.end() for match in END.finditer(self.out)]
        heads = [match.end() for match in HEAD.finditer(self.out)]
        return bool(ends) and ends[-1] > max(heads, default=0)

    def wait(self):
        """Reads until the build has ended. Returns how many there were."""
        end = time.monotonic() + LIMIT
        while not self.has_ended():
            if not self.read(max(0, end - time.monotonic())):
                raise Failure(f"no build came within {LIMIT:.0f} s\n{self.out}\n{self.err}")
        return max(1, len(END.findall(self.out)), len(HEAD.findall(self.out)))

    def read(self, seconds):
        """Takes in what is printed, and waits for it so long at most. True if there was any."""
        streams = {self.process.stdout: "out", self.process.stderr: "err"}
        anything = False
        while ready := select.select(list(streams), [], [], 0 if anything else seconds)[0]:
            for stream in ready:
                data = os.read(stream.fileno(), 1 << 16)
                if not data:
                    raise Failure(f"the watch ended\n{self.out.decode()}{self.err.decode()}")
                setattr(self, streams[stream], getattr(self, streams[stream]) + data)
            anything = True
        return anything

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stderr.close()
        self.process = None


MODES = {mode.name: mode for mode in (Fresh, Session, Watch, Daemon)}


def build_clean(world, nodes, env):
    """A first build of these sources. Returns its result and what lies there then."""
    with tempfile.TemporaryDirectory(prefix="jig-model-clean-") as root:
        trees.lay(root, nodes)
        result = run_jig(root, env)
        found = trees.snapshot(root, world.ignored)
        shutil.rmtree(root, ignore_errors=True)
        os.mkdir(root)
    return result, found
