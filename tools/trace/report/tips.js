// What the timeline tells of the place that the pointer is at.

import {
    STEP_JOB,
    STEP_WAIT,
    causesOf,
    data,
    outputOf,
    ownOf,
    reasonOf,
    ruleOf,
    waitOf,
    whole,
} from "./data.js";
import { lanes } from "./curves.js";
import { element, moment, path, time } from "./words.js";

function tip(title, ...lines) {
    return [element("strong", null, title), ...lines.map((text) => element("div", null, text))];
}

function tellStep(step) {
    const { kind, begin, end, job } = data.path;
    const length = time(end[step] - begin[step]);
    if (kind[step] !== STEP_WAIT)
        return tip("jig", `no job of the critical path was running for ${length}`);
    const causes = causesOf(step).map(([cause, part]) => `${time(part)} ${cause}`);
    return tip(path(outputOf(job[step])), `was ready, and waited ${length}`, ...causes);
}

function tellJob(job) {
    const waited = `waited ${time(waitOf(job))} before`;
    return tip(
        path(outputOf(job)),
        `${ruleOf(job)} · ran ${time(ownOf(job))}, ${waited}`,
        reasonOf(job),
    );
}

function tellSlice(slice) {
    const { begin, end, name, category } = data.slices;
    const length = time(end[slice] - begin[slice]);
    return tip(data.words[name[slice]], `jig, ${data.words[category[slice]]} · ${length}`);
}

// What to say about a place in the canvas, as elements.
export function tell(timeline, x, y) {
    const { job, slice, step } = timeline.at(x, y);
    if (step !== undefined && data.path.kind[step] !== STEP_JOB) return tellStep(step);
    if (job !== undefined) return tellJob(job);
    if (slice !== undefined) return tellSlice(slice);
    const now = Math.min(Math.max(timeline.moment(x), 0), whole);
    return tip(
        moment(now, timeline.step),
        ...lanes.map((lane) => `${lane.say(lane.curve.value(now))} ${lane.name}`),
    );
}
