"""jig-fixture: the same size and seed give the same bytes, and these are the repository that its
help and README promise."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import harness

FIXTURE = os.path.join(os.path.dirname(harness.JIG), "jig-fixture")
COMMITTED = pathlib.Path(__file__).parents[2] / "fixtures" / "small-app"

# What `jig-fixture SIZE --digest` prints. Benchmarks of different days are of the same files only
# as long as these stand.
DIGESTS = {
    "small-app": "2a24bfe544bf1fff3fbf259e3fe3d964 sources=55 followed=8 settings=24"
    " noise=56 bytes=61850 module-bytes=42383",
    "medium-app": "5538a0016ba3fbd1e8b3fa4820c36287 sources=986 followed=44 settings=24"
    " noise=825 bytes=993788 module-bytes=811782",
    "large-app": "eaa992d4aa02658f2a3fe52f2ede6080 sources=4741 followed=244 settings=24"
    " noise=4575 bytes=5390871 module-bytes=4401998",
    "20k": "c03f16946b6fc7f9ffe0ace4e8a24f1b sources=18939 followed=1020 settings=24"
    " noise=19125 bytes=22429430 module-bytes=18303534",
    "100k": "c617cce9030120f0e5fcabd570e3a6eb sources=94792 followed=5224 settings=24"
    " noise=97950 bytes=115352285 module-bytes=94157477",
}


def run(*args):
    done = subprocess.run([FIXTURE, *map(str, args)], capture_output=True, timeout=harness.LIMIT)
    return harness.Run(args, done.returncode, done.stdout, done.stderr)


def content(root):
    """Everything below a folder: path to bytes. What builds leave there is not looked at."""
    files = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("gen", ".jig")]
        for name in names:
            path = pathlib.Path(folder, name)
            files[str(path.relative_to(root))] = path.read_bytes()
    return files


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, size, *options, name="app"):
        done = run(size, self.root / name, *options)
        self.assertEqual(done.code, 0, done)
        return self.root / name


class SameBytes(Case):
    def test_each_size_has_its_digest(self):
        for size, expected in DIGESTS.items():
            with self.subTest(size=size):
                self.assertEqual(run(size, "--digest").text.strip(), expected)

    def test_two_trees_of_one_seed_are_equal(self):
        one, other = self.write("medium-app", name="one"), self.write("medium-app", name="other")
        self.assertEqual(content(one), content(other))

    def test_the_seed_counts_and_the_default_is_1(self):
        default = self.write("small-app", name="default")
        first = self.write("small-app", "--seed", 1, name="first")
        second = self.write("small-app", "--seed", 2, name="second")
        self.assertEqual(content(default), content(first))
        self.assertNotEqual(content(first), content(second))
        self.assertEqual(len(content(first)), len(content(second)))

    def test_writing_and_not_writing_give_the_same_digest(self):
        written = run("small-app", self.root / "app", "--digest")
        self.assertEqual(written.out, run("small-app", "--digest").out)

    def test_the_committed_one_is_what_the_program_writes(self):
        self.assertEqual(content(COMMITTED), content(self.write("small-app")))


class Promises(Case):
    def test_help_says_how_many_modules_there_are(self):
        for line in run("--help").text.partition("SIZE   ")[2].splitlines()[1:]:
            size, modules, sources, followed, noise = line.split()
            with self.subTest(size=size):
                counts = dict(part.split("=") for part in DIGESTS[size].split()[1:])
                self.assertEqual(sources, counts["sources"])
                self.assertEqual(followed, counts["followed"])
                self.assertEqual(noise, counts["noise"])
                self.assertEqual(int(modules), int(sources) + int(followed))

    def test_an_operation_imports_three_models(self):
        app = self.write("medium-app")
        operations = [
            path
            for path in (app / "packages/operations/src").rglob("*.ts")
            if not path.name.endswith(".test.ts")
        ]
        self.assertEqual(len(operations), 11 * 25)
        for path in operations:
            models = set(re.findall(r"from '(@app/entities/[^']+)'", path.read_text()))
            self.assertEqual(len(models), 3, path)

    def test_a_chain_is_200_modules_deep(self):
        chain = self.write("medium-app") / "packages/shared/src/chain-0"
        depth, step = 0, "step-000"
        while step:
            depth += 1
            after = re.search(r"from '\./(.*)'", (chain / f"{step}.ts").read_text())
            step = after and after[1]
        self.assertEqual(depth, 200)

    def test_there_are_rings_of_two_three_and_seven_models(self):
        entities = self.write("medium-app") / "packages/entities/src"
        lengths = set()
        for domain in entities.iterdir():
            imports = {
                path.stem: re.findall(r"from '\./([a-z]+)(?:\.js)?'", path.read_text())
                for path in domain.glob("*.ts")
                if path.name != "index.ts"
            }
            for start in imports:
                model, length = start, 0
                while length == 0 or model != start:
                    after = imports[model]
                    length += 1
                    if len(after) != 1 or length > 7:
                        break
                    model = after[0]
                else:
                    lengths.add(length)
        self.assertEqual(lengths, {2, 3, 7})

    def test_a_hub_is_imported_by_hundreds(self):
        app = self.write("medium-app")
        text = [path.read_text() for path in app.rglob("*.ts*")]
        for hub in ("identifier", "timestamp", "money"):
            importers = sum(f"from '@app/shared/{hub}'" in module for module in text)
            self.assertGreater(importers, 50, hub)
        self.assertGreater(sum("from '@app/shared/identifier'" in m for m in text), 300)

    def test_every_relative_import_leads_to_a_file(self):
        app = self.write("medium-app")
        for path in (app / "packages").rglob("*.ts"):
            for specifier in re.findall(r"^import .* from '(\.[^']+)';$", path.read_text(), re.M):
                target = path.parent / (specifier.removesuffix(".js") + ".ts")
                self.assertTrue(target.is_file(), f"{path}: {specifier}")


class Built(Case):
    """What jig makes of it: all that the help says, and no import leads nowhere."""

    EXTERNAL = {"react", "tiny-invariant", "google/protobuf/timestamp.proto"}

    def build(self, app, *options):
        done = subprocess.run(
            [harness.JIG, "build", "--quiet", "--stats=json", *options],
            cwd=app,
            env=harness.tool_environment(),
            capture_output=True,
            timeout=harness.LIMIT,
        )
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout.splitlines()[-1])

    def test_modules_are_sources_and_what_they_lead_to(self):
        for size in ("small-app", "medium-app"):
            with self.subTest(size=size):
                app = self.write(size, name=size)
                counts = dict(part.split("=") for part in DIGESTS[size].split()[1:])
                copies = len(list((app / "packages/contracts/src").iterdir()))
                stats = self.build(app)
                self.assertEqual(
                    stats["modules"], int(counts["sources"]) + int(counts["followed"]) + copies
                )
                # One for each source, one for each copy, and two that collect.
                self.assertEqual(stats["jobs_run"], int(counts["sources"]) + copies + 2)
                self.assertEqual(self.build(app)["jobs_run"], 0)

    def test_every_import_is_found(self):
        app = self.write("medium-app")
        self.build(app)
        seen = 0
        for path in [*(app / "gen").rglob("*.json"), *(app / "packages/proto/gen").rglob("*.json")]:
            for module in json.loads(path.read_text())["modules"]:
                for found in module["imports"]:
                    seen += 1
                    if found["specifier"] in self.EXTERNAL:
                        self.assertEqual(found["resolution"], "external", f"{path}: {found}")
                    else:
                        self.assertEqual(found["resolution"], "file", f"{path}: {found}")
        self.assertGreater(seen, 2000)

    def test_the_command_makes_typescript_of_messages(self):
        app = self.write("small-app")
        self.build(app)
        self.assertEqual(
            (app / "gen/messages/en.ts").read_text(),
            'export const language = "en";\n'
            'export const greeting = "Welcome";\n'
            'export const farewell = "See you soon";\n',
        )


class Refusals(Case):
    def test_a_folder_with_something_in_it_is_refused(self):
        (self.root / "mine.txt").write_text("mine")
        done = run("small-app", self.root)
        self.assertEqual(done.code, 2)
        self.assertIn("is not empty", done.errors)
        self.assertEqual(os.listdir(self.root), ["mine.txt"])

    def test_an_empty_folder_will_do(self):
        self.assertEqual(run("small-app", self.root).code, 0)
        self.assertTrue((self.root / "jig.yaml").is_file())

    def test_what_cannot_be_written_is_an_error(self):
        (self.root / "file").write_text("")
        done = run("small-app", self.root / "file" / "app")
        self.assertEqual(done.code, 1)
        self.assertIn("Not a directory", done.errors)

    def test_wrong_arguments_are_told(self):
        for args, complaint in [
            ((), "which size?"),
            (("huge-app", "x"), "no such size: huge-app"),
            (("small-app",), "which folder?"),
            (("small-app", "x", "y"), "too many arguments: y"),
            (("small-app", "x", "--seed", "one"), "--seed takes a number, not one"),
            (("small-app", "x", "--seed", "-1"), "--seed takes a number, not -1"),
        ]:
            with self.subTest(args=args):
                done = run(*args)
                self.assertEqual(done.code, 2)
                self.assertIn(complaint, done.errors)


if __name__ == "__main__":
    unittest.main()
