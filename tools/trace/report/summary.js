// The page's beginning: how the build ended, what to do next, and the key numbers.

import { build, data, numberOf } from "./data.js";
import { jobCell } from "./parts.js";
import { count, element, plural, share, time, visible } from "./words.js";

const outcomes = {
    done: "done",
    failed: "failed",
    interrupted: "interrupted",
    error: "stopped by an error",
};

function facts() {
    const full = build.full_reason ? ` because ${build.full_reason}` : "";
    return [
        build.began,
        [build.directory, build.manifest].filter((each) => each).join("/"),
        build.asked ? `asked for ${build.asked}` : "all targets",
        `${build.kind}${full}`,
        build.limit ? `-j${build.limit}` : "no limit of slots",
        plural(build.processors, "processor", "processors"),
        `jig ${build.version}`,
    ].filter((each) => each);
}

export function fillTitle(place) {
    const folder = build.directory.slice(build.directory.lastIndexOf("/") + 1);
    const outcome = outcomes[build.outcome] ?? build.outcome;
    const kind = build.outcome === "done" ? "good" : "bad";
    document.title = visible(`${folder || "jig"}: ${outcome} in ${time(build.duration)}`);
    place
        .querySelector("h1")
        .append(
            element("span", { class: `outcome ${kind}` }, outcome),
            ` in ${time(build.duration)}`,
        );
    place.querySelector(".facts").append(...facts().map((each) => element("span", null, each)));
}

const ADVICE_HEADER = 1; // of enum trace_advice_kind; its job is the longest of many

function adviceItem({ kind, gain, job, title, text }) {
    const saves = `up to ${time(gain)} (${share(gain, build.duration)}) shorter`;
    const about = kind === ADVICE_HEADER ? "The longest of them:" : "Look at";
    return element(
        "li",
        null,
        element(
            "div",
            { class: "headline" },
            element("h3", null, title),
            gain > 0 ? element("span", { class: "gain" }, saves) : null,
        ),
        element("p", null, text),
        job >= 0 ? element("p", { class: "about" }, about, jobCell(job)) : null,
    );
}

export function fillAdvice(place) {
    place.append(...data.advice.map(adviceItem));
}

// [name, value, note]
function keyNumbers() {
    const spent = build.last - build.first;
    const failed = build.failed ? `${count(build.failed)} failed` : "none failed";
    const busy = `${build.parallelism.toFixed(1)} of ${count(build.slots)} while jobs ran`;
    const used = `${share(build.cpu, build.duration * build.processors)} of the processors`;
    const numbers = [
        ["Jobs that ran", count(build.ran), `${failed}, ${count(build.passed)} spared`],
        ["Slots busy", share(build.own, spent * build.slots), busy],
        ["Critical path in jobs", time(build.path_job), `and ${time(build.path_wait)} waiting`],
        ["Longest chain of jobs", time(build.longest), "the least with any slots"],
        ["Processor time", time(build.cpu), build.processors ? used : ""],
    ];
    const hit = numberOf("files_hit");
    const missed = numberOf("files_missed");
    if (hit + missed > 0)
        numbers.push([
            "Files known unchanged",
            share(hit, hit + missed),
            `${count(missed)} looked into`,
        ]);
    if (build.forecast_error >= 0)
        numbers.push([
            "Forecast off by",
            share(build.forecast_error, 1),
            "of the time left, median",
        ]);
    return numbers;
}

export function fillNumbers(place) {
    for (const [name, value, note] of keyNumbers())
        place.append(
            element(
                "div",
                null,
                element("dt", null, name),
                element("dd", { class: "value" }, value),
                element("dd", { class: "note" }, note),
            ),
        );
}
