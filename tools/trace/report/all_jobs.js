// The table of all jobs: only the rows that are in sight exist.

import {
    RAN,
    cpuOf,
    hasFailed,
    jobCount,
    jobs,
    outputOf,
    ownOf,
    ranByStart,
    reasonOf,
    ruleOf,
    waitOf,
} from "./data.js";
import { go } from "./gestures.js";
import { view } from "./state.js";
import { bytes, count, element, moment, path, plural, time } from "./words.js";

const ROW_HEIGHT = 30; // of a row, pixels; also in tables.css
const SIGHT = Math.ceil(560 / ROW_HEIGHT); // rows in sight; also in tables.css
const EXTRA = 8; // rows before and after those in sight
const MOST_LISTED = 500000; // more would be too high for browsers

const ran = (job) => jobs.fate[job] === RAN;

const columns = [
    { name: "Output", class: "job", text: outputOf, cell: (job) => path(outputOf(job)) },
    { name: "Rule", class: "rule", text: ruleOf, cell: ruleOf },
    { name: "Why it ran", class: "why", text: reasonOf, cell: reasonOf },
    {
        name: "Started",
        class: "number",
        key: (job) => jobs.start[job],
        cell: (job) => moment(jobs.start[job], 10000),
        least: true,
    },
    {
        name: "Waited",
        class: "number",
        key: waitOf,
        cell: (job) => (ran(job) ? time(waitOf(job)) : ""),
    },
    {
        name: "Own time",
        class: "number",
        key: ownOf,
        cell: (job) => (ran(job) ? time(ownOf(job)) : ""),
    },
    {
        name: "Processor",
        class: "number",
        key: cpuOf,
        cell: (job) => (ran(job) ? time(cpuOf(job)) : ""),
    },
    {
        name: "Blocking",
        class: "number",
        key: (job) => jobs.blocking[job],
        cell: (job) => (ran(job) ? time(jobs.blocking[job]) : ""),
    },
    {
        name: "Memory",
        class: "number",
        key: (job) => jobs.rss[job],
        cell: (job) => (jobs.rss[job] ? bytes(jobs.rss[job]) : ""),
    },
];

// All jobs by their start, those that ran first; what the table begins with.
function byStart() {
    const order = new Uint32Array(jobCount);
    order.set(ranByStart);
    let at = ranByStart.length;
    for (let job = 0; job < jobCount; job++) if (!ran(job)) order[at++] = job;
    return order;
}

function sorted(column, descending) {
    const ids = Uint32Array.from({ length: jobCount }, (_, job) => job);
    const way = descending ? -1 : 1;
    if (column.key) {
        const keys = Float64Array.from(ids, column.key);
        return ids.sort((a, b) => way * (keys[a] - keys[b]) || a - b);
    }
    const texts = Array.from(ids, column.text);
    return ids.sort(
        (a, b) => way * (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : 0) || a - b,
    );
}

export class AllJobs {
    constructor(place, hint) {
        this.place = place;
        this.hint = hint;
        this.order = byStart();
        this.column = columns[3];
        this.descending = false;
        this.found = null;
        this.body = element("tbody");
        this.head = element("tr", { "aria-rowindex": 1 });
        this.table = element(
            "table",
            { "aria-label": "All jobs" },
            element("thead", null, this.head),
            this.body,
        );
        place.append(this.table);
        place.addEventListener("scroll", () => requestAnimationFrame(() => this.fill()));
        this.drawHead();
        this.list();
    }

    drawHead() {
        this.head.replaceChildren(
            ...columns.map((column) => {
                const is =
                    column === this.column
                        ? this.descending
                            ? "descending"
                            : "ascending"
                        : "none";
                return element(
                    "th",
                    { scope: "col", class: column.class, "aria-sort": is },
                    element(
                        "button",
                        { type: "button", click: () => this.sort(column) },
                        column.name,
                    ),
                );
            }),
        );
    }

    // Numbers begin with the largest, texts and starts with the first.
    sort(column) {
        this.descending =
            column === this.column ? !this.descending : Boolean(column.key) && !column.least;
        this.column = column;
        this.order = sorted(column, this.descending);
        this.drawHead();
        this.list();
    }

    // Shows what was found, or all.
    filter(found) {
        this.found = found;
        this.list();
    }

    list() {
        this.rows = this.found ? this.order.filter((job) => this.found.has[job]) : this.order;
        const shown = Math.min(this.rows.length, MOST_LISTED);
        this.table.setAttribute("aria-rowcount", shown + 1);
        this.hint.textContent = this.found
            ? `${plural(this.rows.length, "job is", "jobs are")} what the search looks for.`
            : `${plural(jobCount, "job", "jobs")}. The search above the timeline narrows them ` +
              "down; a click on a heading sorts.";
        if (shown < this.rows.length)
            this.hint.textContent += ` The first ${count(shown)} are listed.`;
        this.shown = shown;
        this.place.scrollTop = 0;
        this.first = -1;
        this.fill();
    }

    // Makes the rows that are in sight, between two that are as high as all others.
    fill() {
        const first = Math.max(Math.floor(this.place.scrollTop / ROW_HEIGHT) - EXTRA, 0);
        const last = Math.min(first + SIGHT + 2 * EXTRA, this.shown);
        if (first === this.first && last === this.last) return;
        this.first = first;
        this.last = last;
        const rows = [filler(first * ROW_HEIGHT)];
        for (let at = first; at < last; at++) rows.push(this.row(this.rows[at], at));
        rows.push(filler((this.shown - last) * ROW_HEIGHT));
        this.body.replaceChildren(...rows);
        this.mark();
    }

    row(job, at) {
        const row = element(
            "tr",
            { "aria-rowindex": at + 2, class: hasFailed(job) ? "bad" : "" },
            ...columns.map((column) =>
                element(
                    "td",
                    { class: column.class },
                    column === columns[0]
                        ? element(
                              "button",
                              { type: "button", class: "job", click: () => go(job) },
                              path(outputOf(job)),
                          )
                        : element(
                              "span",
                              { title: column.class === "why" ? reasonOf(job) : undefined },
                              column.cell(job),
                          ),
                ),
            ),
        );
        row.job = job;
        return row;
    }

    // Marks the selected job's row, if it is there.
    mark() {
        for (const row of this.body.children)
            row.classList.toggle("marked", row.job !== undefined && row.job === view.job);
    }
}

function filler(height) {
    const made = element("tr", { class: "filler", "aria-hidden": "true" });
    made.style.height = `${height}px`;
    return made;
}
