"""The report of a trace as a reader has it: opened in a headless Chromium."""

import itertools
import math
import pathlib
import re
import subprocess
import tempfile
import unittest

from chromium import PROGRAM, Chromium
from harness import JIG, SLOW

TOOLS = pathlib.Path(JIG).parent
OPENS_WITHIN_MS = 15000 * SLOW  # far more than it takes, see bench/report.py; a hang is longer


def tool(name, *args):
    subprocess.run([TOOLS / name, *map(str, args)], check=True, timeout=60 * SLOW)


# How people see who lack one kind of cones (Machado, Oliveira and Fernandes, 2009; severity 1).
SIGHTS = {
    "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def times(matrix, vector):
    products = (sum(a * b for a, b in zip(row, vector)) for row in matrix)
    return [min(max(product, 0), 1) for product in products]


def oklab(colour):
    """Coordinates in which distances are as people see them (Ottosson, 2020)."""
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    cones = [cone ** (1 / 3) for cone in times(to_cones, colour)]
    return [sum(a * b for a, b in zip(row, cones)) for row in to_lab]


def luminance(colour):
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


class Modules(unittest.TestCase):
    """The page's modules are joined without a look at what they import: that is looked at here."""

    def test_modules_import_what_is_exported_by_modules_before_them(self):
        folder = pathlib.Path(__file__).parents[2] / "tools/trace"
        order = re.search(r"set\(report_modules ([^)]*)\)", (folder / "CMakeLists.txt").read_text())
        exported = {}
        for module in order[1].split():
            text = (folder / "report" / module).read_text()
            for names, source in re.findall(r'import \{([^}]*)\} from "\./(.*)";', text):
                for name in filter(None, map(str.strip, names.split(","))):
                    self.assertIn(name, exported.get(source, ()), f"{module} imports from {source}")
                    self.assertGreater(len(re.findall(rf"\b{name}\b", text)), 1, f"{module} uses")
            exported[module] = re.findall(r"^export (?:const|function|class) (\w+)", text, re.M)
        self.assertEqual(set(exported), {path.name for path in (folder / "report").glob("*.js")})


@unittest.skipUnless(PROGRAM, "there is no chromium on this machine")
class Report(unittest.TestCase):
    """Each test opens pages of its own, in one browser."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="jig-report-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.chromium = Chromium()
        cls.addClassCleanup(cls.chromium.close)

    def page_of(self, name):
        """The report of a known trace, or of one of so many jobs."""
        page = self.folder / f"{name}.html"
        if not page.exists():
            trace = self.folder / f"{name}.trace"
            if isinstance(name, int):
                tool("jig-trace-make", name, 7, trace)
            else:
                tool("jig-trace-known", name, trace)
            tool("jig-trace-page", trace, page)
        return page

    def open(self, name, address="", **options):
        page = self.chromium.open(self.page_of(name), address, **options)
        self.addCleanup(page.close)
        return page

    def assert_quiet(self, page):
        """Nothing went wrong in it, and it asked for nothing but itself."""
        page.evaluate("1")  # hears what had been said by now
        self.assertEqual(page.problems, [])
        self.assertEqual(len(page.requests), 1, page.requests)

    def rows(self, page, label):
        """The rows of a table as lists of texts."""
        return page.evaluate(
            f"""Array.from(document.querySelectorAll('table[aria-label="{label}"] tbody tr:not(.filler)'),
                (row) => Array.from(row.cells, (cell) => cell.innerText.replace(/\\s+/g, " ").trim()))"""
        )

    def find_on_canvas(self, page, part, text):
        """Moves the pointer over the timeline, so far from its left end, down to where the tip says
        the text; returns the place."""
        page.evaluate("document.getElementById('canvas').scrollIntoView({ block: 'start' })")
        box = page.evaluate("document.getElementById('canvas').getBoundingClientRect().toJSON()")
        x = box["left"] + 92 + (box["width"] - 104) * part
        for y in range(int(box["top"]) + 30, int(box["bottom"]), 4):
            page.mouse("mouseMoved", x, y)
            if text in page.text("#tip:not([hidden])"):
                return x, y
        self.fail(f"the timeline tells nowhere of {text}")

    # ---- what it says -------------------------------------------------------------------------

    def test_the_title_says_how_the_build_ended(self):
        page = self.open("small")
        self.assertEqual(page.evaluate("document.title"), "out: failed in 100 ms")
        self.assertEqual(page.text("h1"), "Failed in 100 ms")
        self.assertIn("/home/someone/project/out/build.ninja", page.text(".facts"))
        self.assertIn("asked for app", page.text(".facts"))
        self.assert_quiet(page)

    def test_advice_comes_first(self):
        page = self.open("small")
        self.assertEqual(page.texts("main h2")[:2], ["What to do next", "Timeline"])
        self.assertIn(
            "Slots were idle 38 % of the time because no job was ready", page.text(".advice")
        )
        self.assertIn("up to 33 ms (33 %) shorter", page.text(".advice"))

    def test_key_numbers(self):
        tiles = self.open("small").text(".tiles")
        for text in ("1 failed, 0 spared", "55 %", "1.1 of 2 on average", "75 ms", "90 %"):
            self.assertIn(text, tiles)

    def test_the_critical_path_step_by_step(self):
        self.assertEqual(
            self.rows(self.open("small"), "Critical path"),
            [
                ["0 ms", "jig no job of the path ran", "5.0 ms", "5 %"],
                ["5 ms", "gen/api.h waited for jig", "5.0 ms", "5 %"],
                ["10 ms", "gen/api.h ran", "20 ms", "20 %"],
                ["30 ms", "obj/a.o ran", "30 ms", "30 %"],
                ["60 ms", "bin/app waited for jig", "10 ms", "10 %"],
                ["70 ms", "bin/app ran", "25 ms", "25 %"],
                ["95 ms", "jig no job of the path ran", "5.0 ms", "5 %"],
            ],
        )

    def test_jobs_by_own_and_by_blocking_time(self):
        page = self.open("small")
        own = [(row[0], row[3]) for row in self.rows(page, "Jobs by own time")]
        self.assertEqual(
            own,
            [
                ("obj/a.o", "30 ms"),
                ("bin/app", "25 ms"),
                ("gen/api.h", "20 ms"),
                ("obj/b.o", "18 ms"),
            ],
        )
        blocking = [(row[0], row[3]) for row in self.rows(page, "Jobs by blocking time")]
        self.assertEqual(
            blocking, [("bin/app", "25 ms"), ("gen/api.h", "20 ms"), ("obj/a.o", "10 ms")]
        )

    def test_rules_reasons_and_the_files_they_name(self):
        page = self.open("small")
        self.assertEqual(self.rows(page, "Rules")[0][:3], ["cc", "2", "48 ms"])
        self.assertEqual(self.rows(page, "Reasons")[0], ["input changed", "2", "50 %", "48 ms"])
        self.assertEqual(
            self.rows(page, "Files that made jobs run"), [["include/a.h", "2", "50 %", "48 ms"]]
        )

    def test_fingerprints_by_why_they_were_looked_into(self):
        self.assertEqual(
            [row[:2] for row in self.rows(self.open("small"), "Fingerprints")],
            [
                ["unchanged", "90"],
                ["looked into: the file was not known", "6"],
                ["looked into: size, times or inode differ", "3"],
                ["looked into: it was too young when it was last looked at", "1"],
                ["looked into: it is not there any more", "0"],
            ],
        )

    def test_idle_slots_by_cause(self):
        rows = self.rows(self.open("small"), "Slot time")
        self.assertEqual(
            [row[1] for row in rows], ["93 ms", "20 ms", "65 ms", "0", "12 ms", "0", "0", "10 ms"]
        )

    def test_what_other_numbers_of_slots_would_do(self):
        rows = self.rows(self.open("small"), "With another number of slots")
        self.assertEqual(rows[0], ["1", "120 ms", "+20 %"])
        self.assertEqual(rows[1], ["2 (this build)", "100 ms", "the same"])

    def test_a_build_that_had_nothing_to_do(self):
        page = self.open("empty")
        self.assertIn("No job had to run", page.text(".advice"))
        self.assertEqual(self.rows(page, "All jobs"), [])
        self.assert_quiet(page)

    def test_the_report_of_a_build_that_was(self):
        place = self.folder / "build"
        place.mkdir()
        (place / "in").write_text("text")
        (place / "build.ninja").write_text(
            "rule cp\n  command = cp $in $out\nbuild middle: cp in\nbuild out: cp middle\n"
        )
        for args in (["build"], ["trace", "report", "-o", "report.html"]):
            subprocess.run(
                [JIG, *args], cwd=place, check=True, timeout=60 * SLOW, stdout=subprocess.DEVNULL
            )
        page = self.chromium.open(place / "report.html")
        self.addCleanup(page.close)
        self.assertEqual(
            [row[:3] for row in self.rows(page, "All jobs")],
            [["middle", "cp", "never built"], ["out", "cp", "never built"]],
        )
        self.assert_quiet(page)

    # ---- all jobs -----------------------------------------------------------------------------

    def test_all_jobs_with_why_each_ran(self):
        rows = self.rows(self.open("small"), "All jobs")
        self.assertEqual(
            [row[:3] for row in rows],
            [
                ["gen/api.h", "protoc", "never built"],
                ["obj/a.o", "cc", "input changed: include/a.h"],
                ["obj/b.o", "cc", "input changed: include/a.h"],
                ["bin/app", "link", "never built"],
                ["check", "cc", "only stands for others"],
            ],
        )

    def test_a_heading_sorts(self):
        page = self.open("small")
        heading = "#all-table th:nth-child(6) button"
        page.click(heading)
        self.assertEqual(
            [row[5] for row in self.rows(page, "All jobs")],
            ["30 ms", "25 ms", "20 ms", "18 ms", ""],
        )
        page.click(heading)
        self.assertEqual(
            [row[5] for row in self.rows(page, "All jobs")],
            ["", "18 ms", "20 ms", "25 ms", "30 ms"],
        )

    def test_of_many_jobs_only_the_rows_in_sight_exist(self):
        page = self.open(100000)
        self.assertLess(len(self.rows(page, "All jobs")), 100)
        page.evaluate("document.getElementById('all-table').scrollTop = 1e9")
        page.wait_for("document.querySelector('#all-table tr[aria-rowindex=\"100001\"]')")
        self.assertLess(len(self.rows(page, "All jobs")), 100)

    def test_scrolling_leaves_the_focus_where_it_is(self):
        page = self.open(100000)
        page.evaluate("document.querySelectorAll('#all-table button.job')[5].focus()")
        name = page.evaluate("document.activeElement.innerText")
        page.evaluate("document.getElementById('all-table').scrollTop = 10 * 30")
        page.wait_for("document.querySelector('#all-table tr[aria-rowindex=\"38\"]')")
        self.assertEqual(page.evaluate("document.activeElement.innerText"), name)

    # ---- moving in it -------------------------------------------------------------------------

    def test_search_finds_jobs(self):
        page = self.open("small")
        page.type("#search", "A.O")
        self.assertEqual(page.text("#found"), "1 job")
        self.assertEqual([row[0] for row in self.rows(page, "All jobs")], ["obj/a.o"])

    def test_search_by_rule_reason_and_state(self):
        page = self.open("small")
        for query, found in (
            ("rule:cc", ["obj/a.o", "obj/b.o", "check"]),
            ("why:include/a.h", ["obj/a.o", "obj/b.o"]),
            ('why:"input changed" b.o', ["obj/b.o"]),
            ("pool:links", ["bin/app"]),
            ("is:failed", ["bin/app"]),
            ("is:critical", ["gen/api.h", "obj/a.o", "bin/app"]),
            ("is:nothing", []),
        ):
            page.type("#search", query)
            self.assertEqual([row[0] for row in self.rows(page, "All jobs")], found, query)

    def test_enter_goes_from_match_to_match(self):
        page = self.open("small")
        page.type("#search", "rule:cc")
        page.key("Enter")
        self.assertEqual(page.text("#details h3"), "obj/a.o")
        page.key("Enter")
        self.assertEqual(page.text("#details h3"), "obj/b.o")

    def test_a_click_in_the_timeline_selects_the_job(self):
        page = self.open("small")
        x, y = self.find_on_canvas(page, 0.8, "bin/app")
        page.mouse("mousePressed", x, y, button="left", clickCount=1)
        page.mouse("mouseReleased", x, y, button="left", clickCount=1)
        details = page.text("#details")
        for text in (
            "bin/app",
            "failed with exit code 3",
            "25 % more than the 20 ms of its last run",
            "10 ms, for a slot or a place in pool links",
            "20 ms (15 ms user, 5.0 ms system), 80 % of one processor",
            "300 MiB",
            "Waited for 2 jobs",
            "obj/a.o",
            "check",
        ):
            self.assertIn(text, details)

    def test_the_pointer_is_told_what_ran_there(self):
        page = self.open("small")
        self.find_on_canvas(page, 0.4, "include/a.h")
        self.find_on_canvas(page, 0.02, "load the image")
        self.find_on_canvas(page, 0.65, "was ready, and waited 10 ms")

    def test_from_a_job_to_what_it_waited_for(self):
        page = self.open("small", "#job=bin%2Fapp")
        page.evaluate("document.querySelector('#details .jobs button').focus()")
        page.key("Enter")
        self.assertEqual(page.text("#details h3"), "obj/a.o")
        self.assertIn("On the critical path: 2 of 3 jobs", page.text("#details"))
        self.assertEqual(page.evaluate("document.activeElement.id"), "details")
        page.key("Escape")
        self.assertEqual(page.texts("#details:not([hidden])"), [])

    def test_the_address_keeps_the_view(self):
        page = self.open("small", "#job=obj%2Fb.o&find=rule%3Acc")
        self.assertEqual(page.text("#details h3"), "obj/b.o")
        self.assertEqual(page.evaluate("document.getElementById('search').value"), "rule:cc")
        page.evaluate("document.getElementById('canvas').focus()")
        page.key("+")
        page.wait_for("/job=obj%2Fb.o&from=\\d+&to=\\d+&find=rule%3Acc/.test(location.hash)")

    def test_a_wrong_address_is_no_harm(self):
        page = self.open("small", "#job=nobody&from=x&to=-5&find=%")
        self.assertEqual(page.texts("#details:not([hidden])"), [])
        self.assert_quiet(page)

    def test_keys_zoom_and_go_along_the_critical_path(self):
        page = self.open("small")
        page.evaluate("document.getElementById('canvas').focus()")
        for key, job in (
            ("c", "gen/api.h"),
            ("c", "obj/a.o"),
            ("ArrowUp", "gen/api.h"),
            ("ArrowDown", "obj/a.o"),
        ):
            page.key(key)
            self.assertEqual(page.text("#details h3"), job)
        page.key("Escape")
        self.assertEqual(page.texts("#details:not([hidden])"), [])
        page.key("+")
        page.wait_for("location.hash.includes('from=')")
        page.key("0")
        page.wait_for("!location.hash.includes('from=')")

    def test_the_wheel_scrolls_until_the_timeline_is_in_use(self):
        page = self.open("small", height=600)
        x, y = self.find_on_canvas(page, 0.8, "bin/app")
        before = page.evaluate("scrollY")
        page.mouse("mouseWheel", x, y, deltaX=0, deltaY=120)
        page.wait_for(f"scrollY === {before} + 120")
        self.assertNotIn("from=", page.evaluate("location.hash"))
        x, y = self.find_on_canvas(page, 0.8, "bin/app")
        page.evaluate("document.getElementById('canvas').focus({ preventScroll: true })")
        page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
        page.wait_for("location.hash.includes('from=')")

    def test_dragging_moves_and_shift_dragging_zooms(self):
        page = self.open("small")
        x, y = self.find_on_canvas(page, 0.2, "gen/api.h")
        page.mouse("mousePressed", x, y, button="left", clickCount=1, modifiers=8)
        page.mouse("mouseMoved", x + 300, y, button="left", buttons=1, modifiers=8)
        page.mouse("mouseReleased", x + 300, y, button="left", clickCount=1, modifiers=8)
        zoomed = page.wait_for("location.hash.includes('from=') && location.hash")
        page.mouse("mousePressed", x, y, button="left", clickCount=1)
        page.mouse("mouseMoved", x + 100, y, button="left", buttons=1)
        page.mouse("mouseReleased", x + 100, y, button="left", clickCount=1)
        page.wait_for(f"location.hash.includes('from=') && location.hash !== '{zoomed}'")

    def test_colours_can_show_why_jobs_ran(self):
        page = self.open("small")
        self.assertEqual(
            page.texts("#legend li"), ["cc", "link", "protoc", "failed", "critical path"]
        )
        page.evaluate("""(() => {
                const choice = document.getElementById("colour-by");
                choice.value = "reason";
                choice.dispatchEvent(new Event("change"));
            })()""")
        self.assertEqual(
            page.texts("#legend li"), ["input changed", "never built", "failed", "critical path"]
        )

    # ---- wherever it is read --------------------------------------------------------------------

    def test_it_is_dark_where_the_system_is_and_can_be_switched(self):
        page = self.open("small", scheme="dark")
        background = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(background)
        page.click("#theme")  # light
        light = page.evaluate(background)
        self.assertEqual((dark, light), ("rgb(20, 23, 28)", "rgb(255, 255, 255)"))
        page.prefer("light")
        page.click("#theme")  # dark
        self.assertEqual(page.evaluate(background), dark)

    def test_paper_is_white_whatever_the_screen_is(self):
        page = self.open("small", scheme="dark")
        corner = """(() => {
            const canvas = document.getElementById("canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, 90, canvas.height).data;
            return Math.max(...data.filter((_, at) => at % 4 === 0 && data[at + 3] > 200));
        })()"""
        self.assertGreater(page.evaluate(corner), 128)  # the names of rows, light on dark
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(
            page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)"
        )
        self.assertLess(page.evaluate(corner), 128)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        self.assertGreater(page.evaluate(corner), 128)

    def test_a_narrow_window_has_no_need_to_scroll_sideways(self):
        for name in ("small", "hostile"):
            page = self.open(name, "#job=bin%2Fapp", width=400)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 400, name)

    def test_all_parts_can_be_gone_to_in_a_narrow_window(self):
        for width in (400, 600, 800, 1200):
            page = self.open("small", width=width)
            ends = page.evaluate(
                "Array.from(document.querySelectorAll('nav a, #theme'),"
                " (each) => each.getBoundingClientRect().right)"
            )
            self.assertEqual(len(ends), 8)
            self.assertLessEqual(max(ends), width)

    def test_rows_are_not_squeezed_in_a_narrow_window(self):
        page = self.open("small", width=400)
        heights = page.evaluate(
            "Array.from(document.querySelectorAll('#sections tr'), (row) => row.offsetHeight)"
        )
        self.assertLess(max(heights), 90)

    def test_browsers_that_know_no_light_dark_have_colours(self):
        text = self.page_of("small").read_text()
        self.assertNotIn("light-dark(", text)
        for name in ("page", "step-wait", "engine-3"):
            self.assertEqual(len(re.findall(rf"--{name}: #[0-9a-f]{{6}}[;\n]", text)), 3, name)

    def test_everything_that_can_be_used_has_a_name(self):
        page = self.open("small", "#job=bin%2Fapp")
        tree = page.call("Accessibility.getFullAXTree")["nodes"]
        used = [
            node
            for node in tree
            if node.get("role", {}).get("value")
            in ("button", "searchbox", "combobox", "link", "table", "region")
        ]
        self.assertGreater(len(used), 40)
        self.assertEqual([node for node in used if not node.get("name", {}).get("value")], [])

    def colours(self, page, names):
        """The colours of these names, as linear red, green and blue."""
        found = []
        for name in names:
            said = page.evaluate(f"""(() => {{
                    const probe = document.body.appendChild(document.createElement("span"));
                    probe.style.color = "var(--{name})";
                    return getComputedStyle(probe).color;
                }})()""")
            parts = [int(part) / 255 for part in re.findall(r"\d+", said)]
            found.append(
                [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            )
        return found

    def test_colours_of_jobs_differ_for_people_who_see_few(self):
        names = [*(f"kind-{number}" for number in range(1, 7)), "kind-others", "failed"]
        for scheme in ("light", "dark"):
            colours = self.colours(self.open("small", scheme=scheme), names)
            for sight, matrix in SIGHTS.items():
                seen = [oklab(times(matrix, colour)) for colour in colours]
                least = min(math.dist(*pair) for pair in itertools.combinations(seen, 2))
                self.assertGreater(least, 0.095, (scheme, sight))

    def test_texts_have_enough_contrast(self):
        pairs = [("ink", "page"), ("muted", "page"), ("muted", "raised"), ("accent", "page")]
        pairs += [("accent", "accent-soft"), ("good", "page"), ("bad", "page"), ("bad", "bad-soft")]
        pairs += [("ink", "warm-soft"), ("ink", "accent-soft")]
        for scheme in ("light", "dark"):
            page = self.open("small", scheme=scheme)
            for pair in pairs:
                light, dark = sorted(map(luminance, self.colours(page, pair)), reverse=True)
                self.assertGreaterEqual((light + 0.05) / (dark + 0.05), 4.5, (scheme, pair))

    # ---- many jobs, and hostile ones --------------------------------------------------------------

    def test_100000_jobs_open_without_delay(self):
        page = self.open(100000)
        self.assertIn("100\u202f000 jobs", page.text("#all-hint"))
        self.assertLess(
            float(page.evaluate("document.documentElement.dataset.drawn")), OPENS_WITHIN_MS
        )
        self.assert_quiet(page)

    def test_100000_jobs_can_be_searched(self):
        page = self.open(100000)
        page.type("#search", "obj/part7/dir3/file10.o")
        self.assertEqual(
            [row[0] for row in self.rows(page, "All jobs")], ["obj/part7/dir3/file10.o"]
        )
        page.key("Enter")
        self.assertEqual(page.text("#details h3"), "obj/part7/dir3/file10.o")

    def test_hostile_texts_stay_text(self):
        page = self.open(
            "hostile", "#job=%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D'owned'%22%3E.o"
        )
        self.assertNotIn("owned'", page.evaluate("document.title"))
        self.assertEqual(
            page.evaluate(
                "document.querySelectorAll('img, .owned, body script ~ script ~ script').length"
            ),
            0,
        )
        self.assertEqual(page.evaluate("document.scripts.length"), 2)
        self.assertEqual(
            page.text("#details h3"), "<img src=x onerror=\"document.title='owned'\">.o"
        )
        outputs = [row[0] for row in self.rows(page, "All jobs")]
        self.assertIn("</script><script>document.title = 'owned'</script>", outputs)
        self.assertIn("no \ufffd\ufffd UTF-8 \ufffd.o", outputs)
        self.assertIn("‹U+202E› turned round ‹U+202C›", outputs)
        self.assert_quiet(page)

    def test_all_of_a_hostile_page_can_be_used(self):
        page = self.open("hostile")
        page.evaluate(
            "document.querySelectorAll('#sections button').forEach((button) => button.click())"
        )
        page.evaluate(
            "document.querySelectorAll('#all-table button').forEach((button) => button.click())"
        )
        page.evaluate("document.getElementById('canvas').focus()")
        for key in ("c", "c", "ArrowUp", "+", "+", "-", "n", "p", "0", "Escape"):
            page.key(key)
        self.assert_quiet(page)

    def test_a_script_that_got_in_would_not_run(self):
        page = self.open("small")
        page.evaluate("""document.body.append(Object.assign(document.createElement("script"),
                { textContent: "document.title = 'owned'" }))""")
        self.assertEqual(page.evaluate("document.title"), "out: failed in 100 ms")
        self.assertIn("Content Security Policy", str(page.problems))
