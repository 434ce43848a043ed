"""Random edits that make sense in any project. A world's own editor adds to these.

An editor's method for one kind of edit returns a list of edits (tree.py), or None when there is
nothing of its kind to do just now. WEIGHTS says how often each is tried.
"""

import json
import re


class Editor:
    WEIGHTS = {}

    def __init__(self, rng, world, tree):
        self.rng = rng
        self.world = world
        self.tree = tree
        self.earlier = []  # (path, text) of files before they were edited, for reverts

    def some_edits(self):
        """One thing that happens."""
        names = list(self.WEIGHTS)
        while True:
            name = self.rng.choices(names, self.WEIGHTS.values())[0]
            edits = getattr(self, name)()
            if edits and self.tree.fits(edits[0]):
                return edits

    # ---- what a world says ----------------------------------------------------------------------

    def is_editable(self, path):
        """Whether a source may be edited by what is here."""
        return True

    def new_text(self, path):
        """Another text for a source."""
        raise NotImplementedError

    def comment_for(self, path):
        """A line that some of those who read the source do not care about."""
        raise NotImplementedError

    # ---- sources --------------------------------------------------------------------------------

    def files(self, made=False):
        """Paths of sources, or of outputs, that are no links."""
        return sorted(
            path
            for path, node in self.tree.nodes.items()
            if isinstance(node, bytes)
            and (path in self.tree.made) == made
            and (made or self.is_editable(path))
        )

    def pick(self, paths):
        return self.rng.choice(paths) if paths else None

    def text_of(self, path):
        return self.tree.read(path).decode()

    def write(self, path, text):
        if path in self.tree.nodes and path not in self.tree.made:
            self.earlier.append((path, self.text_of(path)))
        return [{"op": "write", "path": path, "text": text}]

    def edit(self):
        path = self.pick(self.files())
        return self.write(path, self.new_text(path)) if path else None

    def comment(self):
        path = self.pick(self.files())
        return self.write(path, self.text_of(path) + self.comment_for(path)) if path else None

    def same_size(self):
        path = self.pick(self.files())
        if not path:
            return None
        text = re.sub(r"\d(?=;?$)", self.digit, self.text_of(path), count=1, flags=re.MULTILINE)
        return [{"op": "same", "path": path, "text": text}]

    def digit(self, _):
        return str(self.rng.randrange(10))

    def touch(self):
        path = self.pick(self.files())
        return [{"op": "touch", "path": path}] if path else None

    def rewrite(self):
        """The same text, written again."""
        path = self.pick(self.files())
        return self.write(path, self.text_of(path)) if path else None

    def revert(self):
        if not self.earlier:
            return None
        path, text = self.rng.choice(self.earlier)
        return self.write(path, text) if path in self.tree.nodes else None

    def fail(self):
        """A line that some generators refuse."""
        path = self.pick(self.files())
        return self.write(path, self.text_of(path) + "x FAIL\n") if path else None

    def repair(self):
        path = self.pick([p for p in self.files() if b"FAIL" in self.tree.read(p)])
        return self.write(path, self.text_of(path).replace("x FAIL\n", "")) if path else None

    def save_as_editors_do(self):
        """Another file, moved over the old one."""
        path = self.pick(self.files())
        if not path:
            return None
        beside = path + ".save"
        return [
            {"op": "write", "path": beside, "text": self.new_text(path)},
            {"op": "rename", "path": beside, "to": path},
        ]

    def chmod(self):
        path = self.pick(self.files(made=self.rng.random() < 0.3))
        mode = self.rng.choice([0o600, 0o644, 0o755])
        return [{"op": "chmod", "path": path, "mode": mode}] if path else None

    def remove(self):
        path = self.pick(self.files())
        return [{"op": "remove", "path": path}] if path else None

    # ---- outputs --------------------------------------------------------------------------------

    def spoil(self):
        path = self.pick(self.files(made=True))
        return [{"op": "tamper", "path": path, "text": "by hand\n"}] if path else None

    def delete_output(self):
        path = self.pick(self.files(made=True))
        return [{"op": "remove", "path": path}] if path else None

    def touch_output(self):
        path = self.pick(self.files(made=True))
        return [{"op": "touch", "path": path}] if path else None

    def rest(self):
        return [{"op": "rest"}]

    # ---- the manifest ---------------------------------------------------------------------------

    def changed(self, change):
        """The edit that gives the manifest another spec: a copy, changed by `change`."""
        spec = json.loads(json.dumps(self.world.spec))
        change(spec)
        return {"op": "spec", "spec": spec}

    def rewrite_manifest(self):
        """The same text again."""
        return [self.changed(lambda spec: None)]
