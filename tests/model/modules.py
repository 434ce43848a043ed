"""What the model knows of TypeScript: just the lines that it writes itself.

    import { NAME as LOCAL } from 'SPECIFIER';
    export const NAME = NUMBER;
    export const NAME = LOCAL;
    export function NAME() { return OTHER + OTHER; }
    export { NAME as OTHER } from 'SPECIFIER';
    export * from 'SPECIFIER';
    // a comment

Imports are looked for as FILE.ts, then as FILE/index.ts.
"""

import hashlib
import os
import re

IMPORT = re.compile(r"^import \{ (\w+) as (\w+) \} from '([^']+)';$")
REEXPORT = re.compile(r"^export \{ (\w+) as (\w+) \} from '([^']+)';$")
STAR = re.compile(r"^export \* from '([^']+)';$")
CONST = re.compile(r"^export const (\w+) = (\w+);$")
FUNCTION = re.compile(r"^export function (\w+)\(\) \{ return (\w+) \+ (\w+); \}$")


def candidates(importer, specifier):
    base = os.path.normpath(os.path.join(os.path.dirname(importer), specifier))
    return [base + ".ts", base + "/index.ts"]


class Module:
    """What a text says."""

    def __init__(self, text):
        self.imports = []  # (specifier, imported name or "*", local name, kind)
        self.definitions = {}  # exported name: (text, names it uses)
        for line in (text or b"").decode().splitlines():
            self.read(line)

    def read(self, line):
        if match := IMPORT.match(line):
            self.imports.append((match[3], match[1], match[2], "import"))
        elif match := REEXPORT.match(line):
            self.imports.append((match[3], match[1], match[2], "reexport"))
            self.definitions[match[2]] = (line, None)
        elif match := STAR.match(line):
            self.imports.append((match[1], "*", None, "star"))
        elif match := CONST.match(line):
            self.definitions[match[1]] = (line, [name for name in [match[2]] if not name.isdigit()])
        elif match := FUNCTION.match(line):
            self.definitions[match[1]] = (line, sorted({match[2], match[3]}))


class Graph:
    """The modules of a tree and what they import, each looked at when it is first asked for.

    `exists` says whether a path is there, or will be when the build is over."""

    def __init__(self, tree, exists):
        self.tree = tree
        self.exists = exists
        self.modules = {}
        self.closures = {}
        self.values = {}  # of definitions with all they use

    def module(self, path):
        if path not in self.modules:
            self.modules[path] = Module(self.tree.read(path))
        return self.modules[path]

    def where(self, importer, specifier):
        """The file that an import finds; None when there is none."""
        for path in candidates(importer, specifier):
            if self.exists(path):
                return path
        return None

    def resolve(self, importer, specifier):
        """The module that this is: a file has one name, whatever links lead to it."""
        path = self.where(importer, specifier)
        return None if path is None else self.tree.real(path)

    def targets(self, path):
        """What a module imports, itself left out."""
        found = [self.resolve(path, spec) for spec, _, _, _ in self.module(path).imports]
        return sorted({target for target in found if target and target != path})

    def reached(self, path):
        """All that a module imports, however far; itself only if it is in a circle."""
        seen, stack = set(), [path]
        while stack:
            for target in self.targets(stack.pop()):
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
        return sorted(seen)

    def circle(self, path):
        """The modules that import each other with this one, itself among them."""
        return sorted({path} | {q for q in self.reached(path) if path in self.reached(q)})

    def closure(self, path):
        """All that a module reaches, itself included, as one value."""
        if path in self.closures:
            return self.closures[path]
        circle = self.circle(path)
        parts = [(member, self.tree.read(member)) for member in circle]
        targets = {target for member in circle for target in self.targets(member)}
        parts += sorted({self.closure(target) for target in targets - set(circle)}, key=repr)
        value = parts[0] if len(parts) == 1 else ("closure", digest(*parts))
        self.closures.update({member: value for member in circle})
        return value

    def closures_of(self, path):
        """What a job with this source depends on, if it depends on all that this imports."""
        if len(self.circle(path)) > 1:
            return [self.closure(path)]
        return sorted({self.closure(target) for target in self.targets(path)}, key=repr)

    # ---- definitions ----------------------------------------------------------------------------

    def find(self, path, name):
        """The module that shows `name` to those who import `path`: itself, or one that it exports
        again as a whole. None when nobody does, or more than one, so that any may be meant."""
        queue, found = [path], []
        for module in queue:
            if name in self.module(module).definitions:
                found.append(module)
                continue
            for spec, _, _, kind in self.module(module).imports:
                target = self.resolve(module, spec) if kind == "star" else None
                if target and target not in queue:
                    queue.append(target)
        return found[0] if len(found) == 1 else None

    def node(self, path, name):
        """What `name` of `path` means: a definition, or all of the module if that is not clear."""
        where = self.find(path, name) if name != "*" else None
        return (where, name) if where else (path, "*")

    def use(self, importer, spec, name, label):
        """An edge to what is imported; a name that leads nowhere counts by how it is written."""
        target = self.resolve(importer, spec)
        if target is None:
            return None, (label, spec, name)
        return [(self.node(target, name), label)], None

    def look(self, node):
        """A node's own text, its edges [(node, label)], and what it uses that is no node."""
        path, name = node
        module = self.module(path)
        edges, leaves = [], []

        def add(spec, imported, label):
            found, leaf = self.use(path, spec, imported, label)
            edges.extend(found or [])
            leaves.extend([leaf] if leaf else [])

        if name == "*":
            for own in module.definitions:
                edges.append(((path, own), own))
            for place, (spec, _, _, kind) in enumerate(module.imports):
                if kind == "star":
                    add(spec, "*", ("star", spec, place))
            own = None if module.definitions else self.tree.read(path)
            return own, edges, leaves
        text, uses = module.definitions[name]
        if uses is None:  # export { a as b } from
            for spec, imported, local, kind in module.imports:
                if kind == "reexport" and local == name:
                    add(spec, imported, (kind, local, imported))
            return (name, text_of_reexport(text)), edges, leaves
        for used in uses:
            here = module.definitions.get(used, (None, None))
            if used != name and here[1] is not None:
                edges.append(((path, used), used))
            for spec, imported, local, kind in module.imports:
                if kind == "import" and local == used:
                    add(spec, imported, (kind, local, imported))
        return (name, text), edges, leaves

    def value(self, root):
        """Something that changes when a definition, or anything it uses, does: by names alone, so
        that a module that is called otherwise and says the same is the same; in a circle, where
        names alone may not tell who uses whom, by paths as well."""
        low, order, stack, open_nodes = {}, {}, [], set()

        def visit(node):
            order[node] = low[node] = len(order)
            stack.append(node)
            open_nodes.add(node)
            _, edges, _ = self.look(node)
            for used, _ in edges:
                if used in self.values:
                    continue
                if used not in order:
                    visit(used)
                    low[node] = min(low[node], low[used])
                elif used in open_nodes:
                    low[node] = min(low[node], order[used])
            if low[node] == order[node]:
                circle = []
                while not circle or circle[-1] != node:
                    circle.append(stack.pop())
                    open_nodes.discard(circle[-1])
                self.settle(circle)

        if root not in self.values:
            visit(root)
        return self.values[root]

    def settle(self, circle):
        """Gives the members of a circle, or a node by itself, their values."""
        if len(circle) == 1:
            own, edges, leaves = self.look(circle[0])
            uses = sorted(repr((label, self.values[n])) for n, label in edges if n != circle[0])
            self.values[circle[0]] = digest(own, uses, sorted(map(repr, leaves)))
            return
        parts = []
        for node in circle:
            own, edges, leaves = self.look(node)
            mine = (own, sorted(map(repr, leaves)), node[0])
            for used, label in edges:
                inside = used in circle
                parts.append(repr((mine, label, used[0] if inside else self.values[used])))
            parts.append(repr(mine))
        for node in circle:
            own, _, _ = self.look(node)
            self.values[node] = digest(own, node[0], sorted(parts))


def text_of_reexport(line):
    """Where it leads is told by its edge."""
    return re.sub(r" from .*", "", line)


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def flatten(read, resolve, path):
    """A module followed by all it imports, each once, in the order in which a walk meets them: what
    tools/flat.sh prints."""
    seen, parts = set(), []

    def walk(path):
        if path in seen:
            return
        seen.add(path)
        parts.append(read(path))
        for spec, _, _, _ in Module(read(path)).imports:
            target = resolve(path, spec)
            if target:
                walk(target)

    walk(path)
    return b"".join(parts)
