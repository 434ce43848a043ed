"""Runs the model's tests.

    python3 -m model.run suite KIND FIRST LAST STEPS   seeds FIRST up to but not LAST
    python3 -m model.run soak MINUTES                  seeds without end, of all kinds
    python3 -m model.run replay FILE                   plays what a failure left behind
    python3 -m model.run fault KIND                    plants faults, which must be found
    python3 -m model.run memory KIND UPDATES           a session must not grow

from the folder `tests`; modes.py says what the environment has to hold. A seed that fails is shrunk
and left behind as a replay file, in JIG_MODEL_REPLAYS or the current directory.

    --modes fresh,session   in which modes
    --clean-every N         how often a clean build is compared as well
    --shrink SECONDS        how long to make a failure smaller
"""

import argparse
import json
import os
import random
import sys
import time

from . import memory, ninja_world, pipeline_edits, play, shrink

KINDS = {"ninja": ninja_world, "pipelines": pipeline_edits}


def make_script(kind, seed, args):
    """A project made up from a seed, and what is to happen to it still open."""
    rng = random.Random(f"{kind} {seed}")
    spec, files, links = KINDS[kind].invent(rng)
    script = {
        "kind": kind,
        "seed": seed,
        "modes": args.modes.split(","),
        "clean_every": args.clean_every,
        "spec": spec,
        "files": files,
        "links": links,
        "steps": [],
    }
    return script, rng


def run_seed(kind, seed, steps, args, driver=()):
    """Returns how many steps were played well, and the script and its Mismatch if there was one."""
    script, rng = make_script(kind, seed, args)
    if driver:
        script["driver"] = list(driver)
    try:
        play.improvise(script, KINDS[kind].Edits, rng, steps)
    except play.Mismatch as mismatch:
        return len(script["steps"]), script, mismatch
    return len(script["steps"]), script, None


def keep(script, name):
    """Leaves a script behind. Returns its path."""
    path = os.path.join(os.environ.get("JIG_MODEL_REPLAYS", os.getcwd()), name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(script, file, indent=1)
        file.write("\n")
    return path


def items_of(spec):
    """What a spec says, in pieces that can be told apart."""
    items = []
    for key, value in spec.items():
        if isinstance(value, list):
            items += [json.dumps(item) for item in value]
        elif isinstance(value, dict):
            items += [f"{name}: {json.dumps(item)}" for name, item in value.items()]
        else:
            items.append(f"{key}: {json.dumps(value)}")
    return items


def show(script):
    """The steps as a person reads them; of a manifest, what is another one than before."""
    spec = items_of(script["spec"])
    for number, edits in enumerate(script["steps"], 1):
        for edit in edits:
            what = {key: value for key, value in edit.items() if key not in ("op", "spec")}
            print(f"  step {number}: {edit['op']} {json.dumps(what) if what else ''}")
            if edit["op"] == "spec":
                now = items_of(edit["spec"])
                print("".join(f"    - {item}\n" for item in spec if item not in now), end="")
                print("".join(f"    + {item}\n" for item in now if item not in spec), end="")
                spec = now


def report(kind, seed, script, mismatch, args):
    print(f"{kind} seed {seed}: {mismatch}\n", flush=True)
    smaller, why = shrink.shrink(script, mismatch, args.shrink)
    path = keep(smaller, f"model-{kind}-{seed}.json")
    print("\n".join(items_of(smaller["spec"])))
    print(f"shrunk to {len(smaller['steps'])} steps:")
    show(smaller)
    print(f"{why}\n\nplay it again: python3 -m model.run replay {path}", flush=True)
    return smaller, why, path


def suite(args):
    done = 0
    for seed in range(args.first, args.last):
        steps, script, mismatch = run_seed(args.kind, seed, args.steps, args)
        done += steps
        if mismatch:
            report(args.kind, seed, script, mismatch, args)
            return 1
    print(f"{args.kind}: {args.last - args.first} seeds, {done} steps, no difference")
    return 0


def soak(args):
    end = time.monotonic() + 60 * args.minutes
    seed = args.first
    done = 0
    bad = 0
    while time.monotonic() < end:
        for kind in KINDS:
            steps, script, mismatch = run_seed(kind, seed, args.steps, args)
            done += steps
            if mismatch:
                bad += 1
                report(kind, seed, script, mismatch, args)
        seed += 1
    print(f"{seed - args.first} seeds of each kind, {done} steps, {bad} seeds with a difference")
    return 1 if bad else 0


def replay(args):
    with open(args.file, encoding="utf-8") as file:
        script = json.load(file)
    mismatch = shrink.fails(script)
    print(mismatch if mismatch else "no difference")
    return 1 if mismatch else 0


FAULTS = [("--skip-update", "3"), ("--drop-change", "4")]


def fault(args):
    """A session that misses something must be found out, the script shrunk, and the replay fail in
    the same way; and without the fault it must pass."""
    for driver in FAULTS:
        for seed in range(args.first, args.first + 20):
            _, script, mismatch = run_seed(args.kind, seed, args.steps, args, driver)
            if mismatch:
                break
        else:
            print(f"{driver} was not found out in 20 seeds")
            return 1
        if mismatch.mode != "session":
            print(f"{driver} was found in {mismatch.mode}: {mismatch}")
            return 1
        smaller, _, path = report(args.kind, seed, script, mismatch, args)
        if sum(map(len, smaller["steps"])) > sum(map(len, script["steps"])):
            print("it was not made smaller")
            return 1
        with open(path, encoding="utf-8") as file:
            again = json.load(file)
        if not shrink.fails(again):
            print(f"{path} does not fail again")
            return 1
        del again["driver"]
        innocent = shrink.fails(again)
        if innocent:
            print(f"{path} fails without the fault, too: {innocent}")
            return 1
        os.unlink(path)
    print("each planted fault was found, shrunk and played again")
    return 0


def memory_test(args):
    wrong = memory.measure(args.kind, args.updates)
    if wrong:
        print(wrong)
    return 1 if wrong else 0


def parse(arguments):
    parser = argparse.ArgumentParser(prog="model.run", description=__doc__.splitlines()[0])
    parser.add_argument("--modes", default="fresh,session")
    parser.add_argument("--clean-every", type=int, default=8)
    parser.add_argument("--shrink", type=float, default=60)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--steps", type=int, default=40)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("suite")
    one.add_argument("kind", choices=KINDS)
    one.add_argument("first", type=int)
    one.add_argument("last", type=int)
    one.add_argument("steps", type=int)
    one.set_defaults(run=suite)
    one = commands.add_parser("soak")
    one.add_argument("minutes", type=float)
    one.set_defaults(run=soak)
    one = commands.add_parser("replay")
    one.add_argument("file")
    one.set_defaults(run=replay)
    one = commands.add_parser("fault")
    one.add_argument("kind", choices=KINDS)
    one.set_defaults(run=fault)
    one = commands.add_parser("memory")
    one.add_argument("kind", choices=KINDS)
    one.add_argument("updates", type=int)
    one.set_defaults(run=memory_test)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    parsed = parse(sys.argv[1:])
    sys.exit(parsed.run(parsed))
