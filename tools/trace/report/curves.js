// What changed over time, as curves above the timeline: jobs running and ready, processors, memory.

import { build, data } from "./data.js";
import { bytes, count } from "./words.js";

// A value that holds from each time to the next. With the sums up to each time, the mean over any
// stretch is found without looking at what lies in it.
class Curve {
    constructor(times, values) {
        this.times = times;
        this.values = values;
        this.sums = new Float64Array(times.length + 1);
        for (let at = 0; at < times.length; at++)
            this.sums[at + 1] =
                this.sums[at] + values[at] * ((times[at + 1] ?? times[at]) - times[at]);
    }

    // The last place whose time is not after this one, looked for from `at` on; -1: before all.
    at(moment) {
        let low = 0;
        let high = this.times.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.times[middle] <= moment) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    value(moment) {
        const at = this.at(moment);
        return at < 0 ? 0 : this.values[at];
    }

    sumAt(moment, at) {
        return at < 0 ? 0 : this.sums[at] + this.values[at] * (moment - this.times[at]);
    }

    // The mean over each of `width` stretches of `step` from `from` on.
    means(from, step, width) {
        const means = new Float64Array(width);
        let at = this.at(from);
        let before = this.sumAt(from, at);
        for (let x = 0; x < width; x++) {
            const until = from + (x + 1) * step;
            while (at + 1 < this.times.length && this.times[at + 1] <= until) at++;
            const sum = this.sumAt(until, at);
            means[x] = (sum - before) / step;
            before = sum;
        }
        return means;
    }
}

function largest(values) {
    let most = 0;
    for (const value of values) most = Math.max(most, value);
    return most;
}

// What all processors did between one sample and the next, as a part of what they could.
function busyParts({ time, busy }) {
    return time.map((moment, at) => {
        const length = (time[at + 1] ?? moment) - moment;
        return length ? Math.min((busy[at + 1] - busy[at]) / length / build.processors, 1) : 0;
    });
}

function makeLanes() {
    const { levels, samples } = data;
    const lanes = [
        {
            name: "running",
            colour: "running",
            height: 46,
            curve: new Curve(levels.time, levels.running),
            top: Math.max(largest(levels.running), build.slots, 1),
            mark: build.slots, // drawn as a line: there could be so many
            say: (value) => count(Math.round(value * 10) / 10),
        },
        {
            name: "ready",
            colour: "ready",
            height: 34,
            curve: new Curve(levels.time, levels.ready),
            top: Math.max(largest(levels.ready), 1),
            say: (value) => count(Math.round(value)),
        },
    ];
    if (samples.time.length > 1 && build.processors)
        lanes.push({
            name: "processors",
            colour: "processors",
            height: 30,
            curve: new Curve(samples.time, busyParts(samples)),
            top: 1,
            say: (value) => `${Math.round(value * 100)} %`,
        });
    if (samples.time.length > 1 && largest(samples.available))
        lanes.push({
            name: "memory left",
            colour: "memory",
            height: 30,
            curve: new Curve(samples.time, samples.available),
            top: largest(samples.available),
            say: (value) => bytes(Math.round(value)),
        });
    return lanes;
}

export const lanes = makeLanes();
