// Small tables. A column is { name, cell: row -> text or element, bar: row -> number (drawn behind
// it, as a part of the largest), class: "number" or "job" }.

import { count, element, time } from "./words.js";

const FEW_ROWS = 10;

function cell(column, row, most) {
    const made = element("td", { class: column.class ?? "" }, column.cell(row));
    if (column.bar && most > 0) {
        made.classList.add("bar");
        made.style.setProperty("--part", `${(100 * column.bar(row)) / most}%`);
    }
    return made;
}

function largestOf(column, rows) {
    return column.bar ? rows.reduce((most, row) => Math.max(most, column.bar(row)), 0) : 0;
}

function tableRow(columns, most, row, mark) {
    return element(
        "tr",
        mark?.(row) ? { class: "marked" } : null,
        ...columns.map((column, index) => cell(column, row, most[index])),
    );
}

// The first rows, and a button for all. `options`: few: how many first; mark: row -> whether it is
// the one to look at; total: how many there are beyond what is known.
export function table(label, columns, rows, options = {}) {
    if (!rows.length) return [element("p", null, "None.")];
    const few = options.few ?? FEW_ROWS;
    const most = columns.map((column) => largestOf(column, rows));
    const body = element("tbody");
    function fill(number) {
        body.replaceChildren(
            ...rows.slice(0, number).map((row) => tableRow(columns, most, row, options.mark)),
        );
    }
    fill(few);
    const made = element(
        "div",
        { class: "scroll" },
        element(
            "table",
            { "aria-label": label },
            element(
                "thead",
                null,
                element(
                    "tr",
                    null,
                    ...columns.map((column) =>
                        element(
                            "th",
                            { scope: "col", class: column.class ?? "", title: column.title },
                            column.name,
                        ),
                    ),
                ),
            ),
            body,
        ),
    );
    if (rows.length <= few) return [made];
    const all = element(
        "button",
        { type: "button", class: "more" },
        `Show all ${count(rows.length)}`,
    );
    all.addEventListener("click", () => {
        fill(rows.length);
        all.remove();
    });
    return [made, all];
}

// The commonest columns. A bar shows the same number as the text.
export function numeric(name, cell, bar) {
    return { name, class: "number", cell, bar };
}

export function timed(name, key, bars = false) {
    return numeric(name, (row) => time(key(row)), bars ? key : undefined);
}

export function counted(name, key, bars = false) {
    return numeric(name, (row) => count(key(row)), bars ? key : undefined);
}
