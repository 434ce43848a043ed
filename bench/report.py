#!/usr/bin/env python3
"""How long it takes to make the report of a large trace, and to open it in Chromium: from asking
for the page until its first picture is complete, in a new tab each time, the file in the page cache.

usage: report.py [--jobs N] [--runs N] DIRECTORY    where jig-trace-make and jig-trace-page are
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "tests/integration"))
from chromium import PROGRAM, Chromium  # noqa: E402


def say(what, values, unit):
    print(
        f"{what:<8} median {statistics.median(values):7.0f} {unit}"
        f"   min {min(values):7.0f}   max {max(values):7.0f}   runs {len(values)}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=100000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    if not PROGRAM:
        sys.exit("there is no chromium on this machine")
    with tempfile.TemporaryDirectory(prefix="jig-bench-") as folder:
        trace, page = f"{folder}/trace", f"{folder}/page.html"
        subprocess.run(
            [options.directory / "jig-trace-make", str(options.jobs), "7", trace], check=True
        )
        made, opened = [], []
        for _ in range(options.runs):
            before = time.monotonic()
            subprocess.run([options.directory / "jig-trace-page", trace, page], check=True)
            made.append(1000 * (time.monotonic() - before))
        with Chromium() as chromium:
            for _ in range(options.runs):
                tab = chromium.open(page)
                opened.append(float(tab.evaluate("document.documentElement.dataset.drawn")))
                if tab.problems:
                    sys.exit(f"the page has problems: {tab.problems}")
                tab.close()
        size = pathlib.Path(page).stat().st_size
        print(f"{options.jobs} jobs, a page of {size / 1048576:.1f} MiB")
        say("made in", made, "ms")
        say("open in", opened, "ms")


if __name__ == "__main__":
    main()
