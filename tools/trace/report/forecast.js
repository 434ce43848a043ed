// How well the end of the build was foretold.

import { build, data } from "./data.js";
import { part } from "./parts.js";
import { share, time } from "./words.js";

const WIDTH = 600;
const HEIGHT = 150;

function shape(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
}

// The foretold ends over the time at which they were foretold.
function picture({ time: moments, end }) {
    const top = 1.15 * end.reduce((most, each) => Math.max(most, each), build.duration);
    const x = (at) => ((WIDTH * at) / Math.max(build.duration, 1)).toFixed(1);
    const y = (at) => (HEIGHT - (HEIGHT * at) / top).toFixed(1);
    const every = Math.ceil(moments.length / WIDTH);
    const points = moments
        .flatMap((at, index) => (index % every ? [] : [`${x(at)},${y(end[index])}`]))
        .join(" ");
    const real = y(build.duration);
    const length = time(build.duration);
    return shape(
        "svg",
        {
            viewBox: `0 0 ${WIDTH} ${HEIGHT + 18}`,
            class: "forecast",
            role: "img",
            "aria-label": `Foretold ends; the real one was after ${length}`,
        },
        shape("line", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
        shape("polyline", { class: "foretold", points }),
        shape("line", { class: "real", x1: 0, x2: WIDTH, y1: real, y2: real }),
        shape("text", { x: 0, y: HEIGHT + 14 }, "0"),
        shape("text", { x: WIDTH, y: HEIGHT + 14, "text-anchor": "end" }, length),
    );
}

export function forecast() {
    if (build.forecast_error < 0)
        return part("Forecast", "The end was not foretold: what jobs take was not known.");
    const said =
        "The end that was foretold as the build went on; the dashed line is the real one. Half of " +
        `the forecasts were off by less than ${share(build.forecast_error, 1)} of the time left.`;
    return part("Forecast", said, data.forecasts.time.length > 1 ? picture(data.forecasts) : []);
}
