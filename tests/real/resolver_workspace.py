"""Monorepos made at random, to ask two resolvers the same questions about.

Names are few and endings many, so that names meet: `a` is a file, a folder and a package.
"""

import json
import os
import pathlib

NAMES = ["a", "b", "c", "lib", "index", "a.b"]
ENDINGS = [".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".d.mts", ".cts", ".cjs"]
OTHER_ENDINGS = [".json", ".css", ".svg"]
CONDITIONS = ["types", "import", "require", "node", "browser", "default", "custom"]
STATIC, REQUIRE = 0, 3


class Workspace:
    def __init__(self, random, root):
        self.random = random
        self.root = pathlib.Path(root)
        self.packages = []  # folders
        self.names = []  # of packages, wherever they lie
        self.files = []
        self.folders = [""]

    def put(self, path, content=""):
        target = self.root / path
        if target.exists() or any(parent.is_file() for parent in target.parents):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        target.write_text(text, "utf-8")
        self.files.append(path)

    def some(self, *choices):
        return self.random.choice(choices)

    def maybe(self, probability):
        return self.random.random() < probability

    # ---- files

    def path(self, depth=2):
        parts = [self.random.choice(NAMES) for _ in range(self.random.randint(1, depth))]
        return "/".join(parts)

    def sources(self, folder, count):
        for _ in range(count):
            ending = self.random.choice(ENDINGS if self.maybe(0.9) else OTHER_ENDINGS)
            path = os.path.normpath(f"{folder}/{self.path()}{ending}")
            self.put(path, "{}" if ending == ".json" else "")
            self.folders.append(os.path.dirname(path))

    # ---- package.json

    def target(self):
        if self.maybe(0.1):
            return self.some(None, "bad", "../a.ts", "./node_modules/a.ts", "./x/../a.js")
        ending = self.random.choice([".js", ".ts", ".d.ts", ".mjs", ".css", ".json"])
        return f"./{self.some('src', 'dist', '.')}/{self.path()}{ending}".replace("././", "./")

    def exports(self, depth=2, star=False):
        kind = self.random.random()
        if depth == 0 or kind < 0.5:
            target = self.target()
            if star and target and self.maybe(0.9):
                return f"./{self.some('src', 'dist', 'src/a')}/*{self.some('', '.js', '.ts')}"
            return target
        if kind < 0.6:
            return [self.exports(depth - 1, star) for _ in range(2)]
        conditions = self.random.sample(CONDITIONS, 3)
        return {name: self.exports(depth - 1, star) for name in conditions}

    def export_table(self):
        if self.maybe(0.3):
            return self.exports()
        table = {".": self.exports()} if self.maybe(0.8) else {}
        for key in self.random.sample(["./a", "./b", "./lib/a", "./package.json"], 2):
            table[key] = self.exports()
        for key in self.random.sample(["./*", "./a/*", "./*.js", "./lib/*.js", "./lib/"], 2):
            table[key] = "./src/" if key[-1] == "/" else self.exports(star=True)
        return table

    def package_json(self, name):
        json_ = {"name": name}
        if self.maybe(0.5):
            json_["main"] = self.some(
                "lib", "./dist/a.js", "src/index.ts", "index", "./none.js", "."
            )
        if self.maybe(0.3):
            json_[self.some("types", "typings")] = self.some("a.d.ts", "./dist/a", "none.d.ts")
        if self.maybe(0.4):
            json_["exports"] = self.export_table()
        if self.maybe(0.3):
            json_["imports"] = {
                "#a": self.exports(),
                "#lib/*": self.exports(star=True),
                "#ext": self.some("e0", "@s/e1", "none"),
            }
        return json_

    def package(self, folder, name):
        self.put(f"{folder}/package.json", self.package_json(name))
        self.sources(folder, 3)
        self.sources(f"{folder}/src", 6)
        if self.maybe(0.5):
            self.sources(f"{folder}/dist", 4)

    # ---- tsconfig.json

    def tsconfig(self, folder, inherits):
        options = {}
        if self.maybe(0.3):
            options["baseUrl"] = self.some(".", "src", "./lib")
        if self.maybe(0.7):
            keys = self.random.sample(["@/*", "@/lib/*", "~a", "*", "e0", "@/*.js", "@acme/*"], 3)
            stars = ["./src/*", "./*", "./lib/*.ts", "${configDir}/src/*"]
            options["paths"] = {
                key: self.random.sample(stars, 2) if "*" in key else [self.some("./a", "./a.js")]
                for key in keys
            }
        if self.maybe(0.2):
            options["rootDirs"] = ["src", "dist"]
        if self.maybe(0.3):
            options["customConditions"] = ["custom"]
        config = {"compilerOptions": options}
        if inherits and self.maybe(0.5):
            config["extends"] = self.some(inherits, [inherits, inherits])
        self.put(f"{folder}/tsconfig.json".lstrip("/"), config)

    # ---- all of it

    def make(self):
        self.tsconfig("", None)
        self.sources("src", 8)
        for i in range(4):
            name = self.some(f"@acme/p{i}", f"p{i}")
            folder = f"packages/p{i}"
            self.package(folder, name)
            self.packages.append(folder)
            self.names.append(name)
            if self.maybe(0.5):
                self.tsconfig(folder, "../../tsconfig.json")
            if self.maybe(0.6):
                link = self.root / "node_modules" / name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(os.path.relpath(self.root / folder, link.parent))
        for i in range(3):
            name = self.some(f"@s/e{i}", f"e{i}")
            self.names.append(name)
            holder = self.some("", "", "packages/p0/", "packages/p1/")
            self.package(f"{holder}node_modules/{name}", name)
            if self.maybe(0.4):
                mangled = name.lstrip("@").replace("/", "__")
                self.package(f"node_modules/@types/{mangled}", f"@types/{mangled}")

    def specifier(self, folder):
        kind = self.random.random()
        if kind < 0.35:  # a file that is there, its ending changed or not
            target = os.path.relpath(self.random.choice(self.files), folder or ".")
            stem = target.split(".", target.count("..") + 1)[0] if self.maybe(0.2) else target
            for ending in sorted(ENDINGS, key=len, reverse=True):
                if stem.endswith(ending) and self.maybe(0.8):
                    stem = stem[: -len(ending)] + self.some("", "", ".js", ".jsx", ".mjs", ".ts")
                    break
            return stem if stem.startswith(".") else f"./{stem}"
        if kind < 0.5:
            ending = self.some("", "", "", "/", ".js", ".ts", ".json", ".css")
            return self.some("./", "../", "../../") + self.path() + ending
        if kind < 0.53:
            return self.some(".", "..", "./", "../", "#a", "#lib/a", "#ext", "#none", "#lib/b.js")
        if kind < 0.63:
            return self.some("@/", "@/lib/", "~", "") + self.path() + self.some("", ".js")
        name = self.random.choice(self.names + ["none", "@acme/none", "fs", "node:fs"])
        if self.maybe(0.4):
            return name
        if self.maybe(0.2):
            return f"{name}/{self.some('src', 'dist', 'lib', 'src/lib')}"
        return f"{name}/{self.path()}{self.some('', '', '.js', '.css', '/package.json')}"

    def questions(self, count):
        folders = sorted(set(self.folders))
        for _ in range(count):
            folder = self.random.choice(folders)
            kind = REQUIRE if self.maybe(0.2) else STATIC
            yield os.path.join(folder, "main.ts"), self.specifier(folder), kind
