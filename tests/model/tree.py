"""A tree of files, twice: as the model imagines it, and as it lies on the disk.

An *edit* is a dict whose "op" is one of those below. The same edit is applied to the imagined tree
and to the tree of every mode; because it holds all that it does, edits can be dropped from a list
and the rest still means something: one that no longer fits is passed over, by `fits`, everywhere
alike.

    write   path text        a source with this text; folders are made
    tamper  path text        the same done to an output: it stays one
    same    path text        as write, of the same length, and the old mtime is put back
    touch   path             now as its time
    chmod   path mode
    remove  path             one file
    rename  path to          one file, replacing another
    link    path to          a symbolic link, put in the place of what was there in one step
    move    path to          a folder
    drop    path             a folder with all in it
    folder  path files       a folder that comes with its files, {name: text}, all at once
    spec    spec             another manifest
    env     name value       a variable of the environment; null: not set
    rest                     time passes, until files are no longer too young to be believed
"""

import os
import shutil
import tempfile
import time


class Link(str):
    """What a symbolic link leads to, relative to its folder."""


class Tree:
    """The imagined tree: at each path bytes or a Link. Folders are there by their files."""

    def __init__(self, nodes=None, made=()):
        self.nodes = dict(nodes or {})
        self.made = set(made)  # paths that jobs made and that nobody has made sources since

    def copy(self):
        return Tree(self.nodes, self.made)

    def read(self, path):
        """The bytes at a path, links followed; None when there are none."""
        for _ in range(8):
            node = self.nodes.get(path)
            if not isinstance(node, Link):
                return node
            path = os.path.normpath(os.path.join(os.path.dirname(path), node))
        return None

    def real(self, path):
        """Where a path leads."""
        node = self.nodes.get(path)
        if not isinstance(node, Link):
            return path
        return os.path.normpath(os.path.join(os.path.dirname(path), node))

    def below(self, folder):
        return [path for path in self.nodes if path.startswith(folder + "/")]

    def sources(self):
        return {path: node for path, node in self.nodes.items() if path not in self.made}

    def fits(self, edit):
        """Whether the edit can be done to this tree."""
        op, path = edit["op"], edit.get("path")
        if op in ("spec", "env", "rest"):
            return True
        if op in ("write", "tamper"):
            return not self.below(path) and not isinstance(self.nodes.get(path), Link)
        if op == "link":
            return not self.below(path)
        if op == "same":
            node = self.nodes.get(path)
            return isinstance(node, bytes) and len(node) == len(edit["text"])
        if op in ("touch", "chmod"):
            return isinstance(self.nodes.get(path), bytes)
        if op == "remove":
            return path in self.nodes
        if op == "rename":
            return path in self.nodes and not self.below(edit["to"])
        if op == "move":
            return bool(self.below(path)) and not self.below(edit["to"])
        if op == "drop":
            return bool(self.below(path))
        if op == "folder":
            return not self.below(path) and path not in self.nodes
        raise ValueError(op)

    def apply(self, edit):
        """Does a fitting edit; what a spec or an environment means is the world's business."""
        op, path = edit["op"], edit.get("path")
        if op in ("write", "same"):
            self.put(path, edit["text"].encode())
        elif op == "tamper":
            self.nodes[path] = edit["text"].encode()
        elif op == "remove":
            self.take(path)
        elif op == "rename":
            self.put(edit["to"], self.take(path))
        elif op == "link":
            self.put(path, Link(edit["to"]))
        elif op == "move":
            for old in self.below(path):
                self.put(edit["to"] + old[len(path) :], self.take(old))
        elif op == "drop":
            for old in self.below(path):
                self.take(old)
        elif op == "folder":
            for name, text in edit["files"].items():
                self.put(f"{path}/{name}", text.encode())

    def put(self, path, node):
        self.nodes[path] = node
        self.made.discard(path)

    def take(self, path):
        self.made.discard(path)
        return self.nodes.pop(path)

    def make(self, path, content):
        """A job writes an output."""
        self.nodes[path] = content
        self.made.add(path)


# ---- on the disk -------------------------------------------------------------------------------


def write_file(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def put_link(path, to):
    """Replaces what is at `path`, so that at no time there is nothing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fresh = path + ".new-link"
    os.symlink(to, fresh)
    os.replace(fresh, path)


def lay(root, nodes):
    """Writes an imagined tree to the disk."""
    for path, node in nodes.items():
        where = os.path.join(root, path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        if isinstance(node, Link):
            os.symlink(node, where)
        else:
            with open(where, "wb") as file:
                file.write(node)


def edit_disk(root, edit):
    """Does a fitting edit to the tree at `root`. Returns what changed, as [kind, path]."""
    op = edit["op"]
    if op in ("spec", "env", "rest"):
        return []
    path = os.path.join(root, edit["path"])
    was_there = os.path.lexists(path)
    if op in ("write", "tamper"):
        write_file(path, edit["text"])
    elif op == "same":
        before = os.stat(path)
        write_file(path, edit["text"])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif op == "touch":
        newer = max(time.time_ns(), os.stat(path).st_mtime_ns + 1_000_000)
        os.utime(path, ns=(newer, newer))
    elif op == "chmod":
        os.chmod(path, edit["mode"])
    elif op == "remove":
        os.unlink(path)
        return [["remove", edit["path"]]]
    elif op == "link":
        put_link(path, edit["to"])
    elif op in ("rename", "move"):
        to = os.path.join(root, edit["to"])
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if op == "move":
            make_way(to)
        os.rename(path, to)
        return [["remove", edit["path"]], ["add", edit["to"]]]
    elif op == "drop":
        shutil.rmtree(path)
        return [["remove", edit["path"]]]
    elif op == "folder":
        add_folder(root, path, edit["files"])
        return [["add", edit["path"]]]
    return [["update" if was_there else "add", edit["path"]]]


def make_way(path):
    """Takes away folders without a file in them, which the imagined tree does not know of."""
    if os.path.isdir(path):
        shutil.rmtree(path)


def add_folder(root, path, files):
    """As an archive is unpacked beside the tree and moved in: who watches sees one event."""
    beside = tempfile.mkdtemp(prefix=".jig-model-", dir=os.path.dirname(root))
    for name, text in files.items():
        write_file(os.path.join(beside, name), text)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    make_way(path)
    os.rename(beside, path)
    os.chmod(path, 0o755)


def snapshot(root, ignored):
    """What lies at `root`, as Tree.nodes; `ignored(path)` is left out, and so is jig's state."""
    found = {}
    stack = [""]
    while stack:
        folder = stack.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                path = folder + entry.name
                if path.startswith(".jig") or ignored(path):
                    continue
                if entry.is_symlink():
                    found[path] = Link(os.readlink(entry.path))
                elif entry.is_dir():
                    stack.append(path + "/")
                else:
                    with open(entry.path, "rb") as file:
                        found[path] = file.read()
    return found
