// Which rows the timeline has, from top to bottom: curves, the critical path, a row for each slot,
// and rows for the engine's threads.

import { build, data, jobs, ranByStart } from "./data.js";
import { lanes } from "./curves.js";
import { Row } from "./rows.js";

const MOST_ROWS = 256; // of slots; what ran in further ones is in the last of these
const MOST_WORKERS = 64;
const MOST_DEPTH = 3; // of slices within slices

export const AXIS = 24; // pixels

function slotRows() {
    const rowOf = new Map(
        [...new Set(ranByStart.map((job) => jobs.slot[job]))]
            .sort((a, b) => a - b)
            .map((slot, index) => [slot, Math.min(index, MOST_ROWS - 1)]),
    );
    const ids = [];
    for (const job of ranByStart) (ids[rowOf.get(jobs.slot[job])] ??= []).push(job);
    const names = [...rowOf.keys()].map((slot) => `slot ${slot}`);
    if (names.length > MOST_ROWS) names[MOST_ROWS - 1] = "more slots";
    return {
        rowOf: (job) => rowOf.get(jobs.slot[job]),
        rows: ids.map((list, index) => ({
            kind: "slot",
            name: names[index],
            row: new Row(list, jobs.start, jobs.end),
        })),
    };
}

// The slices of a worker by how deep they are in others.
function engineRows() {
    const { worker, begin, end } = data.slices;
    const rows = [];
    let open = []; // ends of the slices that the present one may be in
    for (let slice = 0; slice < worker.length && rows.length < MOST_WORKERS * MOST_DEPTH; slice++) {
        if (slice === 0 || worker[slice] !== worker[slice - 1]) {
            open = [];
            rows.base = rows.length;
        }
        while (open.length && open[open.length - 1] <= begin[slice]) open.pop();
        const depth = Math.min(open.length, MOST_DEPTH - 1);
        open.push(end[slice]);
        if (depth !== open.length - 1) continue;
        const row = (rows[rows.base + depth] ??= {
            kind: "engine",
            depth,
            ids: [],
            name: depth ? "" : worker[slice] ? `worker ${worker[slice]}` : "session",
        });
        row.ids.push(slice);
    }
    return rows.map((row) => ({ ...row, row: new Row(row.ids, begin, end) }));
}

const slots = slotRows();
const engine = engineRows();

export const slotRowOf = slots.rowOf;

// Everything with its place: { kind, name, y, height, … }, and how high all of it is.
export function layOut() {
    const all = [];
    let y = AXIS;
    function add(item, height, gap) {
        all.push({ ...item, y, height });
        y += height + gap;
    }
    for (const lane of lanes) add({ kind: "lane", name: lane.name, lane }, lane.height, 8);
    y += 4;
    add({ kind: "path", name: "critical path" }, 16, 10);
    const high =
        slots.rows.length <= 16
            ? 18
            : slots.rows.length <= 40
              ? 14
              : slots.rows.length <= 100
                ? 8
                : 5;
    const first = all.length;
    for (const row of slots.rows) add(row, high, high > 8 ? 2 : 1);
    y += 10;
    for (const [index, row] of engine.entries())
        add(row, row.depth ? 6 : 12, engine[index + 1]?.depth ? 0 : 3);
    return { all, height: y + 4, firstSlot: first, slotHeight: high };
}

export const whole = Math.max(build.duration, 1);
