"""What jig's resolvers say, against the tools whose rules they follow.

TypeScript's own `ts.resolveModuleName`, over the sources of npm packages and over monorepos made at
random; gcc; protoc. Every difference is explained by a row of a table, and every row is needed.

Environment: JIG_RESOLVER_DUMP, the program that answers for jig; JIG_REAL_SOURCES, where what is
downloaded is kept.
"""

import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

from resolver_workspace import Workspace

DUMP = os.environ["JIG_RESOLVER_DUMP"]
SOURCES = pathlib.Path(os.environ["JIG_REAL_SOURCES"])
ORACLE = pathlib.Path(__file__).parent / "resolver_oracle.js"

TYPESCRIPT = "typescript@5.6.3"
PACKAGES = [
    "@reduxjs/toolkit@2.3.0",
    "@types/node@22.8.1",
    "@types/react@18.3.12",
    "date-fns@4.1.0",
    "graphql@16.9.0",
    "preact@10.24.3",
    "rxjs@7.8.1",
    "vite@5.4.10",
    "zod@3.23.8",
]

NOTHING = "(none)"  # external and unresolved are one to TypeScript


def answers_of_jig(folder, kind, questions, *options):
    """[(path or word)] to [(from, specifier, import kind)]."""
    lines = "".join(f"{source}\t{name}\t{how}\n" for source, name, how in questions)
    done = subprocess.run(
        [DUMP, kind, *options], cwd=folder, input=lines, capture_output=True, text=True, check=True
    )
    answers = done.stdout.splitlines()
    assert len(answers) == len(questions)
    return answers


# ---- TypeScript -------------------------------------------------------------------------------


def install():
    """The folder with node_modules; made once."""
    place = SOURCES / "npm"
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "package.json").write_text("{}", "utf-8")
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
        subprocess.run([*command, TYPESCRIPT, *PACKAGES], cwd=place, check=True)
        (place / "done").touch()
    return place


def oracle(folder, modules, arguments, text=""):
    environment = {**os.environ, "NODE_PATH": str(modules)}
    command = ["node", str(ORACLE), *arguments]
    done = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.splitlines()


CODE = re.compile(r"\.([cm]?[jt]s|[jt]sx)$")
MORE = re.compile(r"\.(mts|cts|mjs|cjs|json)$")


def package_name(specifier):
    return re.match(r"(@[^/]*/)?[^/]*", specifier)[0]


def is_asset(folder, specifier, theirs, ours):
    return theirs == NOTHING and not CODE.search(ours)


def is_more(folder, specifier, theirs, ours):
    return theirs == NOTHING and MORE.search(ours) and not MORE.search(specifier)


def is_of_workspace(folder, specifier, theirs, ours):
    place = re.match(r"packages/\w+/", ours)
    if theirs != NOTHING or not place:
        return False
    package = json.loads((pathlib.Path(folder) / place[0] / "package.json").read_text("utf-8"))
    return package["name"] == package_name(specifier)


def is_main_of_folder(folder, specifier, theirs, ours):
    """TypeScript looks in node_modules/x/lib for what node_modules/x says is its `main`."""
    below = specifier.removeprefix(package_name(specifier))
    return below and f"{below}/" in theirs and (ours == NOTHING or f"{below}/index." in ours)


# Why the two say different things, the first that fits.
EXPLANATIONS = [
    ("an asset is the file itself", is_asset),
    ("bundlers complete names with .mts, .cts, .mjs, .cjs and .json too", is_more),
    (
        "a package of the tree is found by its name, linked or not, and by its source, built or not",
        is_of_workspace,
    ),
    ("a package's `main` is not that of its folders", is_main_of_folder),
]


@unittest.skipUnless(shutil.which("npm"), "npm is not installed")
class TypeScript(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.place = install()
        cls.modules = cls.place / "node_modules"

    def compare(self, folder, questions, seen, mode="resolve"):
        """Counts in `seen`, by explanation; unexplained ones fail."""
        lines = "".join(f"{source}\t{name}\t{how}\n" for source, name, how in questions)
        theirs = oracle(folder, self.modules, [mode], lines)
        ours = answers_of_jig(folder, "typescript", questions)
        for (source, specifier, kind), their, our in zip(questions, theirs, ours, strict=True):
            our_file = NOTHING if our.startswith("(") else our
            if their == our_file:
                seen["equal, a file" if their != NOTHING else "equal, none"] += 1
                continue
            reasons = [
                text
                for text, explains in EXPLANATIONS
                if explains(folder, specifier, their, our_file)
            ]
            self.assertTrue(
                reasons,
                f"{folder}: {specifier} in {source} (kind {kind}): TypeScript {their}, jig {our}",
            )
            seen[reasons[0]] += 1

    def test_sources_of_packages(self):
        folders = [f"node_modules/{package.rsplit('@', 1)[0]}" for package in PACKAGES]
        lines = oracle(self.place, self.modules, ["collect", *folders])
        questions = [tuple(line.split("\t")) for line in lines]
        seen = collections.Counter()
        self.compare(self.place, questions, seen, "resolve-cached")
        print(dict(seen))
        self.assertGreater(seen["equal, a file"], 10000)

    def test_monorepos_made_at_random(self):
        seen = collections.Counter()
        for seed in range(25):
            with tempfile.TemporaryDirectory(prefix="jig-oracle-") as folder:
                workspace = Workspace(random.Random(seed), folder)
                workspace.make()
                with self.subTest(seed=seed):
                    self.compare(folder, list(workspace.questions(500)), seen)
        print(dict(seen))
        for text, _ in EXPLANATIONS:
            self.assertGreater(seen[text], 0, text)
        self.assertGreater(seen["equal, a file"], 1000)


# ---- C and proto ------------------------------------------------------------------------------


class Files:
    """Files at random in a few folders, each naming others in ways that may or may not lead there."""

    def __init__(self, seed, folder, ending, write):
        self.random = random.Random(seed)
        self.folder = pathlib.Path(folder)
        self.imports = {}  # path → [(specifier, import kind)]
        names = [f"{name}{ending}" for name in "abcdefgh"]
        places = ["", "src/", "src/in/", "inc/", "inc/src/", "third/"]
        self.paths = [p + n for p in places for n in names if self.random.random() < 0.5]
        for path in self.paths:
            named = [write(self.random, names, places) for _ in range(2)]
            self.imports[path] = [(specifier, kind) for _, specifier, kind in named]
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(line for line, _, _ in named), "utf-8")

    def questions(self):
        return [(path, name, kind) for path in self.paths for name, kind in self.imports[path]]

    def closure(self, answers, start):
        """What `start` reaches, and whether everything on the way was found."""
        answer = dict(zip(self.questions(), answers, strict=True))
        seen, stack, whole = {start}, [start], True
        while stack:
            path = stack.pop()
            for name, kind in self.imports[path]:
                found = answer[path, name, kind]
                whole &= not found.startswith("(")
                if not found.startswith("(") and found not in seen:
                    seen.add(found)
                    stack.append(found)
        return seen, whole


QUOTED, ANGLED = 5, 6
ROOTS = ["inc", "third", "."]


def write_include(random_, names, places):
    up = random_.choice(["", "", "", "../", "../src/", "./"])
    name = up + random_.choice(["", "", "", "in/", "src/"]) + random_.choice(names)
    if random_.random() < 0.5:
        return f'#include "{name}"\n', name, QUOTED
    return f"#include <{name}>\n", name, ANGLED


def write_import(random_, names, places):
    name = random_.choice(places) + random_.choice(names)
    return f'import "{name}";\n', name, QUOTED


@unittest.skipUnless(shutil.which("gcc"), "gcc is not installed")
class C(unittest.TestCase):
    def test_closures_are_those_of_gcc(self):
        found = 0
        for seed in range(10):
            with tempfile.TemporaryDirectory(prefix="jig-oracle-") as folder:
                files = Files(seed, folder, ".h", write_include)
                for path in files.paths:  # each is read once, and no two are the same
                    target = files.folder / path
                    text = target.read_text("utf-8")
                    target.write_text(f"#pragma once\n// {path}\n{text}", "utf-8")
                options = [f"--root={root}" for root in ROOTS]
                answers = answers_of_jig(folder, "c", files.questions(), *options)
                for path in files.paths:
                    ours, _ = files.closure(answers, path)
                    self.assertEqual(self.gcc(folder, path, files), ours, f"{seed} {path}")
                    found += len(ours) - 1
        print(f"{found} includes")
        self.assertGreater(found, 500)

    def gcc(self, folder, path, files):
        """The files it read. -MG has it go on when one is missing, and list that as written."""
        command = ["gcc", "-x", "c", "-M", "-MG", *[f"-I{root}" for root in ROOTS], path]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        names = done.stdout.partition(":")[2].replace("\\\n", " ").split()
        return {os.path.normpath(name) for name in names} & set(files.paths)


@unittest.skipUnless(shutil.which("protoc"), "protoc is not installed")
class Proto(unittest.TestCase):
    def test_closures_are_those_of_protoc(self):
        found = 0
        for seed in range(20):
            with tempfile.TemporaryDirectory(prefix="jig-oracle-") as folder:
                files = Files(seed, folder, ".proto", write_import)
                self.break_circles(files)
                options = [f"--root={root}" for root in ROOTS]
                answers = answers_of_jig(folder, "proto", files.questions(), *options)
                for path in files.paths:
                    if self.is_shadowed(files, path):
                        continue
                    ours, whole = files.closure(answers, path)
                    theirs = self.protoc(folder, path)
                    self.assertEqual(theirs, ours if whole else None, f"{seed} {path}")
                    found += len(ours) - 1 if whole else 0
        print(f"{found} imports")
        self.assertGreater(found, 50)

    def is_shadowed(self, files, path):
        """Whether an earlier root has a file of the name that its own root gives it."""
        own = next(root for root in ROOTS if root == "." or path.startswith(f"{root}/"))
        name = os.path.relpath(path, own)
        return any(f"{root}/{name}" in files.paths for root in ROOTS[: ROOTS.index(own)])

    def break_circles(self, files):
        """protoc refuses circles: each file may only import names that come after its own."""
        for path in files.paths:
            name = os.path.basename(path)
            kept = [x for x in dict.fromkeys(files.imports[path]) if os.path.basename(x[0]) > name]
            files.imports[path] = kept
            lines = [f'import "{specifier}";\n' for specifier, _ in kept]
            (files.folder / path).write_text('syntax = "proto3";\n' + "".join(lines), "utf-8")

    def protoc(self, folder, path):
        """The files it read, or None when it could not."""
        roots = [f"-I{root}" for root in ROOTS]
        outputs = ["--dependency_out=deps", "--descriptor_set_out=set"]
        done = subprocess.run(["protoc", *roots, *outputs, path], cwd=folder, capture_output=True)
        if done.returncode != 0:
            return None
        text = (pathlib.Path(folder) / "deps").read_text("utf-8").partition(":")[2]
        return {os.path.normpath(name) for name in text.replace("\\\n", " ").split()}


if __name__ == "__main__":
    unittest.main()
