// How numbers are told to people, and how elements are made. Texts of the trace only ever become
// text nodes and attributes.

const MS = 1000;
const S = 1000 * MS;
const MIN = 60 * S;
const HOUR = 60 * MIN;

function two(number) {
    return String(number).padStart(2, "0");
}

// A length of time in µs: "740 µs", "38 ms", "2.4 s", "3 min 05 s", "2 h 10 min".
export function time(us) {
    if (us === 0) return "0";
    if (us < MS - 0.5) return `${Math.round(us)} µs`;
    if (us < S - MS / 2) return `${us < 10 * MS ? (us / MS).toFixed(1) : Math.round(us / MS)} ms`;
    if (us < MIN - 50 * MS) return `${(us / S).toFixed(us < 10 * S ? 2 : 1)} s`;
    if (us < HOUR - S / 2) {
        const seconds = Math.round(us / S);
        return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
    }
    return `${Math.floor(us / HOUR)} h ${two(Math.floor((us % HOUR) / MIN))} min`;
}

// A moment, precise enough to tell two apart that are `step` µs from each other.
export function moment(us, step) {
    if (us >= MIN) {
        const minutes = Math.floor(us / MIN);
        const digits = step >= S ? 0 : step >= 100 * MS ? 1 : step >= 10 * MS ? 2 : 3;
        const seconds = ((us % MIN) / S).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
        return minutes < 60
            ? `${minutes}:${seconds}`
            : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${seconds}`;
    }
    if (step >= S) return `${Math.round(us / S)} s`;
    if (step >= MS && us >= S)
        return `${(us / S).toFixed(step >= 100 * MS ? 1 : step >= 10 * MS ? 2 : 3)} s`;
    if (step >= MS) return `${Math.round(us / MS)} ms`;
    return `${(us / MS).toFixed(3)} ms`;
}

export function share(part, whole) {
    const percent = whole ? (100 * part) / whole : 0;
    return `${percent > 0 && percent < 1 ? "<1" : Math.round(percent)} %`;
}

export function bytes(count) {
    if (count < 1024) return `${count} B`;
    const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = -1;
    while (count >= 1024 && unit < units.length - 1) {
        count /= 1024;
        unit++;
    }
    return `${count < 10 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

// 12345 as "12 345", with a thin space.
export function count(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function plural(number, one, many) {
    return `${count(number)} ${number === 1 ? one : many}`;
}

// A text in which nothing is hidden: control characters have pictures, and what would turn the
// direction of writing is named.
export function visible(text) {
    return text
        .replace(/[\u0000-\u001f]/g, (each) => String.fromCharCode(0x2400 + each.charCodeAt(0)))
        .replace(
            /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
            (each) => `‹U+${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}›`,
        );
}

// element("p", { class: "hint" }, "text", child …): properties that are functions are listeners.
export function element(tag, properties, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties ?? {})) {
        if (typeof value === "function") made.addEventListener(name, value);
        else if (value !== false && value !== undefined)
            made.setAttribute(name, value === true ? "" : visible(String(value)));
    }
    for (const child of children)
        if (child !== null && child !== undefined)
            made.append(typeof child === "string" ? visible(child) : child);
    return made;
}

// A path that, when there is little room, loses of its folders and keeps its name.
export function path(text) {
    const slash = text.lastIndexOf("/", text.length - 2) + 1;
    return element(
        "span",
        { class: "path", title: text },
        element(
            "bdi",
            { dir: "ltr" },
            element("span", { class: "folder" }, text.slice(0, slash)),
            text.slice(slash) || "(no name)",
        ),
    );
}
