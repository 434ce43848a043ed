// What is known of the build. tools/trace/report_data.h says what the JSON is made of; times are µs
// since the build began. Only this module knows how it is stored; nothing here changes.

export const RAN = 0;
export const PASSED = 1;
export const PHONY = 2;

export const STEP_ENGINE = 0;
export const STEP_WAIT = 1;
export const STEP_JOB = 2;

export const data = JSON.parse(document.getElementById("data").textContent);

export const build = data.build;
export const whole = Math.max(build.duration, 1); // how long the timeline is
export const jobs = data.jobs;
export const jobCount = jobs.output.length;
for (const column of ["ready", "start", "end", "blocking"])
    jobs[column] = Float64Array.from(jobs[column]);

// Those that ran, in order of their start.
export const ranByStart = (() => {
    const ids = new Uint32Array(build.ran);
    let count = 0;
    for (let job = 0; job < jobCount; job++) if (jobs.fate[job] === RAN) ids[count++] = job;
    return ids.sort((a, b) => jobs.start[a] - jobs.start[b] || a - b);
})();

const numbers = new Map(data.numbers.map(({ name, value }) => [name, value]));

// A number of the build's result; undefined if the trace does not have it.
export function numberOf(name) {
    return numbers.get(name);
}

export function outputOf(job) {
    return jobs.output[job];
}

export function ruleOf(job) {
    return data.words[jobs.rule[job]];
}

export function poolOf(job) {
    return data.words[jobs.pool[job]];
}

// Why it ran, as `jig build --explain` tells it; of one that did not run, why not.
export function reasonOf(job) {
    if (jobs.fate[job] === PASSED) return "spared: at its turn it was up to date";
    if (jobs.fate[job] === PHONY) return "only stands for others";
    const said = data.reasons[jobs.reason[job]];
    const file = data.words[jobs.file[job]];
    return file ? `${said}: ${file}` : said;
}

export function ownOf(job) {
    return jobs.end[job] - jobs.start[job];
}

// What a step of the critical path waited for: the longest cause first, as [words, time].
export function causesOf(step) {
    const pool = poolOf(data.path.job[step]);
    return [
        [`for a place in pool ${pool}`, data.path.wait_pool[step]],
        ["for a slot", data.path.wait_slot[step]],
        ["for jig", data.path.wait_engine[step]],
    ]
        .filter(([, time]) => time > 0)
        .sort((a, b) => b[1] - a[1]);
}

export function waitOf(job) {
    return jobs.start[job] - jobs.ready[job];
}

export function cpuOf(job) {
    return jobs.user[job] + jobs.system[job];
}

export function hasFailed(job) {
    return jobs.fate[job] === RAN && jobs.exit[job] !== 0;
}

// Where the jobs that each one waited for begin in data.deps.
const depsFrom = new Uint32Array(jobCount + 1);
for (let job = 0; job < jobCount; job++) depsFrom[job + 1] = depsFrom[job] + jobs.deps[job];

export function depsOf(job) {
    return data.deps.slice(depsFrom[job], depsFrom[job + 1]);
}

// Made when first asked for: who waits for whom, in one array, those of one job after another's.
let followers = null;

function indexFollowers() {
    const from = new Uint32Array(jobCount + 2);
    for (const dep of data.deps) from[dep + 2]++;
    for (let job = 0; job < jobCount; job++) from[job + 2] += from[job + 1];
    const who = new Uint32Array(data.deps.length);
    for (let job = 0; job < jobCount; job++)
        for (let at = depsFrom[job]; at < depsFrom[job + 1]; at++)
            who[from[data.deps[at] + 1]++] = job;
    return { from, who };
}

export function followersOf(job) {
    followers ??= indexFollowers();
    return Array.from(followers.who.subarray(followers.from[job], followers.from[job + 1]));
}

// The jobs of the critical path in order of time.
export const pathJobs = data.path.job.filter((job, step) => data.path.kind[step] === STEP_JOB);

let byOutput = null;

// The job that makes a file, or -1.
export function jobOf(output) {
    byOutput ??= new Map(jobs.output.map((path, job) => [path, job]));
    return byOutput.get(output) ?? -1;
}
