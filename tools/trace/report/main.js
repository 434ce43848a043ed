// Puts the page together, and lets its parts know of each other's changes.

import { AllJobs } from "./all_jobs.js";
import { chooseScheme, colourings } from "./colours.js";
import { RAN, build, jobs, pathJobs } from "./data.js";
import { idleSection, whySection } from "./causes.js";
import { pathSection, topSection } from "./costs.js";
import { showDetails } from "./details.js";
import { find } from "./find.js";
import { go, listen, neighbour, showAll, zoom } from "./gestures.js";
import { fillAdvice, fillNumbers, fillTitle } from "./summary.js";
import { change, readAddress, view, watch } from "./state.js";
import { Timeline } from "./timeline.js";
import { element, plural, time } from "./words.js";

const $ = (id) => document.getElementById(id);

const timeline = new Timeline($("canvas"));
$("canvas").setAttribute(
    "aria-label",
    `Timeline of ${plural(build.ran, "job", "jobs")} in ${time(build.duration)}; ` +
        "the tables below hold the same as text",
);

// ---- search ------------------------------------------------------------------------------------

let found = null;
let foundByStart = [];

const matches = {
    go(way) {
        go(neighbour(foundByStart, way));
    },
};

function search() {
    found = find(view.find);
    foundByStart = found
        ? found.all
              .filter((job) => jobs.fate[job] === RAN)
              .sort((a, b) => jobs.start[a] - jobs.start[b])
        : [];
    $("found").textContent = found
        ? found.all.length
            ? plural(found.all.length, "job", "jobs")
            : "no job"
        : "";
    $("previous").disabled = $("following").disabled = !foundByStart.length;
    if ($("search").value !== view.find) $("search").value = view.find;
    timeline.found = found;
    timeline.redraw();
    allJobs.filter(found);
}

// ---- colours -----------------------------------------------------------------------------------

function legend() {
    const { names, others } = timeline.colouring;
    const entries = names.map((name, index) => [`kind-${index + 1}`, name]);
    if (others) entries.push(["kind-others", "others"]);
    if (build.failed) entries.push(["failed", "failed"]);
    if (pathJobs.length) entries.push(["ink", "critical path", "underline"]);
    $("legend").replaceChildren(
        ...entries.map(([name, said, kind]) => {
            const swatch = element("span", { class: `swatch ${kind ?? ""}` });
            swatch.style.background = `var(--${name})`;
            return element("li", null, swatch, said);
        }),
    );
}

function recolour() {
    legend();
    timeline.recolour();
}

// ---- all of it ---------------------------------------------------------------------------------

fillTitle($("title"));
fillAdvice(document.querySelector("#next .advice"));
fillNumbers(document.querySelector("#numbers .tiles"));
const allJobs = new AllJobs($("all-table"), $("all-hint"));
$("sections").append(pathSection(), topSection(), whySection(), idleSection());
search();
chooseScheme($("theme"), recolour);
listen(timeline, $("tip"), matches);

watch((names) => {
    if (names.has("find")) search();
    if (names.has("job")) {
        showDetails($("details"));
        allJobs.mark();
    }
    timeline.redraw();
});

$("search").addEventListener("input", (event) => change({ find: event.target.value }));
$("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") matches.go(event.shiftKey ? -1 : 1);
});
$("previous").addEventListener("click", () => matches.go(-1));
$("following").addEventListener("click", () => matches.go(1));
$("zoom-in").addEventListener("click", () => zoom(1 / 1.5));
$("zoom-out").addEventListener("click", () => zoom(1.5));
$("zoom-all").addEventListener("click", showAll);
$("colour-by").addEventListener("change", (event) => {
    timeline.colouring = colourings[event.target.value];
    recolour();
});
document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && event.target.tagName !== "INPUT") {
        event.preventDefault();
        $("search").focus();
    }
});
addEventListener("hashchange", readAddress);
readAddress();

// When all of the first drawing is done, says how long it took from the moment the page was asked
// for, for those who measure it.
timeline.drew.push(() =>
    requestAnimationFrame(() =>
        setTimeout(() => {
            document.documentElement.dataset.drawn = performance.now().toFixed(0);
        }),
    ),
);
timeline.redraw();
