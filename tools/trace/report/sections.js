// The parts of the page that do not move: title, advice, key numbers and tables.

import { STEP_ENGINE, STEP_JOB, build, data, jobs, numberOf, outputOf, ownOf, ranByStart, reasonOf, ruleOf } from "./data.js";
import { queryFor } from "./find.js";
import { go } from "./gestures.js";
import { change } from "./state.js";
import { table } from "./tables.js";
import { bytes, count, element, moment, path, plural, share, time, visible } from "./words.js";

const TOP = 100; // jobs in the tables of those that cost most

function toTimeline() {
    document.getElementById("timeline").scrollIntoView({ block: "start" });
}

function jobCell(job) {
    if (job < 0)
        return "";
    return element("button", {
        type: "button", class: "job",
        click: () => {
            go(job);
            toTimeline();
        },
    }, path(outputOf(job)));
}

// A name that, clicked, is searched for.
function finder(prefix, name, shown = name) {
    const query = queryFor(prefix, name);
    return query === null ? shown : element("button", {
        type: "button", class: "job",
        click: () => {
            change({ find: query });
            toTimeline();
        },
    }, shown);
}

function part(title, hint, ...content) {
    return element("div", { class: "part" }, element("h3", null, title),
        hint ? element("p", { class: "hint" }, hint) : null, ...content.flat());
}

function section(id, title, ...content) {
    return element("section", { id, "aria-labelledby": `${id}-title` },
        element("h2", { id: `${id}-title` }, title), ...content.flat());
}

function columns2(...parts) {
    return element("div", { class: "columns" }, ...parts);
}

// ---- title, advice, numbers --------------------------------------------------------------------

const outcomes = { done: "done", failed: "failed", interrupted: "interrupted", error: "stopped by an error" };

export function fillTitle(place) {
    const folder = build.directory.slice(build.directory.lastIndexOf("/") + 1) || build.directory;
    const outcome = outcomes[build.outcome] ?? build.outcome;
    document.title = visible(`${folder || "jig"}: ${outcome} in ${time(build.duration)}`);
    place.querySelector("h1").append(
        element("span", { class: `outcome ${build.outcome === "done" ? "good" : "bad"}` }, outcome),
        ` in ${time(build.duration)}`);
    const full = build.full_reason ? ` because ${build.full_reason}` : "";
    place.querySelector(".facts").append(...[
        build.began,
        [build.directory, build.manifest].filter((each) => each).join("/"),
        build.asked ? `asked for ${build.asked}` : "all targets",
        `${build.kind}${full}`,
        build.limit ? `-j${build.limit}` : "no limit of slots",
        plural(build.processors, "processor", "processors"),
        `jig ${build.version}`,
    ].filter((each) => each).map((each) => element("span", null, each)));
}

const ADVICE_HEADER = 1; // of enum trace_advice_kind; its job is the longest of many

export function fillAdvice(place) {
    place.append(...data.advice.map(({ kind, gain, job, title, text }) => element("li", null,
        element("div", { class: "headline" },
            element("h3", null, title),
            gain > 0 ? element("span", { class: "gain" }, `up to ${time(gain)} (${share(gain, build.duration)}) shorter`) : null),
        element("p", null, text),
        job >= 0 ? element("p", { class: "about" }, kind === ADVICE_HEADER ? "The longest of them:" : "Look at", jobCell(job)) : null)));
}

function tile(name, value, note) {
    return element("div", null, element("dt", null, name), element("dd", { class: "value" }, value),
        element("dd", { class: "note" }, note));
}

export function fillNumbers(place) {
    const spent = build.last - build.first;
    const fates = [build.failed ? `${count(build.failed)} failed` : "none failed", `${count(build.passed)} spared`];
    const tiles = [
        tile("Jobs that ran", count(build.ran), fates.join(", ")),
        tile("Slots busy", share(build.own, spent * build.slots),
            `${build.parallelism.toFixed(1)} of ${count(build.slots)} while jobs ran`),
        tile("Critical path in jobs", time(build.path_job), `and ${time(build.path_wait)} waiting`),
        tile("Longest chain of jobs", time(build.longest), "the least with any slots"),
        tile("Processor time", time(build.cpu),
            build.processors ? `${share(build.cpu, build.duration * build.processors)} of the processors` : ""),
    ];
    const hit = numberOf("files_hit");
    const missed = numberOf("files_missed");
    if (hit + missed > 0)
        tiles.push(tile("Files known unchanged", share(hit, hit + missed), `${count(missed)} looked into`));
    if (build.forecast_error >= 0)
        tiles.push(tile("Forecast off by", share(build.forecast_error, 1), "of the time left, median"));
    place.append(...tiles);
}

// ---- critical path and what if ------------------------------------------------------------------

function pathSection() {
    const steps = data.path.kind.map((kind, step) => ({
        kind, job: data.path.job[step], begin: data.path.begin[step], length: data.path.end[step] - data.path.begin[step],
    })).filter(({ length }) => length > 0);
    const bar = element("div", { class: "stack", role: "img", "aria-label": "The critical path by what it was spent in" });
    for (const [name, length] of [["jobs", build.path_job], ["wait", build.path_wait], ["engine", build.path_engine]]) {
        const piece = element("span", { class: `piece ${name}` });
        piece.style.flexGrow = length;
        bar.append(piece);
    }
    const what = ({ kind, job }) => (kind === STEP_ENGINE ? "jig: no job of the path running" : jobCell(job));
    const how = ({ kind }) => (kind === STEP_ENGINE ? "jig" : kind === STEP_JOB ? "ran" : "waited for a slot");
    const longest = [...steps].sort((a, b) => b.length - a.length);
    const columns = [
        { name: "Begins", class: "number", cell: ({ begin }) => moment(begin, 10000) },
        { name: "Step", class: "job", cell: what },
        { name: "", class: "how", cell: how },
        { name: "Takes", class: "number", cell: ({ length }) => time(length), bar: ({ length }) => length },
        { name: "Of the build", class: "number", cell: ({ length }) => share(length, build.duration) },
    ];
    return section("path", "Critical path",
        element("p", { class: "hint" }, "What the end of the build waited for, from its beginning on: ",
            element("span", { class: "key jobs" }), `${time(build.path_job)} in jobs, `,
            element("span", { class: "key wait" }), `${time(build.path_wait)} of jobs waiting for a slot, `,
            element("span", { class: "key engine" }), `${time(build.path_engine)} in jig itself.`),
        bar,
        columns2(
            part(steps.length > 10 ? "Its longest steps" : "Its steps", null,
                table("Critical path", columns, steps.length > 10 ? longest : steps)),
            part("With another number of slots", "The same jobs played again. That more at a time slow each other down is not foreseen.",
                whatIf())));
}

function whatIf() {
    const own = data.what_if.find(({ slots }) => slots === build.slots);
    return table("With another number of slots", [
        { name: "Slots", class: "number", cell: ({ slots }) => (slots === build.slots ? `${count(slots)} (this build)` : count(slots)) },
        { name: "Build takes", class: "number", cell: ({ wall }) => time(wall), bar: ({ wall }) => wall },
        {
            name: "Instead of now", class: "number",
            cell: ({ wall }) => {
                const percent = own?.wall ? Math.round((100 * (wall - own.wall)) / own.wall) : 0;
                return percent === 0 ? "the same" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
            },
        },
    ], data.what_if, { few: 12, mark: ({ slots }) => slots === build.slots });
}

// ---- jobs, rules, reasons ----------------------------------------------------------------------

// The jobs with the most of something, found without sorting all of them.
function most(key) {
    const kept = [];
    let least = 0;
    for (const job of ranByStart) {
        if (key(job) <= least)
            continue;
        kept.push(job);
        if (kept.length >= 4 * TOP) {
            kept.sort((a, b) => key(b) - key(a) || a - b).length = TOP;
            least = key(kept[TOP - 1]);
        }
    }
    return kept.sort((a, b) => key(b) - key(a) || a - b).slice(0, TOP);
}

function topSection() {
    const output = { name: "Output", class: "job", cell: jobCell };
    const rule = { name: "Rule", class: "rule", cell: ruleOf };
    const why = { name: "Why it ran", class: "why", cell: (job) => element("span", { title: reasonOf(job) }, reasonOf(job)) };
    const own = { name: "Own time", class: "number", cell: (job) => time(ownOf(job)), bar: ownOf };
    const blocking = { name: "Blocking", class: "number", cell: (job) => time(jobs.blocking[job]), bar: (job) => jobs.blocking[job] };
    return section("top", "Jobs that cost most",
        columns2(
            part("By own time", "The longest ones, whether or not anything waited.", table("Jobs by own time", [output, rule, why, own], most(ownOf))),
            part("By blocking time", "While these ran, slots stood idle because nothing else was ready.",
                table("Jobs by blocking time", [output, rule, why, blocking], most((job) => jobs.blocking[job])))),
        columns2(
            part("Rules", "The slowest generators and compilers, all jobs of each together.", table("Rules", [
                { name: "Rule", class: "rule", cell: ({ name }) => (name ? finder("rule:", name) : "(no rule)") },
                { name: "Jobs", class: "number", cell: (row) => count(row.jobs) },
                { name: "Own time", class: "number", cell: (row) => time(row.own), bar: (row) => row.own },
                { name: "A job", class: "number", cell: (row) => time(row.own / row.jobs) },
                { name: "Blocking", class: "number", cell: (row) => time(row.blocking) },
                { name: "Longest", class: "job", cell: (row) => jobCell(row.longest_job) },
            ], data.rules)),
            part("Pools", data.pools.length ? "Slot time stood idle while jobs waited for a place in a full pool." : "No job was in a pool.",
                data.pools.length ? table("Pools", [
                    { name: "Pool", class: "rule", cell: ({ name }) => finder("pool:", name) },
                    { name: "Places", class: "number", cell: (row) => count(row.depth) },
                    { name: "Jobs", class: "number", cell: (row) => count(row.jobs) },
                    { name: "Own time", class: "number", cell: (row) => time(row.own) },
                    { name: "Kept idle", class: "number", cell: (row) => time(row.idle), bar: (row) => row.idle },
                ], data.pools) : [])));
}

function whySection() {
    const columns = [
        { name: "Jobs", class: "number", cell: (row) => count(row.jobs), bar: (row) => row.jobs },
        { name: "Of all", class: "number", cell: (row) => share(row.jobs, build.ran) },
        { name: "Own time", class: "number", cell: (row) => time(row.own) },
    ];
    const files = data.files_count > data.files.length ? ` ${count(data.files_count)} files in all; the first ${count(data.files.length)} are listed.` : "";
    const names = [{ name: "Reason", class: "job", cell: ({ name }) => (name ? finder("why:", name) : "(not known)") }, ...columns];
    const paths = [{ name: "File", class: "job", cell: ({ name }) => finder("why:", name, path(name)) }, ...columns];
    return section("why", "Why jobs ran", columns2(
        element("div", null,
            part("Reasons", "What made jobs run, by kind.", table("Reasons", names, data.why)),
            part("Files found unchanged, and looked into", "A file whose fingerprint stood when the build began was not opened.", cacheTable())),
        part("Files that made jobs run", `Whose change cost most jobs.${files}`, data.files.length
            ? table("Files that made jobs run", paths, data.files, { few: 14 })
            : element("p", null, "No reason names a file."))));
}

const misses = [
    ["files_hit", "unchanged"],
    ["missed_new", "looked into: the file was not known"],
    ["missed_stat", "looked into: size, times or inode differ"],
    ["missed_racy", "looked into: it was too young when it was last looked at"],
    ["missed_gone", "looked into: it is not there any more"],
    ["files_skipped", "not needed for what was asked for"],
];

function cacheTable() {
    const rows = misses.map(([name, said]) => ({ said, value: numberOf(name) })).filter(({ value }) => value !== undefined);
    const missed = numberOf("files_missed");
    if (missed !== undefined && numberOf("missed_new") === undefined)
        rows.push({ said: "looked into", value: missed });
    const all = rows.reduce((sum, { value }) => sum + value, 0);
    const hashed = numberOf("files_hashed");
    const content = rows.length ? table("Fingerprints", [
        { name: "Fingerprint", cell: ({ said }) => said },
        { name: "Files", class: "number", cell: ({ value }) => count(value), bar: ({ value }) => value },
        { name: "Of all", class: "number", cell: ({ value }) => share(value, all) },
    ], rows) : [element("p", null, "The trace does not tell.")];
    if (hashed !== undefined)
        content.push(element("p", { class: "hint" },
            `${plural(hashed, "file was", "files were")} read for a digest, ${bytes(numberOf("bytes_hashed") ?? 0)} in all.`));
    return content;
}

// ---- forecast ----------------------------------------------------------------------------------

function forecastText() {
    return build.forecast_error < 0 ? "There was no forecast of the end: what jobs take was not known."
        : `The end that was foretold as the build went on; the dashed line is the real one. Half of the forecasts were off by less than ${
            share(build.forecast_error, 1)} of the time that was left.`;
}

function shape(tag, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, value);
    return made;
}

function forecastPicture() {
    const { time: moments, end } = data.forecasts;
    if (moments.length < 2)
        return null;
    const width = 600;
    const height = 150;
    const top = 1.15 * end.reduce((most, each) => Math.max(most, each), build.duration);
    const x = (at) => ((width * at) / Math.max(build.duration, 1)).toFixed(1);
    const y = (at) => (height - (height * at) / top).toFixed(1);
    const every = Math.ceil(moments.length / width);
    const points = moments.flatMap((at, index) => (index % every ? [] : [`${x(at)},${y(end[index])}`]));
    const picture = shape("svg", {
        viewBox: `0 0 ${width} ${height + 18}`, class: "forecast", role: "img",
        "aria-label": `Foretold ends; the real one was ${time(build.duration)}`,
    });
    picture.append(
        shape("line", { class: "base", x1: 0, x2: width, y1: height, y2: height }),
        shape("line", { class: "real", x1: 0, x2: width, y1: y(build.duration), y2: y(build.duration) }),
        shape("line", { class: "now", x1: 0, x2: width, y1: height, y2: y(build.duration) }),
        shape("polyline", { class: "foretold", points: points.join(" ") }));
    for (const [text, at, anchor] of [["0", 0, "start"], [time(build.duration), width, "end"]]) {
        const label = shape("text", { x: at, y: height + 14, "text-anchor": anchor });
        label.textContent = text;
        picture.append(label);
    }
    return picture;
}

// ---- idle slots and the engine -------------------------------------------------------------------

// As enum trace_idle has them.
const idleMeanings = [
    "jig was loading, looking and deciding",
    "what was left waited for jobs that ran: cut long jobs, or needless dependencies",
    "the jobs that were ready had to wait for a place: see Pools",
    "jig was busy, the load was too high, or a job had the terminal",
    "one round of jobs had to end before the next was known",
    "jig was writing down what it had learned",
];

function idleSection() {
    const whole = build.slots * build.duration;
    const rows = [{ name: "busy", time: build.own, meaning: "jobs ran" },
        ...data.idle.map(({ name, time: length }, index) => ({ name: `idle: ${name}`, time: length, meaning: idleMeanings[index] }))];
    const lost = build.lost_slices ? ` The oldest ${count(build.lost_slices)} stretches had to make room for younger ones.` : "";
    return section("idle", "Idle slots and the engine", columns2(
        part("Where the slots' time went", `${plural(build.slots, "slot", "slots")} for ${time(build.duration)}: ${time(whole)} of slot time.`,
            table("Slot time", [
                { name: "Slots were", class: "words", cell: ({ name }) => name },
                { name: "Slot time", class: "number", cell: (row) => time(row.time), bar: (row) => row.time },
                { name: "Of all", class: "number", cell: (row) => share(row.time, whole) },
                { name: "Which means", class: "meaning", cell: ({ meaning }) => meaning },
            ], rows)),
        element("div", null,
            part("What jig's own threads did", `The innermost of what was going on.${lost}`, data.phases.length ? table("The engine's time", [
                { name: "Doing", cell: ({ name }) => name },
                { name: "Session's thread", class: "number", cell: (row) => time(row.session), bar: (row) => row.session },
                { name: "Workers", class: "number", cell: (row) => time(row.workers) },
            ], data.phases, { few: 6 }) : element("p", null, "The trace does not tell.")),
            part("Forecast", forecastText(), forecastPicture() ?? []))),
    data.numbers.length ? element("details", null, element("summary", null, "All numbers of the build's result"),
        ...table("Numbers", [
            { name: "Name", cell: ({ name }) => element("code", null, name) },
            { name: "Value", class: "number", cell: ({ value }) => count(value) },
        ], data.numbers, { few: 1000 })) : null);
}

export function fillSections(place) {
    place.append(pathSection(), topSection(), whySection(), idleSection());
}
