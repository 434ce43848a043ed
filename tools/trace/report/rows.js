// Rows of what took time, painted in a time that depends on the width of the picture and hardly on
// how much there is: what is narrower than two pixels is not drawn by itself, but counted in the
// pixel it is in.

const NARROW = 2; // pixels

// Things in one row: in order of time, none overlapping another.
export class Row {
    constructor(ids, begin, end) {
        this.ids = ids;
        this.begin = begin; // [id] µs
        this.end = end;
    }

    // The first place in `ids` that ends after the moment.
    after(moment) {
        let low = 0;
        let high = this.ids.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.end[this.ids[middle]] <= moment) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // What is at a moment, or nearest to it and not further than `slack`; -1: nothing.
    find(moment, slack) {
        let best = -1;
        let distance = slack;
        for (let at = this.after(moment - slack); at < this.ids.length; at++) {
            const id = this.ids[at];
            const off = Math.max(this.begin[id] - moment, moment - this.end[id], 0);
            if (this.begin[id] > moment + slack) break;
            if (off <= distance) {
                best = id;
                distance = off;
            }
            if (off === 0 && this.end[id] > moment) break;
        }
        return best;
    }
}

// Red, green and blue of a colour given as rgb(…).
function parts(colour) {
    return colour
        .match(/[\d.]+/g)
        .slice(0, 3)
        .map(Number);
}

// Black or white, whichever has more contrast (WCAG 2, relative luminance) to a colour.
export function inkOn(colour) {
    const [red, green, blue] = parts(colour).map((each) =>
        each <= 10 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4,
    );
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    return luminance > 0.179 ? "#000000" : "#ffffff";
}

// Paints rows on a canvas. `colours` are CSS colours; `dim` is that of what is not looked for.
export class Painter {
    constructor(context, colours, dim) {
        this.context = context;
        this.colours = [...colours, dim];
        this.parts = this.colours.map(parts);
        this.inks = this.colours.map(inkOn); // [colour] what to write on it with
        this.dim = colours.length;
        this.strip = document.createElement("canvas"); // one row of pixels
    }

    // The stretch of time from `from` on, `step` µs a pixel, is painted at left … left + width.
    place(left, width, from, step) {
        Object.assign(this, { left, width, from, step });
        this.strip.width = width;
        this.strip.height = 1;
        this.stripContext = this.strip.getContext("2d");
        this.cover = new Float32Array(width);
        this.widest = new Float32Array(width);
        this.shown = new Uint8Array(width);
    }

    // `of[id]`: which colour; `has`: null, or what is not dimmed. `label(id, x, width)` is called
    // for what is wide enough for a text.
    paint(row, y, height, of, has, label) {
        const { left, width, from, step, cover, widest, shown, dim } = this;
        const to = from + width * step;
        let narrow = false;
        for (let at = row.after(from); at < row.ids.length; at++) {
            const id = row.ids[at];
            if (row.begin[id] >= to) break;
            const begin = Math.max((row.begin[id] - from) / step, 0);
            const end = Math.min((row.end[id] - from) / step, width);
            const colour = has && !has[id] ? dim : of[id];
            if (end - begin >= NARROW) {
                this.context.fillStyle = this.colours[colour];
                // A gap, so that it can be seen where one ends.
                const long = end - begin - (end - begin > 4 ? 1 : 0.5);
                this.context.fillRect(left + begin, y, long, height);
                if (label && end - begin > 34 && colour !== dim) label(id, left + begin, long);
                continue;
            }
            narrow = true;
            const x = Math.min(Math.floor(begin), width - 1);
            const part = Math.max(end - begin, 0.02);
            cover[x] += part;
            // What is looked for is seen, however short it is.
            const weight = has && has[id] ? part + 10 : part;
            if (weight > widest[x]) {
                widest[x] = weight;
                shown[x] = colour;
            }
        }
        if (narrow) this.paintNarrow(y, height);
    }

    paintNarrow(y, height) {
        const { width, cover, widest, shown } = this;
        const image = this.stripContext.createImageData(width, 1);
        for (let x = 0; x < width; x++) {
            if (!cover[x]) continue;
            const [red, green, blue] = this.parts[shown[x]];
            const strength = widest[x] > 10 ? 1 : Math.min(0.3 + 0.7 * cover[x], 1);
            image.data.set([red, green, blue, 255 * strength], 4 * x);
        }
        this.stripContext.putImageData(image, 0, 0);
        this.context.imageSmoothingEnabled = false;
        this.context.drawImage(this.strip, 0, 0, width, 1, this.left, y, width, height);
        cover.fill(0);
        widest.fill(0);
    }
}
