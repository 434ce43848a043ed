"""Making up projects over a jig.yaml, and what happens to them. See pipeline_world.py."""

import os

from .editor import Editor
from .pipeline_world import DEPENDS, FIXED, PIPELINES, SEES
from .text import sentence

FOLDERS = {
    "notes": ["notes/a", "notes/b", "notes/c", "notes/c/deep"],
    "words": ["words"],
    "code": ["code/a", "code/b", "code/lib", "code/app"],
    "pack": ["pack"],
}
NAMES = ["one", "two", "three", "index"]
DEFINED = ["x", "y", "z"]
LINKS = {"notes/a/link.txt": "../../vault/v", "code/a/link.ts": "../../vault/m"}


# ---- texts -------------------------------------------------------------------------------------


def kind_of(path):
    return path.split("/")[0]


def any_path(rng, kind):
    folder = rng.choice(FOLDERS[kind])
    if kind == "code" and rng.random() < 0.1:
        folder += "/two"  # ./two may be a file or a folder with an index
        return f"{folder}/index.ts"
    return f"{folder}/{rng.choice(NAMES)}{'.ts' if kind == 'code' else '.txt'}"


def specifier(rng, importer, target):
    path = os.path.relpath(target, os.path.dirname(importer))[: -len(".ts")]
    if path.endswith("/index") and path.count("/") > 1 and rng.random() < 0.7:
        path = path[: -len("/index")]
    return path if path.startswith(".") else "./" + path


def import_lines(rng, path, number):
    """One import, of something that need not be there, and a definition that uses it."""
    folders = ["code/a", "code/b", "code/lib"]
    target = f"{rng.choice(folders)}/{rng.choice(NAMES)}.ts"
    if path.startswith("code/app") and rng.random() < 0.5:
        target = f"gen/words/{rng.choice(NAMES)}.ts"
    elif rng.random() < 0.1:
        target = f"{rng.choice(folders)}/two/index.ts"
    elif rng.random() < 0.1:
        target = "code/a/link.ts"
    where = specifier(rng, path, target)
    name = rng.choice(DEFINED)
    how = rng.random()
    if how < 0.1:
        return [f"export * from '{where}';"]
    if how < 0.2:
        return [f"export {{ {name} as q{number} }} from '{where}';"]
    return [
        f"import {{ {name} as n{number} }} from '{where}';",
        f"export const u{number} = n{number};",
    ]


def definitions(rng):
    lines = []
    for name in DEFINED:
        if rng.random() < 0.75:
            lines.append(f"export const {name} = {rng.randrange(10)};")
    if rng.random() < 0.3:
        one, two = rng.choice(DEFINED), rng.choice(["u0", "u1", *DEFINED])
        lines.append(f"export function f() {{ return {one} + {two}; }}")
    return lines


def module_text(rng, path):
    lines = []
    for number in range(rng.choice([0, 1, 1, 2, 3])):
        lines += import_lines(rng, path, number)
    lines += definitions(rng)
    return "\n".join(lines or ["// nothing"]) + "\n"


def new_text(rng, path, failing=0.04):
    kind = kind_of(path)
    if path.endswith(".ts"):
        return module_text(rng, path) if kind == "code" else "\n".join(definitions(rng)) + "\n"
    if kind == "words":
        return "\n".join([*definitions(rng), sentence(rng)]) + "\n"
    lines = [sentence(rng) for _ in range(rng.randint(1, 4))]
    if rng.random() < failing:
        lines.append("x FAIL")
    return "\n".join(lines) + "\n"


# ---- a project ---------------------------------------------------------------------------------


def settings_of(rng, name):
    settings = {"flag": str(rng.randrange(3))}
    if PIPELINES[name].scan:
        free = name not in FIXED
        settings["depends"] = rng.choice(DEPENDS) if free else "transitive"
        settings["sees"] = rng.choice(SEES) if free and settings["depends"] != "self" else "content"
    return settings


def add_pipeline(rng, spec, name):
    spec["pipelines"][name] = settings_of(rng, name)


def invent(rng):
    """A project: its spec, its sources, its links."""
    spec = {"pipelines": {}, "package": None, "ignored": None, "tool": "1"}
    names = rng.sample(list(PIPELINES), rng.randint(3, 7))
    if not any(not PIPELINES[name].collect for name in names):
        names.append("keys")
    for name in names:
        add_pipeline(rng, spec, name)
    files = {}
    for kind, count in (("notes", 5), ("words", 2), ("code", 8), ("pack", 1)):
        for _ in range(rng.randint(max(1, count - 3), count)):
            path = any_path(rng, kind)
            files[path] = new_text(rng, path, 0)
    for i in range(2):
        files[f"vault/v{i}.txt"] = new_text(rng, "vault/v.txt", 0)
        files[f"vault/m{i}.ts"] = new_text(rng, "vault/m.ts", 0)
    links = {path: f"{to}0{path[path.rindex('.'):]}" for path, to in LINKS.items()}
    return spec, files, links


# ---- what happens to it ------------------------------------------------------------------------


class Edits(Editor):
    WEIGHTS = {
        "edit": 12,
        "comment": 10,
        "same_size": 6,
        "touch": 4,
        "rewrite": 2,
        "revert": 5,
        "fail_note": 4,
        "repair": 8,
        "import_": 10,
        "circle": 3,
        "hub": 3,
        "remove": 4,
        "add": 8,
        "rename": 4,
        "save_as_editors_do": 3,
        "chmod": 3,
        "swap_link": 4,
        "edit_behind_link": 4,
        "move_folder": 2,
        "drop_folder": 1,
        "new_folder": 3,
        "spoil": 5,
        "delete_output": 5,
        "drop_outputs": 1,
        "touch_output": 2,
        "forge": 1,
        "flag": 5,
        "tool": 2,
        "lens": 4,
        "exclude": 2,
        "ignore": 2,
        "package": 2,
        "add_pipeline": 4,
        "remove_pipeline": 3,
        "rewrite_manifest": 2,
        "flavour": 2,
        "bystander": 2,
        "rest": 8,
    }

    def is_editable(self, path):
        return path.startswith(tuple(kind + "/" for kind in FOLDERS)) and not path.endswith(".yaml")

    def new_text(self, path):
        return new_text(self.rng, path)

    def comment_for(self, path):
        number = self.rng.randrange(1000)
        return f"// {number}\n" if path.endswith(".ts") else f"x {number}\n"

    def of_kind(self, kind):
        return [path for path in self.files() if path.startswith(kind + "/")]

    # ---- sources --------------------------------------------------------------------------------

    def fail_note(self):
        path = self.pick(self.of_kind("notes"))
        return self.write(path, self.text_of(path) + "x FAIL\n") if path else None

    def add(self):
        path = any_path(self.rng, self.rng.choice(list(FOLDERS)))
        return None if path in self.tree.nodes else self.write(path, self.new_text(path))

    def import_(self):
        """Another import, before what was there; or one less."""
        path = self.pick(self.of_kind("code"))
        if not path:
            return None
        lines = self.text_of(path).splitlines()
        imports = [i for i, line in enumerate(lines) if " from '" in line]
        if imports and self.rng.random() < 0.4:
            del lines[self.rng.choice(imports)]
        else:
            lines = import_lines(self.rng, path, self.rng.randrange(4, 7)) + lines
        return self.write(path, "\n".join(lines) + "\n")

    def circle(self):
        """Two modules that import each other, on top of what they say."""
        paths = [path for path in self.of_kind("code") if not path.startswith("code/app")]
        if len(paths) < 2:
            return None
        edits = []
        one, two = self.rng.sample(paths, 2)
        for path, other in ((one, two), (two, one)):
            where = specifier(self.rng, path, other)
            text = f"import {{ x as c0 }} from '{where}';\nexport const c = c0;\n"
            edits += self.write(path, text + self.text_of(path))
        return edits

    def hub(self):
        """What most others import."""
        path = "code/lib/index.ts"
        if path not in self.tree.nodes:
            return self.write(path, self.new_text(path))
        text = self.text_of(path)
        return self.write(path, f"export const h{self.rng.randrange(3)} = {len(text)};\n" + text)

    def rename(self):
        path = self.pick(self.files())
        if not path:
            return None
        to = any_path(self.rng, kind_of(path))
        return [{"op": "rename", "path": path, "to": to}] if to != path else None

    def swap_link(self):
        path = self.rng.choice(list(LINKS))
        to = f"{LINKS[path]}{self.rng.randrange(2)}{path[path.rindex('.'):]}"
        return [{"op": "link", "path": path, "to": to}]

    def edit_behind_link(self):
        path = self.rng.choice(["vault/v0.txt", "vault/v1.txt", "vault/m0.ts", "vault/m1.ts"])
        return self.write(path, self.new_text(path))

    def move_folder(self):
        """Over to another place that sources are looked for in, and perhaps back."""
        folders = [f"{top}/{name}" for top in ("notes", "code") for name in ("a", "b", "c", "d")]
        old = self.pick([folder for folder in folders if self.tree.below(folder)])
        new = self.pick([folder for folder in folders if not self.tree.below(folder)])
        if not old or not new or kind_of(old) != kind_of(new):
            return None
        return [{"op": "move", "path": old, "to": new}]

    def drop_folder(self):
        folder = self.rng.choice(["notes/b", "notes/c", "code/b", "words", "code/app"])
        return [{"op": "drop", "path": folder}] if self.tree.below(folder) else None

    def new_folder(self):
        """With files in it, all at once."""
        folder = self.pick(
            [f for f in ("notes/b", "notes/c", "notes/new", "code/b") if not self.tree.below(f)]
        )
        if not folder:
            return None
        end = ".ts" if folder.startswith("code") else ".txt"
        names = self.rng.sample(NAMES, self.rng.randint(1, 3))
        files = {name + end: self.new_text(f"{folder}/{name}{end}") for name in names}
        return [{"op": "folder", "path": folder, "files": files}]

    def bystander(self):
        return self.write(f"docs/{self.rng.choice(NAMES)}.md", sentence(self.rng) + "\n")

    # ---- outputs --------------------------------------------------------------------------------

    def drop_outputs(self):
        folder = self.rng.choice(["gen", "gen/keys", "gen/whole", "gen/words"])
        return [{"op": "drop", "path": folder}] if self.tree.below(folder) else None

    def forge(self):
        """A source among outputs, where another pipeline looks for its own."""
        path = f"gen/keys/{self.rng.choice(NAMES)}.key"
        return self.write(path, sentence(self.rng) + "\n")

    # ---- the configuration ----------------------------------------------------------------------

    def on_a_pipeline(self, change):
        name = self.rng.choice(list(self.world.spec["pipelines"]))
        return [self.changed(lambda spec: change(name, spec["pipelines"][name]))]

    def flag(self):
        flag = str(self.rng.randrange(5))
        return self.on_a_pipeline(lambda _, settings: settings.update(flag=flag))

    def tool(self):
        return [self.changed(lambda spec: spec.update(tool=str(self.rng.randrange(3))))]

    def lens(self):
        """What of the imports counts."""
        names = [n for n in self.world.spec["pipelines"] if PIPELINES[n].scan and n not in FIXED]
        if not names:
            return None
        name = self.rng.choice(names)

        def change(spec):
            flag = spec["pipelines"][name]["flag"]
            spec["pipelines"][name].update(settings_of(self.rng, name), flag=flag)

        return [self.changed(change)]

    def exclude(self):
        def change(name, settings):
            if not PIPELINES[name].collect and not settings.pop("exclude", None):
                settings["exclude"] = PIPELINES[name].sources.replace("*.", "one.")

        return self.on_a_pipeline(change)

    def ignore(self):
        return [self.changed(lambda spec: spec.update(ignored=self.rng.choice([None, "b", "c"])))]

    def package(self):
        flag = self.rng.choice([None, "1", "2"])
        return [self.changed(lambda spec: spec.update(package=flag))]

    def add_pipeline(self):
        names = [name for name in PIPELINES if name not in self.world.spec["pipelines"]]
        if not names:
            return None
        return [self.changed(lambda spec: add_pipeline(self.rng, spec, self.rng.choice(names)))]

    def remove_pipeline(self):
        if len(self.world.spec["pipelines"]) < 3:
            return None
        name = self.rng.choice(list(self.world.spec["pipelines"]))
        return [self.changed(lambda spec: spec["pipelines"].pop(name))]

    def flavour(self):
        value = self.rng.choice([None, "", "sweet", "sour"])
        return [{"op": "env", "name": "FLAVOUR", "value": value}]
