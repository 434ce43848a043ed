"""A session that is updated again and again takes no more memory than at first, and no descriptor.

What happens goes round in a circle: files change and change back, come and go, imports are added
and taken away, jobs fail and are repaired, the manifest changes, all under the same names. So
whatever is kept for good is kept twice, and shows.
"""

import itertools
import os
import shutil
import tempfile

from . import modes, tree

NINJA = """\
rule cat
  command = cat $in > $out
rule strict
  command = ! grep -q FAIL $in && cat $in > $out
rule headers
  command = cat $in > $out; echo "$out:" $$(sed -n 's/^#include //p' $in) > $out.d
  depfile = $out.d
  deps = gcc
"""

PIPELINES = """\
version: 1
pipelines:
  - name: copies
    sources: src/**/*.txt
    generate: {{ builtin: copy, version: "{flag}" }}
    outputs: gen/{{dir}}/{{name}}
  - name: copied
    sources: gen/src/**/*.txt
    generate: {{ builtin: copy }}
    outputs: gen/{{dir}}/{{stem}}.again
  - name: facts
    sources: code/*.ts
    sees: definitions
    generate: {{ builtin: manifest-json }}
    outputs: gen/{{dir}}/{{stem}}.json
  - name: all
    collect: [copies, facts]
    generate: {{ builtin: manifest-json }}
    outputs: gen/all.json
"""


# Updates until a session has all that it needs to go on like this.
WARM_UP = 1500


class Circle:
    """A project and what happens to it, one change after the other. `change` returns its edits."""

    FILES = 12

    def write(self, path, text):
        return {"op": "write", "path": path, "text": text}

    def spread(self, number):
        """A file and one of four texts: goes through all pairs."""
        return number % self.FILES, number // self.FILES % 4


class NinjaCircle(Circle):
    manifest = "build.ninja"

    def render(self, flag):
        lines = [NINJA, f"# {flag}\n"]
        for i in range(self.FILES):
            kind = ("cat", "strict", "headers")[i % 3]
            lines.append(f"build o{i}: {kind} s{i}\n")
        lines.append("build all: cat " + " ".join(f"o{i}" for i in range(self.FILES)) + "\n")
        return "".join(lines)

    def files(self):
        return {f"s{i}": f"{i}\n" for i in range(self.FILES)} | {"h0": "0\n", "h1": "1\n"}

    def change(self, number):
        file, text = self.spread(number)
        lines = [f"{text}\n"]
        if file % 3 == 1 and text == 3:
            lines.append("FAIL\n")  # until the next round
        if file % 3 == 2 and text % 2:
            lines.append(f"#include h{text // 2}\n")
        edits = [self.write(f"s{file}", "".join(lines))]
        if number % 7 == 0:
            edits.append(self.write("h0", f"{number % 5}\n"))
        if number % 11 == 0:
            edits.append({"op": "remove", "path": f"o{file}"})
        if number % 97 == 0:
            edits.append(self.write(self.manifest, self.render(number % 2)))
        return edits


class PipelineCircle(Circle):
    manifest = "jig.yaml"

    def render(self, flag):
        return PIPELINES.format(flag=flag)

    def files(self):
        notes = {f"src/d{i % 3}/n{i}.txt": f"{i}\n" for i in range(self.FILES)}
        return notes | {f"code/m{i}.ts": self.module(i, 0) for i in range(self.FILES)}

    def module(self, number, text):
        target = (number + 1 + text) % self.FILES
        lines = [f"export const x = {text};"]
        if number % 2 or text % 2:
            lines.insert(0, f"import {{ x as y }} from './m{target}';")
            lines.append("export const z = y;")
        return "\n".join(lines) + "\n"

    def change(self, number):
        file, text = self.spread(number)
        note, module = f"src/d{file % 3}/n{file}.txt", f"code/m{file}.ts"
        edits = [self.write(note, f"{text}\n"), self.write(module, self.module(file, text))]
        if number % 5 == 0:
            edits.append({"op": "remove", "path": note})  # and back, when its turn comes
        if number % 13 == 0:
            edits.append({"op": "remove", "path": f"gen/{note}"})
        if number % 197 == 0:
            edits.append(self.write(self.manifest, self.render(number % 2)))
        return edits


CIRCLES = {"ninja": NinjaCircle, "pipelines": PipelineCircle}


class World:
    """As much of one as a mode asks for."""

    def __init__(self, manifest):
        self.manifest = manifest
        self.environment = {}


def resident(pid):
    """Bytes."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Measured:
    """The session's memory over a number of updates."""

    def __init__(self, kind):
        self.circle = CIRCLES[kind]()
        self.place = tempfile.mkdtemp(prefix="jig-memory-")
        self.session = modes.Session(self.place, World(self.circle.manifest))
        nodes = {path: text.encode() for path, text in self.circle.files().items()}
        nodes[self.circle.manifest] = self.circle.render(0).encode()
        self.session.lay(nodes)
        self.numbers = itertools.count()
        self.kinds = {}

    def close(self):
        self.session.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def update(self, times):
        """Returns the memory and the descriptors at the end."""
        for number in itertools.islice(self.numbers, times):
            for edit in self.circle.change(number):
                if edit["op"] != "remove" or os.path.exists(
                    os.path.join(self.session.root, edit["path"])
                ):
                    self.session.note(tree.edit_disk(self.session.root, edit))
            kind = self.session.build("ok").update["kind"]
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        pid = self.session.process.pid
        return resident(pid), descriptors(pid)


# A table that doubles late, or a page of code that is touched late, is seen in one stretch of
# updates; what is lost with every update, in each.
STRETCHES = 3


def stretch(measured, kind, updates, before, open_before):
    """Returns how much memory grew and whether descriptors did, and the memory now."""
    now, open_now = measured.update(updates)
    growth = (now - before) / before
    print(
        f"{kind}: {updates} updates ({measured.kinds} with those before), {before >> 10} KiB, then "
        f"{now >> 10} KiB: {growth:+.2%}; {open_before} descriptors, then {open_now}"
    )
    return growth, open_now > open_before + 1, now  # the journal may be open or not


def measure(kind, updates):
    """Returns what is wrong, or None."""
    measured = Measured(kind)
    try:
        before, open_before = measured.update(WARM_UP)
        for _ in range(STRETCHES):
            growth, left_open, before = stretch(measured, kind, updates, before, open_before)
            if left_open:
                return "descriptors are left open"
            if growth <= 0.01:
                return None
    finally:
        measured.close()
    return "memory grows"
