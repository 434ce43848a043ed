"""Making a failing script small: fewer steps, then fewer edits, then less of a project, for as long
as it still fails."""

import copy
import time

from . import play


def fails(script):
    """The Mismatch that playing the script ends in, or None."""
    try:
        play.play(script)
    except play.Mismatch as mismatch:
        return mismatch
    return None


def without_chunks(items, keeps_failing):
    """A sublist that still fails, found by leaving out ever smaller runs of items."""
    size = max(1, len(items) // 2)
    while True:
        at = 0
        while at < len(items):
            fewer = items[:at] + items[at + size :]
            if keeps_failing(fewer):
                items = fewer
            else:
                at += size
        if size == 1:
            return items
        size = max(1, size // 2)


def specs_of(script):
    """All specs that a script has, to be changed in place."""
    yield script["spec"]
    for step in script["steps"]:
        for edit in step:
            if edit["op"] == "spec":
                yield edit["spec"]


def without_pipeline(script, name):
    smaller = copy.deepcopy(script)
    for spec in specs_of(smaller):
        spec["pipelines"].pop(name, None)
        if not spec["pipelines"]:
            return None
    return smaller


def without_job(script, key):
    """None if anything is made of what the job makes."""
    smaller = copy.deepcopy(script)
    for spec in specs_of(smaller):
        gone = {path for job in spec["jobs"] if job["out"][0] == key for path in job["out"]}
        spec["jobs"] = [job for job in spec["jobs"] if job["out"][0] != key]
        for item in [*spec["jobs"], *spec["groups"]]:
            if gone & {*item["in"], *item.get("implicit", []), *item.get("order", [])}:
                return None
    return smaller


def without_file(script, path):
    smaller = copy.deepcopy(script)
    smaller["files"].pop(path)
    return smaller


def smaller_projects(script):
    """One project after the other that has a little less; made from the script as it is then, which
    the caller sends."""
    if script["kind"] == "pipelines":
        for name in sorted({name for spec in specs_of(script) for name in spec["pipelines"]}):
            script = yield without_pipeline(script, name)
    else:
        for key in sorted({job["out"][0] for spec in specs_of(script) for job in spec["jobs"]}):
            script = yield without_job(script, key)
    for path in sorted(script["files"]):
        script = yield without_file(script, path)


def shrink(script, mismatch, seconds):
    """A smaller script that fails, in whatever way, and its Mismatch. Gives up making it smaller
    when the time is over."""
    end = time.monotonic() + seconds
    best = copy.deepcopy(script)
    best["steps"] = best["steps"][: mismatch.step]
    if mismatch.mode in best["modes"]:
        only = {**best, "modes": [mismatch.mode], "clean_every": len(best["steps"]) + 2}
        best = only if fails(only) else best
    last = fails(best)
    if not last:  # not every time: then the long one is what there is
        return script, mismatch

    def try_steps(steps):
        nonlocal best, last
        if time.monotonic() > end:
            return False
        candidate = {**best, "steps": steps}
        found = fails(candidate)
        if found:
            best, last = candidate, found
            best["steps"] = steps[: found.step]
        return bool(found)

    without_chunks(best["steps"], try_steps)
    # What happened before the last build may as well happen at once.
    merged = [[edit for step in best["steps"] for edit in step]]
    try_steps(merged)
    for index in reversed(range(len(best["steps"]))):
        if index >= len(best["steps"]):
            continue
        steps = best["steps"]
        without_chunks(
            steps[index],
            lambda edits, index=index, steps=steps: try_steps(
                steps[:index] + [edits] + steps[index + 1 :]
            ),
        )
    candidates = smaller_projects(best)
    candidate = next(candidates, None)
    while time.monotonic() < end:
        found = fails(candidate) if candidate else None
        if found and found.mode == last.mode and found.what[:20] == last.what[:20]:
            best, last = candidate, found
        try:
            candidate = candidates.send(best)
        except StopIteration:
            break
    return best, last
