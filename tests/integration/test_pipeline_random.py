"""Random changes to random trees of modules: after each one, what lies there is what a clean build
makes, and a second build has nothing to do.

JIG_TEST_SEED and JIG_TEST_STEPS repeat one run, or make it longer. A failure prints its seed.
"""

import os
import random
import shutil

from harness import SLOW
from pipeline_harness import PipelineCase

CONFIG = """\
pipelines:
  - name: whole
    sources: ["src/**/*.ts"]
    scan: typescript
    generate: {{ shell: "sh tools/flat.sh {{source}} > {{out}}" }}
    outputs: ["gen/whole/{{dir}}/{{stem}}.txt"]
  - name: facts
    sources: ["src/**/*.ts"]
    scan: typescript
    sees: {sees}
    depends: {depends}
    generate: {{ builtin: manifest-json, version: "{version}" }}
    outputs: ["gen/facts/{{dir}}/{{stem}}.json"]
  - name: copies
    sources: ["src/a*/*.ts"]
    generate: {{ builtin: copy }}
    outputs: ["gen/copies/{{dir}}/{{name}}"]
  - name: copied
    sources: ["gen/copies/**/*.ts"]
    scan: typescript
    generate: {{ builtin: manifest-json }}
    outputs: ["gen/copied/{{dir}}/{{stem}}.json"]
  - name: all
    collect: [facts, copied]
    generate: {{ builtin: manifest-json }}
    outputs: ["gen/all.json"]
  - name: barrel
    collect: facts
    generate: {{ builtin: ts-index }}
    outputs: ["gen/barrel.ts"]
"""

# Everything that a module imports with a relative path, however far: it sees every byte of it.
FLAT = r"""
flat() {
    case " $seen " in *" $1 "*) return ;; esac
    seen="$seen $1"
    cat "$1"
    for name in $(sed -n "s/.*from '\(\.[^']*\)'.*/\1/p" "$1"); do
        for end in .ts .tsx /index.ts; do
            next=$(realpath -ms --relative-to=. "$(dirname "$1")/$name$end")
            if [ -f "$next" ]; then flat "$next"; break; fi
        done
    done
}
seen=
flat "$1"
"""

FOLDERS = ["a1", "a2", "b", "b/deep", "lib"]
NAMES = ["one", "two", "three", "index"]


class Changes(PipelineCase):
    def setUp(self):
        super().setUp()
        self.write("tools/flat.sh", FLAT)
        self.random = None
        self.sees = "definitions"
        self.depends = "transitive"
        self.version = 1

    # ---- what there is ------------------------------------------------------------------------

    def modules(self):
        roots = [self.dir / "src", self.dir / "lib"]
        found = [path for root in roots if root.exists() for path in root.rglob("*.ts")]
        return sorted(str(path.relative_to(self.dir)) for path in found if path.exists())

    def any_path(self):
        folder = self.random.choice(FOLDERS)
        name = self.random.choice(NAMES)
        return f"lib/{name}.ts" if folder == "lib" else f"src/{folder}/{name}.ts"

    def specifier(self, source, target):
        path = os.path.relpath(target, os.path.dirname(source))[: -len(".ts")]
        if path.endswith("/index") and self.random.random() < 0.5:
            path = path[: -len("/index")]
        return path if path.startswith(".") else "./" + path

    def text(self, path):
        lines = []
        for i in range(self.random.randrange(4)):
            target = self.any_path()  # which need not exist
            name = self.random.choice("xyz")
            where = self.specifier(path, target)
            if self.random.random() < 0.2:
                lines.append(f"export * from '{where}';")
            else:
                lines.append(f"import {{ {name} as n{i} }} from '{where}';")
                lines.append(f"export const u{i} = n{i};")
        for name in "xyz":
            if self.random.random() < 0.8:
                lines.append(f"export const {name} = {self.random.randrange(10)};")
        return "\n".join(lines) + "\n"

    # ---- what happens to it ---------------------------------------------------------------------

    def write_any(self):
        path = self.any_path()
        if (self.dir / path).is_symlink():
            self.remove(path)  # or what it leads to would be written
        self.write(path, self.text(path))
        return f"write {path}"

    def comment(self, path):
        text = (self.dir / path).read_text()
        self.write(path, f"// {self.random.randrange(1000)}\n" + text)

    def digit(self, path):
        """The same size, and the time put back."""
        before = os.stat(self.dir / path)
        text = (self.dir / path).read_text()
        digits = [i for i, c in enumerate(text) if c.isdigit()]
        if not digits:
            return
        at = self.random.choice(digits)
        self.write(path, text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])
        os.utime(self.dir / path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def touch(self, path):
        os.utime(self.dir / path)

    def delete(self, path):
        self.remove(path)

    def rename(self, path):
        target = self.any_path()
        (self.dir / target).parent.mkdir(parents=True, exist_ok=True)
        os.rename(self.dir / path, self.dir / target)
        self.sources.discard(path)
        self.sources.add(target)

    def swap_for_a_link(self, path):
        other = self.random.choice(self.modules())
        if other == path or (self.dir / other).is_symlink():
            return
        self.remove(path)
        os.symlink(os.path.relpath(self.dir / other, (self.dir / path).parent), self.dir / path)
        self.sources.add(path)

    def configure(self):
        self.sees = self.random.choice(["definitions", "content"])
        self.depends = self.random.choice(["transitive", "direct"])
        self.version = self.random.randrange(3)
        self.config(CONFIG.format(sees=self.sees, depends=self.depends, version=self.version))
        return "configure"

    def spoil(self):
        """Something happens to what was generated."""
        made = [path for path in (self.dir / "gen").rglob("*") if path.is_file()]
        if not made:
            return "nothing to spoil"
        path = self.random.choice(sorted(made))
        if self.random.random() < 0.5:
            path.unlink()
        else:
            path.write_text("spoiled\n")
        return f"spoil {path.name}"

    def lose_discovery(self):
        """The image is another matter: without it nobody knows what was made and is stale now."""
        (self.dir / ".jig/discovery").unlink(missing_ok=True)
        return "lose discovery"

    def remove_what_was_left_alone(self, run):
        """A stale output that was changed by hand is the user's: jig says so, keeps it, and takes it
        for a source where it looks like one."""
        any_left = False
        for path in (self.dir / "gen").rglob("*"):
            if path.is_file() and path.read_bytes() == b"spoiled\n":
                self.assertIn(f"'{path.relative_to(self.dir)}' is not made any more", run.errors)
                path.unlink()
                any_left = True
        if any_left:
            self.assertEqual(self.jig("build").code, 0)

    def change(self):
        kind = self.random.random()
        if kind < 0.05:
            return self.configure()
        if kind < 0.15:
            return self.spoil()
        if kind < 0.17:
            return self.lose_discovery()
        modules = self.modules()
        if kind < 0.45 or len(modules) < 4:
            return self.write_any()
        path = self.random.choice(modules)
        what = self.random.choice(
            [self.comment, self.digit, self.digit, self.touch, self.delete, self.rename]
            + [self.swap_for_a_link]
        )
        what(path)
        return f"{what.__name__} {path}"

    # ---- the test -------------------------------------------------------------------------------

    def walk(self, seed, steps):
        self.random = random.Random(seed)
        self.configure()
        for _ in range(12):
            self.write_any()
        history = []
        for step in range(steps):
            for _ in range(self.random.choice([1, 1, 1, 2, 5])):
                history.append(self.change())
            with self.subTest(seed=seed, step=step, history=history[-8:]):
                run = self.jig("build")
                self.assertEqual(run.code, 0, run)
                self.remove_what_was_left_alone(run)
                self.assert_clean_build_equal()
                again = self.build()
                self.assertEqual(again.ran, [], again)
            if self._outcome_failed():
                return

    def _outcome_failed(self):
        return any(error for _, error in getattr(self._outcome.result, "failures", []))

    def test_random_changes(self):
        seed = os.environ.get("JIG_TEST_SEED")
        steps = int(os.environ.get("JIG_TEST_STEPS", "15"))
        for number in [int(seed)] if seed else range(2 if SLOW == 1 else 1):
            self.walk(number, steps)
            for name in ("src", "lib", "gen", ".jig"):
                shutil.rmtree(self.dir / name, ignore_errors=True)
            self.sources = {
                name for name in self.sources if name.startswith(("tools/", "jig.yaml"))
            }
