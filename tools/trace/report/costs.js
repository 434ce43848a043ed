// The sections about where the time went: the critical path, other numbers of slots, and the jobs,
// rules and pools that cost most.

import { STEP_ENGINE, STEP_JOB, build, causesOf, data, jobs, ownOf, ranByStart } from "./data.js";
import { reasonOf, ruleOf } from "./data.js";
import { columns2, finder, jobCell, part, section } from "./parts.js";
import { counted, numeric, table, timed } from "./tables.js";
import { count, element, moment, share, time } from "./words.js";

// ---- critical path -----------------------------------------------------------------------------

function pathSteps() {
    const { kind, job, begin, end } = data.path;
    return kind
        .map((each, step) => ({
            step,
            kind: each,
            job: job[step],
            begin: begin[step],
            length: end[step] - begin[step],
        }))
        .filter(({ length }) => length > 0);
}

// A bar of what the path was spent in.
function pathBar() {
    const pieces = [
        ["jobs", build.path_job],
        ["wait", build.path_wait],
        ["engine", build.path_engine],
    ];
    const bar = element("div", { class: "stack", "aria-hidden": "true" });
    for (const [name, length] of pieces) {
        const piece = element("span", { class: `piece ${name}` });
        piece.style.flexGrow = length;
        bar.append(piece);
    }
    return bar;
}

// What most of a step was spent on, of those that wait.
function waited(step) {
    const [most] = causesOf(step);
    return `waited ${most ? most[0] : "for jig"}`;
}

// "20 ms of jobs waiting (15 ms for slots, 5.0 ms for places in pools)"
function waitingText() {
    const causes = [
        ["for slots", build.wait_slot],
        ["for places in pools", build.wait_pool],
        ["for jig", build.wait_engine],
    ].filter(([, length]) => length > 0);
    const said = causes.map(([cause, length]) => `${time(length)} ${cause}`).join(", ");
    return `${time(build.path_wait)} of jobs waiting${said && ` (${said})`}, `;
}

function pathTable() {
    const steps = pathSteps();
    const few = 10;
    const what = ({ kind, job }) => (kind === STEP_ENGINE ? "jig" : jobCell(job));
    const how = ({ kind, step }) =>
        kind === STEP_JOB ? "ran" : kind === STEP_ENGINE ? "no job of the path ran" : waited(step);
    const told = (row) => [what(row), element("div", { class: "meaning" }, how(row))];
    const columns = [
        numeric("Begins", ({ begin }) => moment(begin, 10000)),
        { name: "Step", class: "job", cell: (row) => element("div", null, ...told(row)) },
        timed("Takes", ({ length }) => length, true),
        numeric("Of all", ({ length }) => share(length, build.duration)),
    ];
    if (steps.length <= few)
        return part("Its steps", null, table("Critical path", columns, steps, { few }));
    const longest = steps.sort((a, b) => b.length - a.length || a.begin - b.begin);
    return part("Its longest steps", null, table("Critical path", columns, longest, { few }));
}

function whatIf() {
    const own = data.what_if.find(({ slots }) => slots === build.slots);
    const isOwn = ({ slots }) => slots === build.slots;
    const change = ({ wall }) => {
        const percent = own?.wall ? Math.round((100 * (wall - own.wall)) / own.wall) : 0;
        return percent === 0 ? "the same" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
    };
    const columns = [
        numeric("Slots", (row) => `${count(row.slots)}${isOwn(row) ? " (this build)" : ""}`),
        timed("Build takes", ({ wall }) => wall, true),
        numeric("Instead of now", change),
    ];
    const title = "With another number of slots";
    return part(
        title,
        "This build's own row is measured. The others are simulated, and scaled by how far simulation " +
            "is off for this build. That jobs slow each other down is not foreseen.",
        table(title, columns, data.what_if, { few: 12, mark: isOwn }),
    );
}

function key(name) {
    return element("span", { class: `key ${name}` });
}

export function pathSection() {
    const hint = element(
        "p",
        { class: "hint" },
        "What the end of the build waited for, from its beginning on: ",
        key("jobs"),
        `${time(build.path_job)} in jobs, `,
        key("wait"),
        waitingText(),
        key("engine"),
        `${time(build.path_engine)} in jig itself.`,
    );
    return section("path", "Critical path", hint, pathBar(), columns2(pathTable(), whatIf()));
}

// ---- jobs, rules, pools ------------------------------------------------------------------------

const TOP = 100; // jobs in the tables of those that cost most

// The jobs with the most of something, found without sorting all of them.
function most(amount) {
    const order = (a, b) => amount(b) - amount(a) || a - b;
    const kept = [];
    let least = 0;
    for (const job of ranByStart) {
        if (amount(job) <= least) continue;
        kept.push(job);
        if (kept.length >= 4 * TOP) {
            kept.sort(order).length = TOP;
            least = amount(kept[TOP - 1]);
        }
    }
    return kept.sort(order).slice(0, TOP);
}

function topJobs(title, hint, name, amount) {
    const why = (job) => element("span", { title: reasonOf(job) }, reasonOf(job));
    const columns = [
        { name: "Output", class: "job", cell: jobCell },
        { name: "Rule", class: "rule", cell: ruleOf },
        { name: "Why it ran", class: "why", cell: why },
        timed(name, amount, true),
    ];
    return part(title, hint, table(`Jobs ${title.toLowerCase()}`, columns, most(amount)));
}

function rules() {
    const columns = [
        {
            name: "Rule",
            class: "rule",
            cell: ({ name }) => (name ? finder("rule:", name) : "(no rule)"),
        },
        counted("Jobs", (row) => row.jobs),
        timed("Own time", (row) => row.own, true),
        timed("A job", (row) => row.own / row.jobs),
        timed("Blocking", (row) => row.blocking),
        { name: "Longest", class: "job", cell: (row) => jobCell(row.longest_job) },
    ];
    return part(
        "Rules",
        "The slowest generators and compilers, all jobs of each together.",
        table("Rules", columns, data.rules),
    );
}

function pools() {
    const columns = [
        { name: "Pool", class: "rule", cell: ({ name }) => finder("pool:", name) },
        counted("Places", (row) => row.depth),
        counted("Jobs", (row) => row.jobs),
        timed("Own time", (row) => row.own),
        timed("Kept idle", (row) => row.idle, true),
        timed("Path waited", (row) => row.path),
    ];
    return part(
        "Pools",
        "How much slot time stood idle, and how long the critical path waited, while they were full.",
        table("Pools", columns, data.pools),
    );
}

export function topSection() {
    const byOwn = topJobs(
        "By own time",
        "The longest ones, whether or not anything waited.",
        "Own time",
        ownOf,
    );
    const byBlocking = topJobs(
        "By blocking time",
        "While these ran, slots stood idle because nothing else was ready.",
        "Blocking",
        (job) => jobs.blocking[job],
    );
    return section(
        "top",
        "Jobs that cost most",
        columns2(byOwn, byBlocking),
        columns2(rules(), pools()),
    );
}
