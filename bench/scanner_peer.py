#!/usr/bin/env python3
"""Scanning against bundling: `scanner_peer.py JIG_BENCH_SCANNER DIRECTORY [ROUNDS]`.

In DIRECTORY, npm installs esbuild and the sources of a few packages. esbuild then bundles every
file of them (it parses, resolves, links and writes; minification off), and jig-bench-scanner scans
the same files on one thread, by turns. What the two do is not the same: esbuild's time is a
yardstick for how long reading these sources takes a fast tool, not a race.
"""

import pathlib
import statistics
import subprocess
import sys
import time

PACKAGES = ["esbuild@0.25.3", "rxjs@7.8.2", "three@0.176.0", "lodash-es@4.17.21", "date-fns@4.1.0"]
ROOTS = ["rxjs/src/internal", "three/src", "lodash-es", "date-fns/locale"]
SUFFIXES = (".js", ".mjs", ".ts")


def sources(modules):
    for root in ROOTS:
        for path in sorted((modules / root).rglob("*")):
            name = path.name
            if name.endswith(SUFFIXES) and not name.endswith(".d.ts") and path.is_file():
                yield path


def main():
    scanner, directory = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    directory.mkdir(parents=True, exist_ok=True)
    if not (directory / "node_modules/esbuild").exists():
        command = ["npm", "install", "--silent", "--prefix", str(directory), *PACKAGES]
        subprocess.run(command, check=True)
    paths = list(sources((directory / "node_modules").resolve()))
    entry = directory / "entry.js"
    entry.write_text(
        "".join(f'import * as m{i} from "{x}"; console.log(m{i});\n' for i, x in enumerate(paths))
    )
    bundle = ["node_modules/.bin/esbuild", "entry.js", "--bundle", "--outfile=out.js"]
    bundle += ["--platform=node", "--log-level=error"]
    times = []
    listed = "".join(f"{path}\n" for path in paths)
    for _ in range(rounds):
        start = time.monotonic()
        subprocess.run(bundle, cwd=directory, check=True)
        times.append(1000 * (time.monotonic() - start))
        subprocess.run([str(scanner), "typescript"], input=listed, text=True, check=True)
    print(
        f"esbuild, {len(paths)} files: best {min(times):.0f} ms, median {statistics.median(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
