"""Making a failing script small: fewer steps, then fewer edits, for as long as it still fails."""

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
    return best, last
