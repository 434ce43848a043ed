// Colours. They are written down in colours.css, for light and dark, where they were chosen so that
// those side by side differ for people who see few colours, too; canvases take them from there.

import { RAN, data, hasFailed, jobCount, jobs } from "./data.js";
import { element } from "./words.js";

export const KINDS = 6; // colours for the commonest; all others share one

const probe = document.body.appendChild(element("span", { hidden: true }));
const known = new Map(); // [name] what it is, light or dark

// A colour by its name in colours.css, as rgb(…).
export function colour(name) {
    if (!known.has(name)) {
        probe.style.color = `var(--${name})`;
        known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
}

const schemes = { auto: "Light or dark: as the system", light: "Light", dark: "Dark" };

// Sets the button that switches between light, dark and what the system has; `redraw` is called
// whenever colours have changed.
export function chooseScheme(button, redraw) {
    const root = document.documentElement;
    function apply(scheme) {
        root.dataset.scheme = scheme;
        button.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[scheme];
        button.title = schemes[scheme];
        button.setAttribute("aria-label", `Colours: ${schemes[scheme]}`);
        refresh();
    }
    button.addEventListener("click", () => {
        const names = Object.keys(schemes);
        apply(names[(names.indexOf(root.dataset.scheme) + 1) % names.length]);
    });
    function refresh() {
        known.clear();
        redraw();
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
    for (const [event, isPaper] of [
        ["beforeprint", true],
        ["afterprint", false],
    ])
        addEventListener(event, () => {
            root.classList.toggle("paper", isPaper);
            refresh();
        });
    apply("auto");
}

// What a job is coloured by: { names: of each colour in use, of: [job] index of its colour }.
// The groups come in the analysis' order, the most important first.
function colouring(column, texts, groups, nameless) {
    const colourOf = new Map(groups.slice(0, KINDS).map(({ name }, index) => [name, index]));
    const ofText = texts.map((text) => colourOf.get(text) ?? KINDS);
    const of = new Uint8Array(jobCount);
    for (let job = 0; job < jobCount; job++)
        of[job] = hasFailed(job) ? KINDS + 1 : jobs.fate[job] === RAN ? ofText[column[job]] : KINDS;
    const names = groups.slice(0, KINDS).map(({ name }) => name || nameless);
    return { names, others: groups.length > KINDS, of };
}

export const colourings = {
    rule: colouring(jobs.rule, data.words, data.rules, "(no rule)"),
    reason: colouring(jobs.reason, data.reasons, data.why, "(no reason)"),
};

// [index] of a colouring's colours: the kinds, all others, and jobs that failed.
export function kindColours() {
    const colours = Array.from({ length: KINDS }, (_, index) => colour(`kind-${index + 1}`));
    return [...colours, colour("kind-others"), colour("failed")];
}
