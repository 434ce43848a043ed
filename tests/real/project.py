"""Building somebody else's project twice, once with the machine's ninja and once with jig.

Both builds use the same source and build paths, one after the other, so that every byte of what
they leave can be compared: paths are compiled into objects.

Environment: JIG_BIN, as for the integration tests; JIG_PEER_NINJA, the ninja to compare with;
JIG_REAL_SOURCES, where fetch_sources.py has put the sources.
"""

import hashlib
import os
import pathlib
import re
import shutil
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "integration"))

from harness import JIG, NINJA, SLOW, Case  # noqa: E402

PEER_NINJA = os.environ.get("JIG_PEER_NINJA", "/usr/bin/ninja")
SOURCES = pathlib.Path(os.environ.get("JIG_REAL_SOURCES", "/nonexistent"))

COMPILE = re.compile(r"^Building \w+ object ")

# Text that changes the object of whatever includes it, in C and in C++. It stands behind the
# header's own include guard, so it brings one.
MARK = """
#ifndef JIG_MARK
#define JIG_MARK
static const char jig_mark[] __attribute__((used)) = "edited";
#endif
"""


def fingerprint(directory):
    """name → (mode, SHA-256) of everything a build leaves, but for the tools' own logs."""
    found = {}
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if name not in (".jig", "Testing")]
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, directory)
            if name in (".ninja_log", ".ninja_deps", ".ninja_lock"):
                continue
            if os.path.islink(path):
                found[relative] = ("link", os.readlink(path))
            else:
                with open(path, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                found[relative] = (stat.S_IMODE(os.stat(path).st_mode), digest)
    return found


class Project(Case):
    """One project. What a subclass gives:"""

    limit = 900 * SLOW
    source = None  # where the pristine source tree is
    configure_options = ()
    header = None  # an edit of this file must rebuild exactly what ninja rebuilds
    fewest_objects = 1

    def prepare(self):
        """Changes to the copied source tree that the project needs before it can be built."""

    def check_programs(self):
        """Runs what was built."""

    # ---- steps -------------------------------------------------------------------------------

    def setUp(self):
        super().setUp()
        self.src = self.path("src")
        self.out = self.path("build")
        if self.source:
            self.assertTrue(os.path.isdir(self.source), f"no source tree at {self.source}")
            shutil.copytree(self.source, self.src, symlinks=True)
            self.prepare()

    def must(self, args, **options):
        run = self.run_tool(args, **options)
        self.assertEqual(run.code, 0, run)
        return run

    def configure(self, ninja):
        self.must(
            [
                "cmake",
                "-G",
                "Ninja",
                f"-DCMAKE_MAKE_PROGRAM={ninja}",
                "-S",
                str(self.src),
                "-B",
                str(self.out),
                *self.configure_options,
            ]
        )

    def steps(self, *targets):
        """Builds as users do and returns what ran, by description."""
        options = ["--target", *targets] if targets else []
        return self.must(["cmake", "--build", str(self.out), *options]).descriptions

    def assert_nothing_runs(self):
        run = self.must(["cmake", "--build", str(self.out)])
        self.assertEqual(run.text.splitlines()[-1], "ninja: no work to do.")
        self.assertEqual(run.descriptions, [], run)

    def edit(self, text):
        path = self.src / self.header
        before = path.read_text("utf-8")
        path.write_text(before + text, "utf-8")
        return before

    def put_back(self, text):
        (self.src / self.header).write_text(text, "utf-8")

    def touch_all_sources(self):
        for folder, _, names in os.walk(self.src):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    os.utime(path)

    # ---- the comparison ----------------------------------------------------------------------

    def build_with_peer(self):
        """The peer's results: first build, and what it ran after an edit of the header."""
        self.configure(PEER_NINJA)
        first = sorted(self.steps())
        outputs = fingerprint(self.out)
        before = self.edit(MARK)
        edited = sorted(self.steps())
        edited_outputs = fingerprint(self.out)
        self.put_back(before)
        shutil.rmtree(self.out)
        return first, outputs, edited, edited_outputs

    def assert_same_outputs(self, expected, what):
        found = fingerprint(self.out)
        # CMake writes the program's name into these.
        for own in ("CMakeCache.txt", "build.ninja", "CMakeFiles/rules.ninja"):
            found.pop(own, None)
            expected.pop(own, None)
        logs = re.compile(r"^CMakeFiles/(CMakeOutput|CMakeError|CMakeConfigureLog)")
        names = {name for name in {*found, *expected} if not logs.match(name)}
        different = [name for name in sorted(names) if found.get(name) != expected.get(name)]
        self.assertEqual(different, [], f"{what}: not the bytes that ninja makes")

    def check_against_peer(self):
        first, outputs, edited, edited_outputs = self.build_with_peer()
        objects = [name for name in outputs if name.endswith(".o")]
        self.assertGreaterEqual(len(objects), self.fewest_objects)

        self.configure(NINJA)
        self.assertEqual(sorted(self.steps()), first)
        self.assert_same_outputs(outputs, "first build")

        self.assert_nothing_runs()
        self.touch_all_sources()
        self.assert_nothing_runs()

        before = self.edit(MARK)
        self.assertEqual(sorted(self.steps()), edited)
        self.assert_same_outputs(edited_outputs, "after an edit of the header")
        self.assert_nothing_runs()

        self.put_back(before)
        self.assertEqual(sorted(self.steps()), edited)
        self.assert_same_outputs(outputs, "after the edit was taken back")

        # Nothing but a comment: the same files are compiled, to the same objects, and that is it.
        self.edit("\n/* a comment */\n")
        compiled = [step for step in edited if COMPILE.match(step)]
        self.assertEqual(sorted(self.steps()), compiled)
        self.assert_same_outputs(outputs, "after a comment in the header")
        self.assert_nothing_runs()

        self.check_programs()  # last: they may leave files in the build directory


__all__ = ["JIG", "NINJA", "PEER_NINJA", "Project", "SOURCES", "fingerprint"]
