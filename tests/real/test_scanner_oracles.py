"""What the scanners find, against what the tools of each language find in the same files.

TypeScript: preProcessFile and the syntax tree of the typescript package, over the sources of other
packages. C: `gcc -MM`, over generated sources and the system's headers. Protocol buffers: `protoc
--dependency_out`, over the files that come with it.

Environment: JIG_SCANNER_DUMP, the program that prints facts; JIG_REAL_SOURCES, where packages are
kept between runs.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
DUMP = os.environ.get("JIG_SCANNER_DUMP", "scanner_dump")
SOURCES = pathlib.Path(os.environ.get("JIG_REAL_SOURCES", "/nonexistent"))

ORACLE = "typescript@5.8.3"
PACKAGES = [
    "@blueprintjs/core@5.19.0",
    "@react-navigation/stack@7.3.2",
    "@types/node@22.15.0",
    "@types/react@19.1.2",
    "ajv@8.17.1",
    "date-fns@4.1.0",
    "lodash-es@4.17.21",
    "preact@10.26.5",
    "react-dom@19.1.0",
    "react-native-paper@5.14.0",
    "rxjs@7.8.2",
    "three@0.176.0",
    "vue@3.5.13",
    "webpack@5.99.7",
    "zod@3.24.3",
    ORACLE,
]
SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def facts(kind, paths):
    """The facts of files, by path."""
    run = subprocess.run(
        [DUMP, kind],
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        check=True,
        text=True,
    )
    return {found["path"]: found for found in map(json.loads, run.stdout.splitlines())}


def specifiers(found, *kinds):
    return {x["specifier"] for x in found["imports"] if not kinds or x["kind"] in kinds}


# ---- TypeScript --------------------------------------------------------------------------------


def fetch_package(name, root):
    """The package's files, below root/node_modules; downloaded once, without what it depends on."""
    folder = root / "node_modules" / name[: name.index("@", 1)]
    if folder.exists():
        return
    with tempfile.TemporaryDirectory(dir=root) as work:
        run = subprocess.run(
            ["npm", "pack", "--silent", name], cwd=work, check=True, capture_output=True, text=True
        )
        with tarfile.open(pathlib.Path(work) / run.stdout.split()[-1]) as archive:
            archive.extractall(pathlib.Path(work) / "new")
        folder.parent.mkdir(parents=True, exist_ok=True)
        (unpacked,) = (pathlib.Path(work) / "new").iterdir()
        unpacked.rename(folder)


def amd_dependencies(text):
    """The names in the lists of AMD's define([…]), which the scanner does not read."""
    lists = re.findall(r"define\(\s*(?:[\w\"'.-]+,\s*)?\[([^\]]*)\]", text)
    return {name for names in lists for name in re.findall(r"['\"]([^'\"]*)['\"]", names)}


# Why a specifier is on one side only: (reason, whether it is so in this text).
ONLY_TYPESCRIPT = [
    ("the list of AMD's define", lambda name, text: name in amd_dependencies(text)),
    (
        "a member called require, which may be anything",
        lambda name, text: re.search(rf"\.require\(['\"]{re.escape(name)}['\"]\)", text),
    ),
    (
        "only the beginning of an expression, which is a computed import",
        lambda name, text: re.search(rf"require\(['\"]{re.escape(name)}['\"]\s*\+", text),
    ),
]
ONLY_SCANNER = [
    (
        "preProcessFile does not know `export * as`",
        lambda name, text: re.search(
            rf"export\s+(type\s+)?\*\s*as\s+[\w$]+\s+from\s*['\"]{re.escape(name)}['\"]", text
        ),
    ),
]
# Where preProcessFile, which knows no syntax, takes a regular expression or a template for something
# else and loses count of braces or sees a string where none is.
MISREAD = {
    "node_modules/@types/node/buffer.d.ts": {"node:buffer"},
    "node_modules/@types/node/stream/web.d.ts": {"node:stream/web"},
    "node_modules/webpack/lib/FileSystemInfo.js": {"es-module-lexer"},
}


def explanation(reasons, name, text):
    for reason, holds in reasons:
        if holds(name, text):
            return reason
    return None


class TypeScript(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = SOURCES / "npm-packed"
        root.mkdir(parents=True, exist_ok=True)
        for package in PACKAGES:
            fetch_package(package, root)
        paths = sorted(
            str(path.relative_to(root))
            for path in (root / "node_modules").rglob("*")
            if path.name.endswith(SUFFIXES) and path.is_file()
        )
        cls.root = root
        cwd = os.getcwd()
        os.chdir(root)
        try:
            cls.found = facts("typescript", paths)
        finally:
            os.chdir(cwd)
        run = subprocess.run(
            ["node", str(HERE / "scanner_oracle.js")],
            input="".join(f"{path}\n" for path in paths),
            cwd=root,
            capture_output=True,
            check=True,
            text=True,
        )
        cls.expected = {x["path"]: x for x in map(json.loads, run.stdout.splitlines())}

    def text(self, path):
        return (self.root / path).read_text("utf-8", "replace")

    def test_enough_is_compared(self):
        self.assertGreater(len(self.expected), 5000)
        self.assertEqual(self.expected.keys(), self.found.keys())
        self.assertGreater(sum(path.endswith(".tsx") for path in self.found), 100)
        parsed = [x for x in self.expected.values() if x["definitions"] is not None]
        self.assertGreater(len(parsed), 0.99 * len(self.expected))

    def test_imports(self):
        """Equal sets of specifiers, but for what the tables explain."""
        unexplained = []
        explained = collections.Counter()
        for path, expected in self.expected.items():
            relative = {x if x[0] in "./" else f"./{x}" for x in expected["references"]}
            wanted = {*expected["imports"], *relative, *expected["types"]}
            imports = [x for x in self.found[path]["imports"] if x["kind"] != "computed"]
            found = {x["specifier"] for x in imports}
            if wanted == found:
                continue
            text = self.text(path)
            for side, names, reasons in (
                ("only typescript", wanted - found, ONLY_TYPESCRIPT),
                ("only scanner", found - wanted, ONLY_SCANNER),
            ):
                for name in names - MISREAD.get(path, set()):
                    reason = explanation(reasons, name, text)
                    explained[reason] += 1
                    if not reason:
                        unexplained.append((path, side, name))
        self.assertEqual(unexplained, [], explained)

    def test_definitions(self):
        """The same names, as often, are defined at the top level."""
        different = []
        for path, expected in self.expected.items():
            if expected["definitions"] is None:
                continue  # the oracle itself found errors
            wanted = collections.Counter(x for y in expected["definitions"] for x in y["names"])
            found = collections.Counter(
                x["name"]
                for x in self.found[path]["definitions"]
                if x["name"] and x["kind"] != "alias"
            )
            if wanted != found:
                different.append((path, dict(wanted - found), dict(found - wanted)))
        self.assertEqual(different, [])

    def test_uses(self):
        """No name of the top level that a definition mentions is missing from its uses."""
        missing = []
        for path, expected in self.expected.items():
            uses = collections.defaultdict(set)
            for definition in self.found[path]["definitions"]:
                uses[definition["name"]].update(definition["uses"])
            for statement in expected["definitions"] or ():
                for name in statement["names"]:
                    left = {*statement["uses"]} - uses[name] - {*statement["names"]}
                    if left:
                        missing.append((path, name, left))
        self.assertEqual(missing, [])


# ---- C -----------------------------------------------------------------------------------------


class C(unittest.TestCase):
    """gcc tells all files that are read; the scanner, one file's includes: they are followed."""

    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.folder = pathlib.Path(work.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    def search_path(self):
        run = subprocess.run(
            ["gcc", "-E", "-v", "-x", "c", "/dev/null"], capture_output=True, text=True, check=True
        )
        listed = run.stderr.split("#include <...> search starts here:")[1]
        return [x.strip() for x in listed.split("End of search list.")[0].splitlines() if x.strip()]

    def followed(self, source, roots):
        """Every file that may be read, whatever the conditions around its include."""
        known, pending = {source}, [source]
        while pending:
            found = facts("c", pending)
            pending = []
            for path, said in found.items():
                for item in said["imports"]:
                    places = [*roots]
                    if item["kind"] == "quoted":
                        places.insert(0, os.path.dirname(path))
                    for place in places:
                        target = os.path.realpath(os.path.join(place, item["specifier"]))
                        if os.path.isfile(target) and target not in known:
                            known.add(target)
                            pending.append(target)
        return known

    def dependencies(self, source, *options):
        run = subprocess.run(
            ["gcc", "-M", *options, source], capture_output=True, text=True, check=True
        )
        names = run.stdout.split(":", 1)[1].replace("\\\n", " ").split()
        return {os.path.realpath(name) for name in names}

    def test_without_conditions_the_sets_are_equal(self):
        self.write("include/a.h", '#pragma once\n#include "b/c.h"\n/* #include "no.h" */\n')
        self.write("include/b/c.h", '#include "../d.h"\n')
        self.write("include/d.h", 'static const char *s = "\\\n#include <no.h>";\n')
        source = self.write(
            "m.c",
            "  # /* x */ include <a.h> // y\n"
            '#inc\\\nlude "e.h"\n'
            'static const char *r = R"(\n#include <no.h>\n)";\n',
        )
        self.write("e.h", '??=define X\n#include "e.h2"\n')
        self.write("e.h2", "int f(void);\n")
        include = str(self.folder / "include")
        self.assertEqual(
            self.followed(source, [include]),
            self.dependencies(source, "-nostdinc", f"-I{include}"),
        )

    def test_nothing_that_system_headers_read_is_missed(self):
        roots = self.search_path()
        for header in ("stdio.h", "pthread.h", "sys/socket.h", "linux/perf_event.h", "complex.h"):
            with self.subTest(header):
                source = self.write("m.c", f"#include <{header}>\n")
                read = self.dependencies(source)
                computed = {os.path.realpath(x) for x in read if x.endswith("stdc-predef.h")}
                self.assertEqual(read - self.followed(source, roots) - computed, set())
                self.assertGreater(len(read), 3)


# ---- protocol buffers --------------------------------------------------------------------------


class Proto(unittest.TestCase):
    ROOT = pathlib.Path("/usr/include")

    def setUp(self):
        if not shutil.which("protoc"):
            self.skipTest("there is no protoc")

    def closure(self, path, roots):
        known, pending = {str(path)}, [str(path)]
        while pending:
            found = facts("proto", pending)
            pending = []
            for said in found.values():
                for name in specifiers(said):
                    target = next(str(x / name) for x in roots if (x / name).exists())
                    if target not in known:
                        known.add(target)
                        pending.append(target)
        return known

    def dependencies(self, path, roots):
        with tempfile.TemporaryDirectory() as work:
            listed = pathlib.Path(work) / "d"
            subprocess.run(
                [
                    "protoc",
                    *[f"-I{root}" for root in roots],
                    f"--dependency_out={listed}",
                    f"--descriptor_set_out={work}/out",
                    str(path),
                ],
                check=True,
                capture_output=True,
            )
            return {*listed.read_text().split(":", 1)[1].replace("\\\n", " ").split()}

    def test_the_files_of_protobuf(self):
        paths = sorted((self.ROOT / "google/protobuf").rglob("*.proto"))
        self.assertGreater(len(paths), 5)
        for path in paths:
            with self.subTest(path.name):
                self.assertEqual(
                    self.closure(path, [self.ROOT]), self.dependencies(path, [self.ROOT])
                )

    def test_every_way_to_write_an_import(self):
        with tempfile.TemporaryDirectory() as work:
            folder = pathlib.Path(work)
            for name in ("a", "b", "c'"):
                (folder / f"{name}.proto").write_text('syntax = "proto3";\n')
            (folder / "m.proto").write_text(
                '// import "x";\n/* import "y"; */ syntax = "proto2";\n'
                "import 'a' \".pro\" 'to'; import public \"\\x62.proto\";"
                "import weak 'c\\'.proto';\nmessage M { optional string import = 1; }\n"
            )
            self.assertEqual(
                self.closure(folder / "m.proto", [folder]),
                self.dependencies(folder / "m.proto", [folder]),
            )


if __name__ == "__main__":
    unittest.main(verbosity=2)
