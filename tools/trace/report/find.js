// Which jobs a query finds. Its words have all to be there, in any case of letters:
//
//     app.o        in the output's path, the rule or why it ran
//     rule:cc      the rule, and no other; why:config.h in why it ran; pool:link the pool
//     is:failed    also is:critical, is:spared
//     "a b"        one word with a space in it; why:"input changed" too

import { PASSED, hasFailed, jobCount, jobs, outputOf, poolOf, reasonOf, ruleOf } from "./data.js";

const kinds = {
    failed: hasFailed,
    critical: (job) => jobs.on_path[job] === 1,
    spared: (job) => jobs.fate[job] === PASSED,
};

let texts = null; // all that a plain word may be in, made with the first query

function textOf(job) {
    texts ??= Array.from({ length: jobCount }, (_, each) =>
        `${outputOf(each)}\n${ruleOf(each)}\n${reasonOf(each)}`.toLowerCase(),
    );
    return texts[job];
}

function test(word) {
    const colon = word.indexOf(":");
    const what = word.slice(colon + 1);
    switch (word.slice(0, colon + 1)) {
        case "rule:":
            return (job) => ruleOf(job).toLowerCase() === what;
        case "pool:":
            return (job) => poolOf(job).toLowerCase() === what;
        case "why:":
            return (job) => reasonOf(job).toLowerCase().includes(what);
        case "is:":
            if (Object.hasOwn(kinds, what)) return kinds[what];
    }
    return (job) => textOf(job).includes(word);
}

// { all: the jobs in order of their index, has: [job] 1 if it is one of them }; null: all jobs.
export function find(query) {
    const words = (query.toLowerCase().match(/(?:"[^"]*"?|[^\s"])+/g) ?? [])
        .map((word) => word.replaceAll('"', ""))
        .filter((word) => word);
    if (!words.length) return null;
    const tests = words.map(test);
    const has = new Uint8Array(jobCount);
    const all = [];
    for (let job = 0; job < jobCount; job++) {
        if (tests.every((fits) => fits(job))) {
            has[job] = 1;
            all.push(job);
        }
    }
    return { all, has };
}

// The query for what has this text after a prefix, like "why:"; null if it cannot be asked for.
export function queryFor(prefix, text) {
    if (!text || text.includes('"')) return null;
    return /\s/.test(text) ? `${prefix}"${text}"` : `${prefix}${text}`;
}
