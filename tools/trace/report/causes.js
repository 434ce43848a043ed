// The sections about why: why jobs ran, why files were looked into, why slots stood idle, and what
// the engine did meanwhile.

import { build, data, numberOf } from "./data.js";
import { forecast } from "./forecast.js";
import { columns2, finder, part, section } from "./parts.js";
import { counted, numeric, table, timed } from "./tables.js";
import { bytes, count, element, path, plural, share, time } from "./words.js";

// ---- why jobs ran ------------------------------------------------------------------------------

const ofJobs = [
    counted("Jobs", (row) => row.jobs, true),
    numeric("Of all", (row) => share(row.jobs, build.ran)),
    timed("Own time", (row) => row.own),
];

function reasonsPart() {
    const named = ({ name }) => (name ? finder("why:", name) : "(not known)");
    const columns = [{ name: "Reason", class: "job", cell: named }, ...ofJobs];
    return part("Reasons", "What made jobs run, by kind.", table("Reasons", columns, data.why));
}

function filesPart() {
    const named = ({ name }) => finder("why:", name, path(name));
    const columns = [{ name: "File", class: "job", cell: named }, ...ofJobs];
    const listed = data.files.length;
    const more =
        data.files_count > listed
            ? ` There are ${count(data.files_count)}; the first ${count(listed)} are listed.`
            : "";
    return part(
        "Files that made jobs run",
        `Those whose change cost most jobs.${more}`,
        table("Files that made jobs run", columns, data.files, { few: 14 }),
    );
}

const fingerprints = [
    ["files_hit", "unchanged"],
    ["missed_new", "looked into: the file was not known"],
    ["missed_stat", "looked into: size, times or inode differ"],
    ["missed_racy", "looked into: it was too young when it was last looked at"],
    ["missed_gone", "looked into: it is not there any more"],
    ["files_skipped", "not needed for what was asked for"],
];

function fingerprintsPart() {
    const rows = fingerprints
        .map(([name, said]) => ({ said, files: numberOf(name) }))
        .filter(({ files }) => files !== undefined);
    const missed = numberOf("files_missed");
    if (missed !== undefined && numberOf("missed_new") === undefined)
        rows.push({ said: "looked into", files: missed });
    const all = rows.reduce((sum, { files }) => sum + files, 0);
    const columns = [
        { name: "Fingerprint", cell: ({ said }) => said },
        counted("Files", ({ files }) => files, true),
        numeric("Of all", ({ files }) => share(files, all)),
    ];
    const hashed = numberOf("files_hashed");
    const read =
        hashed === undefined
            ? ""
            : ` ${plural(hashed, "file was", "files were")} read for a digest, ` +
              `${bytes(numberOf("bytes_hashed") ?? 0)} in all.`;
    return part(
        "Files found unchanged, and looked into",
        `A file whose fingerprint stood when the build began was not opened.${read}`,
        table("Fingerprints", columns, rows),
    );
}

export function whySection() {
    return section(
        "why",
        "Why jobs ran",
        columns2(element("div", null, reasonsPart(), fingerprintsPart()), filesPart()),
    );
}

// ---- idle slots and the engine -----------------------------------------------------------------

// As enum trace_idle has them.
const idleMeanings = [
    "jig was loading, looking and deciding",
    "what was left waited for jobs that ran: cut long jobs, or needless dependencies",
    "the jobs that were ready had to wait for a place: see Pools",
    "jig was busy, the load was too high, or a job had the terminal",
    "one round of jobs had to end before the next was known",
    "jig was writing down what it had learned",
];

function slotsWere({ name, meaning }) {
    return element("div", null, name, element("div", { class: "meaning" }, meaning));
}

function slotTime() {
    const all = build.slots * build.duration;
    const rows = data.idle.map((idle, index) => ({
        name: `idle: ${idle.name}`,
        length: idle.time,
        meaning: idleMeanings[index],
    }));
    rows.unshift({ name: "busy", length: build.own, meaning: "jobs ran" });
    const columns = [
        { name: "Slots were", cell: slotsWere },
        timed("Slot time", ({ length }) => length, true),
        numeric("Of all", ({ length }) => share(length, all)),
    ];
    const slots = plural(build.slots, "slot", "slots");
    return part(
        "Where the slots' time went",
        `${slots} for ${time(build.duration)}: ${time(all)} of slot time.`,
        table("Slot time", columns, rows),
    );
}

function engineTime() {
    const lost = build.lost_slices
        ? ` The oldest ${count(build.lost_slices)} stretches had to make room for younger ones.`
        : "";
    const columns = [
        { name: "Doing", cell: ({ name }) => name },
        timed("Session's thread", (row) => row.session, true),
        timed("Workers", (row) => row.workers),
    ];
    return part(
        "What jig's own threads did",
        `The innermost of what was going on.${lost}`,
        table("The engine's time", columns, data.phases, { few: 6 }),
    );
}

function allNumbers() {
    const columns = [
        { name: "Name", cell: ({ name }) => element("code", null, name) },
        counted("Value", ({ value }) => value),
    ];
    return element(
        "details",
        null,
        element("summary", null, "All numbers of the build's result"),
        ...table("Numbers", columns, data.numbers, { few: 1000 }),
    );
}

export function idleSection() {
    return section(
        "idle",
        "Idle slots and the engine",
        columns2(slotTime(), element("div", null, engineTime(), forecast())),
        data.numbers.length ? allNumbers() : null,
    );
}
