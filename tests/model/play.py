"""Playing a script: a project and steps of edits, built after each step in every mode and compared
with what the model says. A script is JSON, so that it can be kept, shrunk and played again:

    {"kind": "ninja", "spec": …, "files": {path: text}, "links": {path: to},
     "steps": [[edit, …], …], "modes": ["fresh", "session"], "driver": [options], "clean_every": n}
"""

import contextlib
import difflib
import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from . import claims, modes, rule
from .ninja_world import NinjaWorld
from .pipeline_world import PipelineWorld
from .tree import Link, Tree

WORLDS = {world.kind: world for world in (NinjaWorld, PipelineWorld)}


class Mismatch(Exception):
    """A mode did not do what the model says."""

    def __init__(self, step, mode, what):
        super().__init__(f"after step {step}, {mode}: {what}")
        self.step = step
        self.mode = mode
        self.what = what


class Play:
    """A script on its way."""

    def __init__(self, script):
        self.script = script
        self.world = WORLDS[script["kind"]](script["spec"])
        nodes = {path: text.encode() for path, text in script["files"].items()}
        nodes.update({path: Link(to) for path, to in script["links"].items()})
        self.tree = Tree(nodes)
        self.records = {}
        self.unfinished = set()  # keys of jobs that failed, or wait for one that did
        self.jobs = []
        self.files_of = {}  # key of a job: all that it has to do with
        self.steps_done = 0
        self.rendered = None  # the manifest as it was built last
        self.now = claims.Step()
        self.claims = claims.Claims(script["kind"])
        self.place = tempfile.mkdtemp(prefix="jig-model-")
        self.pool = ThreadPoolExecutor(4)
        self.modes = [self.mode_class(name)(self.place, self.world) for name in script["modes"]]
        self.write_manifests({})
        for mode in self.modes:
            mode.lay(self.tree.nodes)

    def mode_class(self, name):
        options = self.script.get("driver")
        faulty = options and name == "session"
        return modes.faulty_session(*options) if faulty else modes.MODES[name]

    def close(self):
        for mode in self.modes:
            mode.close()
        self.pool.shutdown()
        shutil.rmtree(self.place, ignore_errors=True)

    # ---- edits ----------------------------------------------------------------------------------

    def write_manifests(self, before):
        """Brings the manifest's files to what the spec says; returns the edits that does it in the
        modes' trees."""
        now = self.world.render()
        edits = [{"op": "write", "path": path, "text": text} for path, text in now.items()]
        edits += [{"op": "remove", "path": path} for path in before if path not in now]
        for edit in edits:
            self.tree.apply(edit)
        return edits

    def edit(self, edit):
        """Does one edit everywhere, unless it does not fit."""
        if not self.tree.fits(edit):
            return
        if edit["op"] == "spec":
            before = self.world.render()
            self.world.spec = edit["spec"]
            for written in self.write_manifests(before):
                self.edit_disks(written)
            return
        if edit["op"] == "rest":
            time.sleep(0.03)  # docs/architecture.md, "Fingerprints": 20 ms
        if edit["op"] == "env":
            self.world.environment[edit["name"]] = edit["value"]
        self.now.changed_a_link |= self.is_about_a_link(edit)
        self.tree.apply(edit)
        self.edit_disks(edit)

    def is_about_a_link(self, edit):
        paths = [path for path in (edit.get("path"), edit.get("to")) if path]
        paths += [below for path in paths for below in self.tree.below(path)]
        return edit["op"] == "link" or any(isinstance(self.tree.nodes.get(p), Link) for p in paths)

    def edit_disks(self, edit):
        self.now.note(edit)
        touched = {edit.get("path"), edit.get("to")}
        links = [path for path in self.tree.nodes if self.tree.real(path) in touched - {path}]
        self.now.touched |= set(links)
        self.now.changed_a_link |= bool(links)
        for mode in self.modes:
            mode.edit(edit)

    # ---- steps ----------------------------------------------------------------------------------

    def predict(self):
        """What a build has to do now; the imagined tree is brought to where it leaves it."""
        try:
            removed = self.world.stale(self.tree, self.records, self.world.jobs(self.tree))
            # What was stale and is not deleted is a source now.
            self.jobs = self.world.jobs(self.tree)
            if self.now.manifest_changed:
                self.files_of = {}
            self.remember_files()
            prediction = rule.build(self.jobs, self.tree, self.records)
            self.remember_files()
            prediction.removed = removed
            return prediction
        except rule.Broken as broken:
            prediction = rule.Prediction()
            prediction.status = "manifest"
            prediction.why = str(broken)
            return prediction

    def remember_files(self):
        """A session does not forget that a job was once found to read a file, until its graph is
        made anew."""
        self.files_of = {
            job.key: claims.files_of(job, self.records) | self.files_of.get(job.key, set())
            for job in self.jobs
        }

    def step(self, edits):
        """Does the edits, builds everywhere, and compares."""
        for edit in edits:
            self.edit(edit)
        self.now.manifest_changed = self.world.render() != self.rendered
        self.rendered = self.world.render()
        prediction = self.predict()
        results = list(self.pool.map(lambda mode: self.build(mode, prediction), self.modes))
        for mode, result in zip(self.modes, results):
            self.compare_result(mode.name, prediction, result)
            if result.update:
                self.compare_update(mode, prediction, result)
        for mode, found in zip(self.modes, self.pool.map(lambda mode: mode.snapshot(), self.modes)):
            self.compare_trees(mode.name, self.tree.nodes, found)
        self.unfinished = prediction.failed | prediction.blocked
        self.steps_done += 1
        self.now = self.now.next(broken=prediction.status == "manifest")
        if self.steps_done % self.script.get("clean_every", 1) == 0:
            self.compare_clean()

    def build(self, mode, prediction):
        try:
            return mode.build(prediction.status)
        except modes.Failure as failure:
            raise Mismatch(self.steps_done, mode.name, str(failure)) from failure

    # ---- claims ---------------------------------------------------------------------------------

    def differ(self, mode, what):
        raise Mismatch(self.steps_done, mode, what)

    def compare_result(self, mode, prediction, result):
        if result.status != prediction.status:
            why = getattr(prediction, "why", "")
            self.differ(mode, f"{result.status} and not {prediction.status} {why}\n{result.text}")
        if result.blocks > 1:
            return  # what happened was not seen all at once; what lies there must be the same
        many = sorted(set(result.ran) - set(prediction.ran))
        few = sorted(set(prediction.ran) - set(result.ran))
        twice = sorted({key for key in result.ran if result.ran.count(key) > 1})
        if many or few or twice:
            self.differ(
                mode,
                f"jobs that ran and need not: {many}; that did not and had to: {few}; "
                f"that ran twice: {twice}\n{result.text}",
            )
        if result.removed is not None and sorted(result.removed) != sorted(prediction.removed):
            self.differ(
                mode, f"removed {result.removed} and not {prediction.removed}\n{result.text}"
            )

    def compare_update(self, mode, prediction, result):
        self.now.touched |= set(prediction.removed) | mode.named
        self.now.named_folders = bool(mode.named)
        mode.named = set()
        unfinished = self.unfinished | prediction.failed | prediction.blocked
        affected = claims.affected(self.now, self.jobs, self.files_of, unfinished)
        # Each is looked at once to find out, and again by each job that has read or made it.
        looks = 8 + 2 * len(self.now.touched)
        looks += sum(3 * len(self.files_of[job.key]) for job in affected)
        reach = len(affected) + self.world.virtual_jobs(), looks
        wrong = self.claims.judge(self.now, prediction, result.update, reach)
        if wrong:
            self.differ(mode.name, f"{wrong}\n{result.text}")

    def compare_trees(self, mode, expected, found):
        lines = []
        for path in sorted(expected.keys() | found.keys()):
            if path not in found:
                lines.append(f"{path} is not there")
            elif path not in expected:
                lines.append(f"{path} is there and should not be")
            elif expected[path] != found[path]:
                lines += difference(path, expected[path], found[path])
        if lines:
            self.differ(mode, "\n".join(lines))

    def compare_clean(self):
        """A first build of the sources alone: what it makes is what the modes have, as far as jobs
        succeed in both; and what it leaves is what the model says."""
        tree = Tree(self.tree.sources())
        try:
            jobs = self.world.jobs(tree)
            prediction = rule.build(jobs, tree, {})
        except rule.Broken:
            return
        result, found = modes.build_clean(self.world, self.tree.sources(), self.modes[0].env)
        self.compare_result("clean", prediction, result)
        self.compare_trees("clean", tree.nodes, found)
        failed = prediction.failed | prediction.blocked
        for job in jobs:
            if job.key in failed or not rule.is_up_to_date(job, self.records, self.tree):
                continue
            for path in job.outputs:
                if self.tree.read(path) != found.get(path):
                    self.differ("clean", f"{path} is not what the other modes have")


def difference(path, expected, found):
    if isinstance(expected, Link) or isinstance(found, Link):
        return [f"{path}: expected {expected!r}, found {found!r}"]
    texts = [node.decode("utf-8", "replace").splitlines() for node in (expected, found)]
    names = [f"{path} as predicted", f"{path} as found"]
    return list(difflib.unified_diff(*texts, *names, lineterm=""))


def play(script, progress=None):
    """Plays a script from its beginning. Raises Mismatch."""
    with contextlib.closing(Play(script)) as playing:
        playing.step([])
        for edits in script["steps"]:
            playing.step(edits)
            if progress:
                progress()


def improvise(script, editor, rng, steps, progress=None):
    """Plays a script that is made up on the way: `editor(rng, world, tree)` has some_edits. What
    was done is appended to the script's steps, also when that ends in a Mismatch."""
    with contextlib.closing(Play(script)) as playing:
        playing.step([])
        edits = editor(rng, playing.world, playing.tree)
        for _ in range(steps):
            done = []
            script["steps"].append(done)
            for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 2, 3, 6])):
                for edit in edits.some_edits():
                    done.append(edit)
                    playing.edit(edit)
            playing.step([])
            if progress:
                progress()


def path_of_replays():
    return os.environ.get("JIG_MODEL_REPLAYS", os.getcwd())
