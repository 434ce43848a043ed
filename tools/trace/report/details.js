// The panel about the selected job.

import {
    PHONY,
    RAN,
    build,
    cpuOf,
    data,
    depsOf,
    followersOf,
    hasFailed,
    jobs,
    outputOf,
    ownOf,
    pathJobs,
    poolOf,
    reasonOf,
    ruleOf,
    waitOf,
} from "./data.js";
import { queryFor } from "./find.js";
import { go } from "./gestures.js";
import { change, show, view } from "./state.js";
import { bytes, count, element, moment, path, plural, share, time } from "./words.js";

const FEW_NAMES = 6; // names listed before "show all"
const MOST_NAMES = 500; // and after

function jobButton(job, note) {
    return element(
        "button",
        { type: "button", class: "job", click: () => go(job) },
        path(outputOf(job)),
        element("span", { class: "note" }, note),
    );
}

function jobList(title, list, note) {
    const items = element("ul", { class: "jobs" });
    function fill(most) {
        items.replaceChildren(
            ...list.slice(0, most).map((job) => element("li", null, jobButton(job, note(job)))),
        );
        if (list.length > items.children.length && most < MOST_NAMES)
            items.append(
                element(
                    "li",
                    null,
                    element(
                        "button",
                        {
                            type: "button",
                            class: "more",
                            click: () => fill(MOST_NAMES),
                        },
                        `Show all ${count(list.length)}`,
                    ),
                ),
            );
        else if (list.length > MOST_NAMES)
            items.append(
                element("li", { class: "hint" }, `and ${count(list.length - MOST_NAMES)} more`),
            );
    }
    fill(FEW_NAMES);
    return [element("h4", null, title), items];
}

function fact(name, value) {
    return [element("dt", null, name), element("dd", null, value)];
}

function expectation(job) {
    const expected = jobs.expected[job];
    if (!expected) return "what its last run took is not known";
    const percent = Math.round((100 * (ownOf(job) - expected)) / expected);
    if (percent === 0) return "as its last run did";
    const more = percent > 0 ? "more" : "less";
    return `${Math.abs(percent)} % ${more} than the ${time(expected)} of its last run`;
}

function fate(job) {
    if (jobs.fate[job] !== RAN) return jobs.fate[job] === PHONY ? "phony" : "spared";
    if (!hasFailed(job)) return null;
    const code = jobs.exit[job];
    return code > 128 ? `killed by signal ${code - 128}` : `failed with exit code ${code}`;
}

function waitText(job) {
    const wait = waitOf(job);
    if (wait < 1000) return "not at all";
    const pool = poolOf(job);
    return pool ? `${time(wait)}, for a slot or a place in pool ${pool}` : time(wait);
}

function used(job) {
    const split = `${time(jobs.user[job])} user, ${time(jobs.system[job])} system`;
    const parallel = `${share(cpuOf(job), ownOf(job))} of one processor`;
    const facts = [fact("Processor time", `${time(cpuOf(job))} (${split}), ${parallel}`)];
    if (jobs.rss[job]) facts.push(fact("Memory, at most", bytes(jobs.rss[job])));
    const disk = `${bytes(jobs.read[job])} read, ${bytes(jobs.written[job])} written`;
    if (jobs.read[job] || jobs.written[job]) facts.push(fact("Disk", disk));
    return facts;
}

function ranFacts(job) {
    return [
        fact("Ran for", `${time(ownOf(job))}, ${expectation(job)}`),
        fact(
            "Started",
            `${moment(jobs.start[job], 1000)} into the build, in slot ${jobs.slot[job]}`,
        ),
        fact("Waited, ready", waitText(job)),
        ...used(job),
        fact(
            "Blocking time",
            `${time(jobs.blocking[job])} of slot time idle for want of other jobs`,
        ),
        fact(
            "Longest chain",
            `${time(jobs.tail[job])} from its start on, it and what comes after it`,
        ),
    ];
}

// Whoever ended last let it start.
function waitedFor(job) {
    const list = [...new Set(depsOf(job))].sort((a, b) => jobs.end[b] - jobs.end[a]);
    if (!list.length) return [element("h4", null, "Waited for no job")];
    return jobList(
        `Waited for ${plural(list.length, "job", "jobs")}, the last to end first`,
        list,
        (dep) => `ended ${moment(jobs.end[dep], 1000)}`,
    );
}

function wasWaitedFor(job) {
    const list = [...new Set(followersOf(job))].sort((a, b) => jobs.ready[a] - jobs.ready[b]);
    if (!list.length) return [element("h4", null, "No job waited for it")];
    return jobList(`${plural(list.length, "job", "jobs")} waited for it`, list, (each) =>
        jobs.ready[each] <= jobs.end[job]
            ? "for it last"
            : `until ${moment(jobs.ready[each], 1000)}`,
    );
}

function pathPlace(job) {
    const at = pathJobs.indexOf(job);
    if (at < 0) return null;
    return element(
        "p",
        { class: "on-path" },
        `On the critical path: ${at + 1} of ${count(pathJobs.length)} jobs, `,
        `${share(ownOf(job), build.duration)} of the build `,
        element(
            "button",
            { type: "button", disabled: at === 0, click: () => go(pathJobs[at - 1]) },
            "before",
        ),
        element(
            "button",
            {
                type: "button",
                disabled: at === pathJobs.length - 1,
                click: () => go(pathJobs[at + 1]),
            },
            "after",
        ),
    );
}

function actions(job) {
    const file = data.words[jobs.file[job]];
    const buttons = [];
    if (jobs.fate[job] === RAN)
        buttons.push(
            element(
                "button",
                {
                    type: "button",
                    click: () => show(jobs.start[job] - ownOf(job), jobs.end[job] + ownOf(job)),
                },
                "Zoom to it",
            ),
        );
    const query = queryFor("why:", file);
    if (query)
        buttons.push(
            element(
                "button",
                {
                    type: "button",
                    click: () => change({ find: query }),
                },
                "Find all that ran because of this file",
            ),
        );
    return element("p", { class: "actions" }, ...buttons);
}

// Fills the panel and shows it, or hides it when no job is selected.
export function showDetails(panel) {
    const { job } = view;
    const inUse = panel.contains(document.activeElement);
    panel.hidden = job < 0;
    if (job < 0) return panel.replaceChildren();
    const bad = fate(job);
    panel.replaceChildren(
        element(
            "button",
            {
                type: "button",
                class: "close",
                "aria-label": "Close",
                title: "Close (Esc)",
                click: () => change({ job: -1 }),
            },
            "×",
        ),
        element("h3", null, outputOf(job)),
        element(
            "p",
            { class: "tags" },
            element("span", { class: "tag" }, ruleOf(job) || "no rule"),
            poolOf(job) ? element("span", { class: "tag" }, `pool ${poolOf(job)}`) : null,
            bad ? element("span", { class: hasFailed(job) ? "tag bad" : "tag" }, bad) : null,
        ),
        ...[pathPlace(job)].filter((each) => each),
        element("h4", null, "Why it ran"),
        element("p", { class: "reason" }, reasonOf(job)),
        actions(job),
        ...(jobs.fate[job] === RAN ? [element("dl", null, ...ranFacts(job).flat())] : []),
        ...waitedFor(job),
        ...wasWaitedFor(job),
    );
    panel.scrollTop = 0;
    if (inUse) panel.focus(); // what had the focus is not there any more
}
