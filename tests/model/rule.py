"""The rule of truth, as docs/architecture.md states it under "When a job is up to date", and
nothing else: no disk, no clocks, no jig.

A job is up to date when its last run succeeded and is recorded, its recipe is the recorded one, all
that it reads is what was recorded, and its outputs are what it left. Jobs are looked at in the
order of what they need, each when what it reads is final; so one that makes what was there before
stops there. What needs a job that failed gets no turn, unless it was up to date without waiting for
it.
"""


class Job:
    """One action. Worlds make these anew for every build.

    key         its first output: what it is known by from build to build
    outputs     paths
    recipe      anything that can be compared
    reads       paths that it declares, the source first
    sees        called with the tree when the job's turn has come: all that counts of what it does
                not declare as a whole file (groups, closures, definitions), as something comparable
    seen        the paths of files that this is found out from
    after       paths that have to be made first and do not count
    act         called with the tree; returns an Outcome
    """

    def __init__(self, outputs, recipe, reads, act, after=(), sees=None, seen=()):
        self.key = outputs[0]
        self.outputs = outputs
        self.recipe = recipe
        self.reads = reads
        self.act = act
        self.after = list(after)
        self.sees = sees
        self.seen = list(seen)


class Outcome:
    """What a run of a job came to."""

    def __init__(self, contents, found=(), failed=False):
        self.contents = contents  # {path: bytes}; of a failed job, what it leaves lying there
        self.found = list(found)  # paths that it turned out to read
        self.failed = failed


class Broken(Exception):
    """The project cannot be built at all: nothing runs."""


class Record:
    """What is kept of a job's last good run."""

    def __init__(self, job, found, tree):
        self.recipe = job.recipe
        self.found = found  # what it was found to read
        self.inputs = inputs_of(job, found, tree)
        self.paths = job.outputs
        self.outputs = outputs_of(job, tree)


class Prediction:
    """What a build has to do."""

    def __init__(self):
        self.status = "ok"  # or "job": some failed; or "manifest": it cannot be built
        self.ran = []  # keys
        self.failed = set()  # keys
        self.blocked = set()  # keys of jobs that need one that failed
        self.removed = []  # outputs that are deleted since nothing makes them any more


def in_order(jobs, records):
    """The jobs, each after those it needs."""
    maker = {path: job for job in jobs for path in job.outputs}
    order, state = [], {}
    for root in jobs:
        stack = [(root, iter(needs(root, records, maker)))]
        if state.setdefault(root.key, "entered") == "done":
            continue
        while stack:
            job, rest = stack[-1]
            for need in rest:
                if need.key not in state:
                    state[need.key] = "entered"
                    stack.append((need, iter(needs(need, records, maker))))
                    break
                if state[need.key] == "entered":
                    raise Broken(f"{need.key} needs itself")
            else:
                state[job.key] = "done"
                order.append(job)
                stack.pop()
    return order


def counted(job, records, maker):
    """The jobs that make what this one reads, as declared or as found out by its last run."""
    record = records.get(job.key)
    found = record.found if record else []
    return [maker[path] for path in [*job.reads, *job.seen, *found] if path in maker]


def needs(job, records, maker):
    """The jobs that come before this one."""
    return counted(job, records, maker) + [maker[path] for path in job.after if path in maker]


def inputs_of(job, found, tree):
    """All that counts of what the job reads, as one comparable value. Declaring the same file in
    another place is no change, so this is sorted; a job that reads a file twice reads it once."""
    files = sorted({(path, tree.read(path)) for path in [*job.reads, *found]}, key=repr)
    return files, job.sees(tree) if job.sees else None


def outputs_of(job, tree):
    return [tree.read(path) for path in job.outputs]


def is_up_to_date(job, records, tree):
    record = records.get(job.key)
    if not record or record.recipe != job.recipe:
        return False
    outputs = outputs_of(job, tree)
    if None in outputs or outputs != record.outputs:
        return False
    return inputs_of(job, record.found, tree) == record.inputs


def build(jobs, tree, records):
    """Brings the tree and the records to where a build has to leave them."""
    prediction = Prediction()
    maker = {path: job for job in jobs for path in job.outputs}
    waited = set()  # keys of jobs that were not known to be up to date from the beginning
    for job in in_order(jobs, records):
        must_wait = waited & {need.key for need in counted(job, records, maker)}
        if not must_wait and is_up_to_date(job, records, tree):
            continue
        waited.add(job.key)
        needed = {need.key for need in needs(job, records, maker)}
        if needed & (prediction.failed | prediction.blocked):
            prediction.blocked.add(job.key)
            continue
        if is_up_to_date(job, records, tree):
            continue
        prediction.ran.append(job.key)
        outcome = job.act(tree)
        for path, content in outcome.contents.items():
            if content is None:
                tree.nodes.pop(path, None)
            else:
                tree.make(path, content)
        if outcome.failed:
            prediction.failed.add(job.key)
            prediction.status = "job"
            continue
        records[job.key] = Record(job, outcome.found, tree)
    return prediction
