// What the page's sections are made of: headings, and names that lead somewhere when clicked.

import { outputOf } from "./data.js";
import { queryFor } from "./find.js";
import { go } from "./gestures.js";
import { change } from "./state.js";
import { element, path } from "./words.js";

export function section(id, title, ...content) {
    const heading = element("h2", { id: `${id}-title` }, title);
    return element("section", { id, "aria-labelledby": heading.id }, heading, ...content);
}

// A part of a section; `content` are elements and lists of them.
export function part(title, hint, ...content) {
    const said = hint ? element("p", { class: "hint" }, hint) : null;
    return element("div", { class: "part" }, element("h3", null, title), said, ...content.flat());
}

// Side by side where there is room.
export function columns2(...parts) {
    return element("div", { class: "columns" }, ...parts);
}

function leading(shown, follow) {
    const click = () => {
        follow();
        document.getElementById("timeline").scrollIntoView({ block: "start" });
    };
    return element("button", { type: "button", class: "job", click }, shown);
}

// A job's output, which selects it; -1 is no job.
export function jobCell(job) {
    return job < 0 ? "" : leading(path(outputOf(job)), () => go(job));
}

// A name that is searched for.
export function finder(prefix, name, shown = name) {
    const query = queryFor(prefix, name);
    return query === null ? shown : leading(shown, () => change({ find: query }));
}
