// How the reader moves in the timeline: wheel, dragging, clicks and keys.

import { RAN, jobs, pathJobs, ranByStart } from "./data.js";
import { AXIS, slotRowOf, whole } from "./layout.js";
import { change, select, show, view } from "./state.js";
import { GUTTER } from "./timeline.js";
import { tell } from "./tips.js";

const CLICK = 4; // pixels that the pointer may move in a click

// Zooms by a factor, so that the moment stays where it is.
export function zoom(factor, moment = (view.from + view.to) / 2) {
    const length = Math.min(Math.max((view.to - view.from) * factor, 20), whole);
    const part = (moment - view.from) / (view.to - view.from);
    const from = moment - part * length;
    show(from, from + length);
}

export function showAll() {
    show(0, whole);
}

// Moves the timeline so that a job is in it, and it is not too small to see.
export function reveal(job) {
    const length = view.to - view.from;
    const own = Math.max(jobs.end[job] - jobs.start[job], 1);
    const middle = (jobs.start[job] + jobs.end[job]) / 2;
    if (own < length / 400 || own > length) show(middle - own * 12, middle + own * 12);
    else if (middle < view.from + length / 20 || middle > view.to - length / 20)
        show(middle - length / 2, middle + length / 2);
}

export function go(job) {
    if (job === undefined || job < 0) return;
    select(job);
    if (jobs.fate[job] === RAN) reveal(job);
}

// The one before (-1) or after (1) the selected one in a list of jobs in order of time; if it is
// not in there, the first one that is shown.
export function neighbour(list, way) {
    const at = list.indexOf(view.job);
    if (at >= 0) return list[at + way];
    const shown = list.find((job) => jobs.end[job] > view.from);
    return shown ?? list[0];
}

function neighbourInSlot(way) {
    if (view.job < 0) return neighbour(pathJobs, way);
    const row = slotRowOf(view.job);
    let at = ranByStart.indexOf(view.job) + way;
    while (at >= 0 && at < ranByStart.length && slotRowOf(ranByStart[at]) !== row) at += way;
    return ranByStart[at];
}

function onKey(event, matches) {
    const length = view.to - view.from;
    const moves = {
        ArrowLeft: () => show(view.from - length / 8, view.to - length / 8),
        ArrowRight: () => show(view.from + length / 8, view.to + length / 8),
        ArrowUp: () => go(neighbourInSlot(-1)),
        ArrowDown: () => go(neighbourInSlot(1)),
        "+": () => zoom(1 / 1.5),
        "=": () => zoom(1 / 1.5),
        "-": () => zoom(1.5),
        0: showAll,
        Home: showAll,
        c: () => go(neighbour(pathJobs, 1)),
        C: () => go(neighbour(pathJobs, -1)),
        n: () => matches.go(1),
        p: () => matches.go(-1),
        Escape: () => change({ job: -1 }),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    moves[event.key]();
}

function placeTip(tip, x, y, canvas) {
    tip.hidden = false;
    const left = Math.min(x + 14, canvas.clientWidth - tip.offsetWidth - 4);
    tip.style.left = `${Math.max(left, 0)}px`;
    tip.style.top = `${y + 18}px`;
}

// Dragging moves, with Shift it marks a range to zoom into; a press that does not move selects.
function dragging(timeline, tip) {
    const { canvas } = timeline;
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || event.offsetX < GUTTER) return;
        canvas.setPointerCapture(event.pointerId);
        held = {
            x: event.offsetX,
            y: event.offsetY,
            from: view.from,
            moved: false,
            marks: event.shiftKey,
        };
    });
    canvas.addEventListener("pointermove", (event) => {
        const { offsetX: x, offsetY: y } = event;
        timeline.pointer = { x, y };
        if (held && Math.abs(x - held.x) > CLICK) held.moved = true;
        if (held?.moved && held.marks) {
            timeline.range = [timeline.moment(held.x), timeline.moment(x)];
        } else if (held?.moved) {
            const length = view.to - view.from;
            const from = Math.min(
                Math.max(held.from - (x - held.x) * timeline.step, 0),
                whole - length,
            );
            show(from, from + length);
        }
        tip.hidden = true;
        if (!held?.moved && x >= GUTTER && y > AXIS) {
            tip.replaceChildren(...tell(timeline, x, y));
            placeTip(tip, x, y, canvas);
        }
        canvas.style.cursor = held?.moved
            ? "grabbing"
            : timeline.at(x, y).job >= 0
              ? "pointer"
              : "default";
        timeline.redraw();
    });
    canvas.addEventListener("pointerup", (event) => {
        const range = timeline.range;
        timeline.range = null;
        if (held && !held.moved) select(timeline.at(event.offsetX, event.offsetY).job ?? -1);
        else if (held && range) show(Math.min(...range), Math.max(...range));
        held = null;
        timeline.redraw();
    });
    canvas.addEventListener("pointercancel", () => {
        held = null;
        timeline.range = null;
        timeline.redraw();
    });
}

// `matches.go(way)` selects the next match of the search, or the one before.
export function listen(timeline, tip, matches) {
    const { canvas } = timeline;
    dragging(timeline, tip);
    canvas.addEventListener("pointerleave", () => {
        timeline.pointer = null;
        tip.hidden = true;
        timeline.redraw();
    });
    canvas.addEventListener("dblclick", (event) => {
        const { job } = timeline.at(event.offsetX, event.offsetY);
        if (job >= 0)
            show(
                jobs.start[job] - (jobs.end[job] - jobs.start[job]),
                jobs.end[job] * 2 - jobs.start[job],
            );
    });
    // The page scrolls with the wheel, until the reader has turned to the timeline.
    canvas.addEventListener(
        "wheel",
        (event) => {
            const pans = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
            if (!pans && !event.ctrlKey && document.activeElement !== canvas) return;
            event.preventDefault();
            const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
            if (pans) {
                const length = view.to - view.from;
                const by = (event.deltaX || event.deltaY) * lines * timeline.step;
                const from = Math.min(Math.max(view.from + by, 0), whole - length);
                show(from, from + length);
            } else {
                zoom(
                    2 ** ((event.deltaY * lines) / 300),
                    timeline.moment(Math.max(event.offsetX, GUTTER)),
                );
            }
        },
        { passive: false },
    );
    canvas.addEventListener("keydown", (event) => onKey(event, matches));
    canvas.addEventListener("blur", () => timeline.redraw());
}
