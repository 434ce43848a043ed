// What the reader looks at: one object, which all parts watch. It is in the address too, so that a
// view can be kept and passed on: report.html#job=app.o&from=…&to=…&find=….

import { build, jobOf, jobCount, outputOf } from "./data.js";

export const view = {
    from: 0, // µs, the timeline's left end …
    to: Math.max(build.duration, 1), // … and its right one
    job: -1, // the selected one
    find: "",
};

const watchers = [];

// Calls `watcher` with the set of names that have changed.
export function watch(watcher) {
    watchers.push(watcher);
}

let told = null;

export function change(changes) {
    const names = new Set();
    for (const [name, value] of Object.entries(changes)) {
        if (view[name] === value) continue;
        view[name] = value;
        names.add(name);
    }
    if (!names.size) return;
    for (const watcher of watchers) watcher(names);
    clearTimeout(told);
    told = setTimeout(writeAddress, 200); // browsers refuse to be told too often
}

// Shows this stretch, within the build and not shorter than what can be told apart.
export function show(from, to) {
    const whole = Math.max(build.duration, 1);
    const length = Math.min(Math.max(to - from, 20), whole);
    const begin = Math.min(Math.max((from + to - length) / 2, 0), whole - length);
    change({ from: begin, to: begin + length });
}

// Selects a job, and moves the timeline if it cannot be seen there.
export function select(job) {
    change({ job });
}

function writeAddress() {
    const parts = new URLSearchParams();
    if (view.job >= 0) parts.set("job", outputOf(view.job));
    if (view.from > 0 || view.to < build.duration) {
        parts.set("from", Math.round(view.from));
        parts.set("to", Math.round(view.to));
    }
    if (view.find) parts.set("find", view.find);
    const address = parts.toString();
    history.replaceState(null, "", address ? `#${address}` : location.pathname);
}

// Takes from the address what it has; anything else in it is a place on the page, or nothing.
export function readAddress() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const from = Number(parts.get("from") ?? NaN);
    const to = Number(parts.get("to") ?? NaN);
    if (from < to) show(from, to);
    const job = parts.has("job") ? jobOf(parts.get("job")) : -1;
    if (job >= 0 && job < jobCount) change({ job });
    if (parts.has("find")) change({ find: parts.get("find") });
}
