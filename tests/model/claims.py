"""What may be said of an update beside the jobs that ran: that it was no full build without a good
reason, that it looked at nothing it had no business with, and that generations rise."""

# Of which kinds of projects updates are expected to be incremental.
INCREMENTAL = {"ninja", "pipelines"}

# Why everything may be looked at, and when: each is given the step and says whether it is so.
REASONS = {
    "nothing was built before": lambda step: step.number == 0,
    "a build was asked for": lambda step: step.number == 0 or step.was_broken,
    "the manifest changed": lambda step: step.manifest_changed or step.named_folders,
    "the graph was made anew": lambda step: step.manifest_changed,
    "the manifest could not be read": lambda step: step.was_broken,
    "the last build could not be planned": lambda step: step.was_broken,
    "the last build failed": lambda step: step.was_broken,
    "the last build did not come to its end": lambda step: step.was_broken,
    "FLAVOUR has another value": lambda step: step.environment_changed,
    "imports form another circle": lambda step: step.touches(".ts"),
    "a circle of imports may have opened": lambda step: step.touches(".ts"),
    "which generated modules are imported has changed": lambda step: step.touches(".ts"),
    "ignore rules changed": lambda step: ".gitignore" in step.touched,
    "a symbolic link changed": lambda step: step.changed_a_link or step.named_folders,
    "what is made no more was left there": lambda step: bool(step.touched),
}


class Step:
    """What is known of a step before it is built."""

    def __init__(self, number=0, was_broken=False, touched=()):
        self.number = number
        self.was_broken = was_broken  # the project could not be built at all before
        self.manifest_changed = False
        self.environment_changed = False
        self.named_folders = False  # they stand for all in them, the manifest and links, too
        self.changed_a_link = False  # or what one leads to
        self.touched = set(touched)  # paths of files and folders

    def next(self, broken):
        """The one that follows. What was told while nothing could be built is still to be done."""
        return Step(self.number + 1, broken, self.touched if broken else ())

    def note(self, edit):
        self.touched |= {edit.get("path"), edit.get("to")} - {None}
        self.environment_changed |= edit["op"] == "env"

    def touches(self, end):
        """Whether a file with this suffix may have changed, perhaps in a folder."""
        return any(path.endswith(end) or "." not in path for path in self.touched)

    def is_touched(self, path):
        if path in self.touched or "." in self.touched:
            return True
        return any(path.startswith(folder + "/") for folder in self.touched)


def files_of(job, records):
    record = records.get(job.key)
    return {*job.reads, *job.outputs, *job.seen, *(record.found if record else [])}


def affected(step, jobs, files, unfinished):
    """The jobs that what was touched can reach, and those that are still to be done. Those that
    have to come after one of them are reached, too: whether they have to wait must be known."""
    reached = []
    waiting = list(jobs)
    touched = set()
    while True:
        more = [
            job
            for job in waiting
            if job.key in unfinished
            or any(path in touched or step.is_touched(path) for path in job.after)
            or any(path in touched or step.is_touched(path) for path in files[job.key])
        ]
        if not more:
            return reached
        reached += more
        waiting = [job for job in waiting if job not in more]
        touched |= {path for job in more for path in job.outputs}


class Claims:
    """Judges a session's answers, one after the other."""

    def __init__(self, kind):
        self.expects = kind in INCREMENTAL
        self.generation = 0

    def judge(self, step, prediction, answer, reach):
        """Returns what is wrong with an answer, or None. `reach`: (jobs, files) that the step may
        have to do with."""
        return (
            self.judge_generation(step, prediction, answer)
            or (self.judge_kind(step, prediction, answer) if self.expects else None)
            or (self.judge_cost(prediction, answer, reach) if self.expects else None)
        )

    def judge_generation(self, step, prediction, answer):
        first = answer["full_reason"] == "a build was asked for"
        before, now = 0 if first else self.generation, answer["generation"]
        self.generation = now
        did = bool(prediction.ran or prediction.removed)
        if prediction.status == "ok" and did and now != before + 1:
            return f"the generation was {before} and is {now} after a build that changed something"
        idle = not (did or step.touched or answer["kind"] == "full")
        if (prediction.status != "ok" or idle) and now != before:
            return f"the generation was {before} and is {now} though nothing was brought to an end"
        return None

    def judge_kind(self, step, prediction, answer):
        kind, reason = answer["kind"], answer["full_reason"]
        if kind == "full":
            why = REASONS.get(reason)
            return None if why and why(step) else f"a full build because {reason!r}"
        if reason:
            return f"a reason for a full build, {reason!r}, that was none"
        if kind == "none" and prediction.ran:
            return "nothing was considered, and jobs ran"
        idle = not (step.touched or step.was_broken or prediction.failed or prediction.blocked)
        if kind != "none" and idle and not step.environment_changed:
            return f"an update of kind {kind} though nothing was named"
        return None

    @staticmethod
    def judge_cost(prediction, answer, reach):
        if answer["kind"] == "full" or prediction.status == "manifest":
            return None
        jobs, files = reach
        if answer["jobs_considered"] > jobs:
            return f"{answer['jobs_considered']} jobs were considered, at most {jobs} are affected"
        if answer["files_looked"] > files:
            return f"{answer['files_looked']} files were looked at, expected at most {files}"
        return None
