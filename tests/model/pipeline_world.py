"""Random projects over a jig.yaml: what it says, what its jobs make, and what may happen to it.

A spec is {"pipelines": {name: {"flag", …}}, "package": flag or None}: which of the PIPELINES below
there are, and with what settings. Every text of a command has a flag in it, so that it can change.

    notes/{a,b,c}/*.txt   texts
    words/*.txt           texts that modules are made from, gen/words/*.ts
    code/{a,b}/*.ts       modules, importing each other and code/lib/*.ts
    code/app/*.ts         modules that import what is made, too
    vault/*               what links lead to
    pack/*.txt            texts of a package with a jig.yaml of its own
"""

import fnmatch
import json
import os

from . import rule
from .modules import Graph, flatten
from .text import cksum

FLAT = r"""# Prints a module and after it all that it imports, however far, each once.
order=
flat() {
    case " $order " in *" $1 "*) return ;; esac
    order="$order $1"
    while read -r line; do
        case $line in *" from '"*) ;; *) continue ;; esac
        name=${line#*" from '"}
        name=${name%%"'"*}
        dir=${1%/*}
        while :; do
            case $name in
            ./*) name=${name#./} ;;
            ../*) name=${name#../} dir=${dir%/*} ;;
            *) break ;;
            esac
        done
        for end in .ts /index.ts; do
            if [ -f "$dir/$name$end" ]; then
                flat "$dir/$name$end"
                break
            fi
        done
    done < "$1"
}
flat "./$1"
cat $order
"""


class Pipeline:
    """A kind of pipeline, with what its jobs do in two languages: jig.yaml's and Python's."""

    def __init__(self, sources, shell, outputs, act, **more):
        self.sources = sources  # a pattern, in jig.yaml's and fnmatch's language alike
        self.shell = shell
        self.outputs = outputs
        self.act = act  # act(flag, environment, [bytes read of the sources]) → [bytes], or Failed
        self.collect = more.get("collect")  # names
        self.scan = more.get("scan", False)
        self.flat = more.get("flat", False)  # runs tools/flat.sh on the source
        self.builtin = more.get("builtin")
        self.env = more.get("env")


class Failed(Exception):
    """The command fails; what it had written until then is removed again."""

    def __init__(self, touched):
        super().__init__()
        self.touched = touched


def lines_of(text, pick):
    return b"".join(line for line in text.splitlines(True) if pick(line))


def strict(flag, _, texts):
    if b"FAIL" in texts[0]:
        raise Failed(touched=False)
    return [flag + texts[0]]


def late(flag, _, texts):
    if b"FAIL" in texts[0]:
        raise Failed(touched=True)
    return [flag + texts[0]]


def key_lines(text):
    return lines_of(text, lambda line: line.startswith(b"k"))


NOTES = "notes/**/*.txt"
SEARCHED = "{{ echo FLAG; grep '^k' {source} || :; }}"

PIPELINES = {
    "upper": Pipeline(
        NOTES,
        "{{ echo FLAG; tr a-z A-Z < {source}; }} > {out}",
        ["gen/upper/{dir}/{stem}.up"],
        lambda flag, _, texts: [flag + texts[0].upper()],
    ),
    "keys": Pipeline(
        NOTES,
        SEARCHED + " > {out}",
        ["gen/keys/{dir}/{stem}.key"],
        lambda flag, _, texts: [flag + key_lines(texts[0])],
    ),
    "sums": Pipeline(
        "gen/keys/**/*.key",
        "{{ echo FLAG; cksum < {source}; }} > {out}",
        ["gen/sums/{dir}/{stem}.sum"],
        lambda flag, _, texts: [flag + cksum(texts[0])],
    ),
    "strict": Pipeline(
        "notes/b/*.txt",
        "! grep -q FAIL {source} && {{ echo FLAG; cat {source}; }} > {out}",
        ["gen/strict/{dir}/{stem}.ok"],
        strict,
    ),
    "late": Pipeline(
        "notes/c/*.txt",
        "{{ echo FLAG; cat {source}; }} > {out}; ! grep -q FAIL {source}",
        ["gen/late/{dir}/{stem}.ok"],
        late,
    ),
    "copies": Pipeline(
        NOTES,
        None,
        ["gen/copies/{dir}/{name}"],
        lambda flag, _, texts: [texts[0]],
        builtin="copy",
    ),
    "two": Pipeline(
        "notes/a/*.txt",
        "{{ echo FLAG; cat {source}; }} > {out1}; " + SEARCHED + " > {out2}",
        ["gen/two/{dir}/{stem}.all", "gen/two/{dir}/{stem}.key"],
        lambda flag, _, texts: [flag + texts[0], flag + key_lines(texts[0])],
    ),
    "flavoured": Pipeline(
        "notes/a/*.txt",
        "{{ echo FLAG $FLAVOUR; cat {source}; }} > {out}",
        ["gen/flavoured/{dir}/{stem}.txt"],
        lambda flag, env, texts: [flag[:-1] + (b" " if env else b"") + env + b"\n" + texts[0]],
        env="FLAVOUR",
    ),
    "all": Pipeline(
        None,
        "{{ echo FLAG; cat /dev/null {sources} | cksum; }} > {out}",
        ["gen/all.sum"],
        lambda flag, _, texts: [flag + cksum(b"".join(texts))],
        collect=["keys", "two"],
    ),
    "top": Pipeline(
        None,
        "{{ echo FLAG; cat /dev/null {sources}; }} > {out}",
        ["gen/top.txt"],
        lambda flag, _, texts: [flag + b"".join(texts)],
        collect=["all", "strict", "late"],
    ),
    "words": Pipeline(
        "words/*.txt",
        "{{ echo '// FLAG'; grep '^export' {source} || :; }} > {out}",
        ["gen/words/{stem}.ts"],
        lambda flag, _, texts: [
            b"// " + flag + lines_of(texts[0], lambda line: line.startswith(b"export"))
        ],
    ),
    "app": Pipeline(
        "code/app/*.ts",
        "{{ echo FLAG; sh tools/flat.sh {source}; }} > {out}",
        ["gen/app/{stem}.txt"],
        lambda flag, _, texts: [flag + texts[0]],
        scan=True,
        flat=True,
    ),
    "whole": Pipeline(
        "code/[ab]/*.ts",
        "{{ echo FLAG; sh tools/flat.sh {source}; }} > {out}",
        ["gen/whole/{dir}/{stem}.txt"],
        lambda flag, _, texts: [flag + texts[0]],
        scan=True,
        flat=True,
    ),
    "seen": Pipeline(
        "code/[ab]/*.ts",
        "{{ echo FLAG; grep -v '^//' {source} || :; }} > {out}",
        ["gen/seen/{dir}/{stem}.txt"],
        lambda flag, _, texts: [flag + lines_of(texts[0], lambda line: line[:2] != b"//")],
        scan=True,
    ),
    "plain": Pipeline(
        "code/lib/*.ts",
        "{{ echo FLAG; cat {source}; }} > {out}",
        ["gen/plain/{dir}/{stem}.txt"],
        lambda flag, _, texts: [flag + texts[0]],
        scan=True,
    ),
}

# Settings that scanning pipelines may have; the others are for their whole life as above.
DEPENDS = ["transitive", "direct", "self"]
SEES = ["content", "definitions"]
# What has to run with everything that is imported, or would make something else.
FIXED = {"app", "whole"}

PACKAGE = """\
version: 1
pipelines:
  - name: packed
    sources: "*.txt"
    generate: {{ shell: "{{{{ echo {flag}; cat {{source}}; }}}} > {{out}}" }}
    outputs: ["made/{{stem}}.out"]
"""


PULSE = """\
  - name: pulse
    sources: "pulse/beat.txt"
    generate: { shell: "cat {source} > {out}" }
    outputs: ["pulse/{stem}.made"]
"""


def matches(pattern, path):
    """jig.yaml's patterns, as far as they are used here."""
    if path.startswith("."):
        return False
    if "**/" in pattern:
        head, tail = pattern.split("**/")
        name = os.path.basename(path)
        return path.startswith(head) and fnmatch.fnmatchcase(name, tail)
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


def fill_in(template, source):
    folder, name = os.path.split(source)
    stem = os.path.splitext(name)[0]
    return template.replace("{dir}", folder).replace("{stem}", stem).replace("{name}", name)


class PipelineWorld:
    kind = "pipelines"
    manifest = "jig.yaml"

    def __init__(self, spec):
        self.spec = spec
        self.environment = {}

    # ---- what it says ---------------------------------------------------------------------------

    def render(self):
        lines = ["version: 1\npipelines:\n" if self.spec["pipelines"] else "version: 1\n"]
        for name, settings in self.spec["pipelines"].items():
            lines += self.render_pipeline(name, PIPELINES[name], settings)
        files = {"jig.yaml": "".join(lines), "tools/flat.sh": FLAT + f"echo {self.spec['tool']}\n"}
        if self.spec["package"]:
            files["pack/jig.yaml"] = PACKAGE.format(flag=self.spec["package"])
        if self.spec["ignored"]:
            files[".gitignore"] = f"notes/{self.spec['ignored']}/\n"
        return files

    def render_pipeline(self, name, pipeline, settings):
        yield f"  - name: {name}\n"
        if pipeline.collect:
            yield f"    collect: [{', '.join(self.collected(pipeline))}]\n"
        else:
            yield f'    sources: "{pipeline.sources}"\n'
        if settings.get("exclude"):
            yield f'    exclude: "{settings["exclude"]}"\n'
        if pipeline.scan:
            yield f"    scan: typescript\n    depends: {settings['depends']}\n"
            yield f"    sees: {settings['sees']}\n"
        if pipeline.env:
            yield f"    env: [{pipeline.env}]\n"
        what = f'builtin: {pipeline.builtin}, version: "{settings["flag"]}"'
        if pipeline.shell:
            what = f'shell: "{pipeline.shell.replace("FLAG", settings["flag"])}"'
        yield f"    generate: {{ {what} }}\n"
        yield f"    outputs: {json.dumps(pipeline.outputs)}\n"

    def collected(self, pipeline):
        return [name for name in pipeline.collect if name in self.spec["pipelines"]]

    @staticmethod
    def add_pulse(manifest):
        """The manifest with a job from pulse/beat.txt to pulse/beat.made in addition."""
        return manifest + PULSE

    @staticmethod
    def ignored(path):
        return False

    # ---- which jobs there are -------------------------------------------------------------------

    def is_source(self, path, tree):
        """Whether a pattern may take it: what jobs made is offered by those that make it still."""
        ignored = self.spec["ignored"]
        hidden = any(part.startswith(".") for part in path.split("/"))
        return not (
            hidden
            or path in tree.made
            or tree.read(path) is None
            or (ignored and path.startswith(f"notes/{ignored}/"))
        )

    def jobs(self, tree):
        if any(p.collect and not self.collected(p) for p in self.present().values()):
            raise rule.Broken("a pipeline collects nothing")
        files = sorted(p for p in tree.nodes if self.is_source(p, tree))
        selected = self.select(files)
        made = {out for name, sources in selected.items() for out in self.outputs(name, sources)}
        if self.spec["package"]:
            packed = [path for path in files if matches("pack/*.txt", path)]
            made |= {f"pack/made/{os.path.basename(path)[:-4]}.out" for path in packed}

        def exists(path):
            return path in made or (path not in tree.made and tree.read(path) is not None)

        static = Graph(tree, exists)
        jobs = []
        for name, sources in selected.items():
            if PIPELINES[name].collect:
                jobs.append(self.collecting_job(name, selected))
            else:
                jobs += [self.source_job(name, source, static, exists) for source in sources]
        if self.spec["package"]:
            jobs += [self.package_job(path) for path in packed]
        return jobs

    def present(self):
        return {name: PIPELINES[name] for name in self.spec["pipelines"]}

    def select(self, files):
        """The sources of each pipeline: files, and what others make."""
        selected = {name: [] for name in self.present()}
        offered = list(files)
        for path in offered:
            for name, pipeline in self.present().items():
                exclude = self.spec["pipelines"][name].get("exclude")
                if pipeline.collect or not matches(pipeline.sources, path):
                    continue
                if path in selected[name] or (exclude and matches(exclude, path)):
                    continue
                selected[name].append(path)
                offered += [fill_in(out, path) for out in pipeline.outputs]
        return selected

    def outputs(self, name, sources):
        pipeline = PIPELINES[name]
        if pipeline.collect:
            return list(pipeline.outputs)
        return [fill_in(out, source) for source in sources for out in pipeline.outputs]

    # ---- jobs -----------------------------------------------------------------------------------

    def source_job(self, name, source, static, exists):
        pipeline, settings = PIPELINES[name], self.spec["pipelines"][name]
        outputs = [fill_in(out, source) for out in pipeline.outputs]
        env = self.environment.get(pipeline.env) if pipeline.env else None
        tool = self.spec["tool"]
        tools = ["tools/flat.sh"] if pipeline.flat else []
        depends, sees = settings.get("depends", "self"), settings.get("sees", "content")


        def seen(tree):
            """Found out when its turn has come: what others make is there then."""
            return what_is_seen(Graph(tree, exists), source, depends, sees)

        return rule.Job(
            outputs=outputs,
            recipe=(name, source, settings["flag"], env),
            reads=[source, *tools],
            sees=seen if pipeline.scan else None,
            seen=static.reached(static.tree.real(source)) if depends != "self" else [],
            act=lambda tree: act(pipeline, settings, env, tool, source, outputs, tree),
        )

    def collecting_job(self, name, selected):
        pipeline, settings = PIPELINES[name], self.spec["pipelines"][name]
        of = self.collected(pipeline)
        # What is collected comes in the order of the sources' paths.
        sources = [out for each in of for out in self.outputs(each, sorted(selected[each]))]

        def run(tree):
            texts = [tree.read(path) for path in sources]
            flag = settings["flag"].encode() + b"\n"
            return rule.Outcome({pipeline.outputs[0]: pipeline.act(flag, None, texts)[0]})

        return rule.Job(
            outputs=pipeline.outputs,
            recipe=(name, settings["flag"], tuple(sources)),
            reads=sources,
            act=run,
        )

    def package_job(self, path):
        flag = self.spec["package"]
        out = f"pack/made/{os.path.basename(path)[:-4]}.out"
        return rule.Job(
            outputs=[out],
            recipe=("packed", path, flag),
            reads=[path],
            act=lambda tree: rule.Outcome({out: flag.encode() + b"\n" + tree.read(path)}),
        )

    @staticmethod
    def virtual_jobs():
        """How many jobs there may be that run nothing: one for each closure."""
        return 60

    # ---- what nothing makes any more ------------------------------------------------------------

    @staticmethod
    def stale(tree, records, jobs):
        """Deletes outputs whose job is gone, unless somebody has changed them: those are his now.
        Returns the deleted ones."""
        keys = {job.key for job in jobs}
        made = {path for job in jobs for path in job.outputs}
        removed = []
        for key in [key for key in records if key not in keys]:
            record = records.pop(key)
            for path, content in zip(record.paths, record.outputs):
                if path in made or path not in tree.nodes:
                    continue
                if tree.nodes[path] == content:
                    tree.take(path)
                    removed.append(path)
                else:
                    tree.made.discard(path)
        return removed


def what_is_seen(graph, source, depends, sees):
    """What counts of a source's imports."""
    source = graph.tree.real(source)
    if depends == "self":
        return []
    if sees == "definitions":
        imports = [(graph.resolve(source, spec), name) for spec, name, _, _ in
                   graph.module(source).imports]
        wanted = {(path, name) for path, name in imports if path and path != source}
        values = {use: graph.value(graph.node(*use)) for use in wanted}
        return sorted((path, name, values[path, name]) for path, name in wanted)
    if depends == "transitive":
        return graph.closures_of(source)
    return [(path, graph.tree.read(path)) for path in graph.targets(source)]


def act(pipeline, settings, env, tool, source, outputs, tree):
    flag = settings["flag"].encode() + b"\n"
    text = tree.read(source)
    if pipeline.flat:
        graph = Graph(tree, lambda path: tree.read(path) is not None)
        text = flatten(tree.read, graph.where, source) + tool.encode() + b"\n"
    try:
        made = pipeline.act(flag, (env or "").encode(), [text])
    except Failed as failed:
        return rule.Outcome({outputs[0]: None} if failed.touched else {}, failed=True)
    return rule.Outcome(dict(zip(outputs, made)))
