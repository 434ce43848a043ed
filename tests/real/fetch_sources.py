"""Fetches the source packages that the real-project tests build: `fetch_sources.py DIRECTORY`.

They come from the machine's own apt repositories, through a private copy of their list with `deb`
turned into `deb-src` and apt directories of its own: nothing on the machine changes, and no root
is needed. A download that fails is a failure of the tests, not a reason to leave them out.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

PACKAGES = ["zlib", "libuv1"]


def source_lists(etc=pathlib.Path("/etc/apt")):
    """The machine's package lists as (file name, text), asking for sources instead of binaries."""
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]:
        if path.is_file():
            lines = re.findall(r"^\s*deb\s.*$", path.read_text("utf-8"), re.MULTILINE)
            yield path.name, "".join(re.sub(r"^\s*deb\s", "deb-src ", x) + "\n" for x in lines)
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        stanzas = re.split(r"\n\s*\n", path.read_text("utf-8"))
        asked = [x for x in stanzas if re.search(r"^Types:.*\bdeb\b", x, re.MULTILINE)]
        text = "\n\n".join(re.sub(r"(?m)^Types:.*$", "Types: deb-src", x) for x in asked)
        yield path.name, text + "\n"


def fetch(root):
    private = root / "apt"
    parts = private / "sources.list.d"
    for directory in (parts, private / "lists/partial", private / "cache/archives/partial"):
        directory.mkdir(parents=True, exist_ok=True)
    for name, text in source_lists():
        name = "main.list" if name == "sources.list" else name
        (parts / name).write_text(text, "utf-8")
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": parts,
        "Dir::State": private,
        "Dir::State::Lists": private / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": private / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Retries": "3",
    }
    apt = ["apt-get", "-qq", *[f"-o{name}={value}" for name, value in options.items()]]
    subprocess.run([*apt, "update"], check=True)
    for package in PACKAGES:
        unpacked = root / package
        if unpacked.exists():
            continue
        work = root / f"{package}.new"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        subprocess.run([*apt, "source", package], cwd=work, check=True)
        (tree,) = [path for path in work.iterdir() if path.is_dir()]
        tree.rename(unpacked)
        shutil.rmtree(work)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    if not all((target / package).exists() for package in PACKAGES):
        target.mkdir(parents=True, exist_ok=True)
        fetch(target)
    print("sources:", ", ".join(os.path.join(target, package) for package in PACKAGES))
