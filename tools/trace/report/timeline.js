// The timeline: what is drawn, and what is where. The reader's moves are in gestures.js.

import {
    RAN,
    STEP_ENGINE,
    STEP_WAIT,
    data,
    depsOf,
    jobs,
    outputOf,
    pathJobs,
} from "./data.js";
import { colour, colourings, kindColours } from "./colours.js";
import { AXIS, layOut, slotRowOf } from "./layout.js";
import { Painter, inkOn } from "./rows.js";
import { view } from "./state.js";
import { moment, visible } from "./words.js";

export const GUTTER = 92; // pixels, for the rows' names
const RIGHT = 12;
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const MOST_LINES = 60; // from what the selected job waited for

export class Timeline {
    constructor(canvas) {
        this.canvas = canvas;
        this.context = canvas.getContext("2d");
        this.layout = layOut();
        this.colouring = colourings.rule;
        this.found = null; // what find() gave
        this.pointer = null; // { x, y } in the canvas
        this.range = null; // [from, to] while a range is being marked
        this.asked = false;
        this.drew = []; // called after the next drawing
        canvas.style.height = `${this.layout.height}px`;
        new ResizeObserver(() => this.resize()).observe(canvas);
        this.resize();
    }

    resize() {
        const ratio = devicePixelRatio;
        const width = Math.round(this.canvas.clientWidth * ratio);
        const height = Math.round(this.layout.height * ratio);
        if (this.canvas.width === width && this.canvas.height === height) return;
        this.canvas.width = width;
        this.canvas.height = height;
        this.draw(); // at once: a canvas that changes its size is empty
    }

    // Reads the colours anew.
    recolour() {
        this.painter = null;
        this.redraw();
    }

    redraw() {
        if (this.asked) return;
        this.asked = true;
        requestAnimationFrame(() => {
            this.asked = false;
            this.draw();
        });
    }

    get width() {
        return Math.max(this.canvas.clientWidth - GUTTER - RIGHT, 1);
    }

    get step() {
        return (view.to - view.from) / this.width; // µs a pixel
    }

    x(moment) {
        return GUTTER + (moment - view.from) / this.step;
    }

    moment(x) {
        return view.from + (x - GUTTER) * this.step;
    }

    // ---- drawing ----------------------------------------------------------------------------

    draw() {
        const { context } = this;
        context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
        context.clearRect(0, 0, this.canvas.clientWidth, this.layout.height);
        if (!this.painter) {
            this.painter = new Painter(context, kindColours(), colour("dim"));
            this.enginePainter = new Painter(
                context,
                ["engine-1", "engine-2", "engine-3"].map(colour),
                colour("dim"),
            );
        }
        for (const painter of [this.painter, this.enginePainter])
            painter.place(GUTTER, Math.round(this.width), view.from, this.step);
        this.drawAxis();
        context.save();
        for (const item of this.layout.all) this.drawItem(item);
        this.drawPathMarks();
        this.drawSelected();
        this.drawPointer();
        context.restore();
        for (const done of this.drew.splice(0)) done();
    }

    drawAxis() {
        const { context } = this;
        const step = niceStep(this.step * 90);
        context.font = FONT;
        context.textBaseline = "middle";
        context.textAlign = "center";
        for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
            const x = Math.round(this.x(at)) + 0.5;
            context.fillStyle = colour("grid");
            context.fillRect(x - 0.5, AXIS - 4, 1, this.layout.height);
            context.fillStyle = colour("muted");
            if (x < this.canvas.clientWidth - 24)
                context.fillText(moment(at, step), x, AXIS / 2 - 2);
        }
    }

    drawItem(item) {
        const { context } = this;
        const named =
            item.name && (item.height >= 11 || (item.y - this.layout.firstSlot) % 4 === 0);
        if (named) {
            context.font = FONT;
            context.textAlign = "right";
            context.textBaseline = "middle";
            context.fillStyle = colour("muted");
            context.fillText(
                item.name,
                GUTTER - 10,
                item.y + item.height / 2 + (item.kind === "lane" ? -6 : 0),
            );
        }
        if (item.kind === "lane") this.drawLane(item);
        else if (item.kind === "path") this.drawPath(item);
        else if (item.kind === "slot") this.drawSlot(item);
        else this.drawEngine(item);
    }

    drawLane({ lane, y, height }) {
        const { context } = this;
        const width = Math.round(this.width);
        const means = lane.curve.means(view.from, this.step, width);
        const scale = height / lane.top;
        context.fillStyle = colour("muted");
        context.fillText(`of ${lane.say(lane.top)}`, GUTTER - 10, y + height / 2 + 7);
        context.beginPath();
        context.moveTo(GUTTER, y + height);
        for (let x = 0; x < width; x++)
            context.lineTo(GUTTER + x + 0.5, y + height - means[x] * scale);
        context.lineTo(GUTTER + width, y + height);
        context.closePath();
        context.fillStyle = colour(lane.colour);
        context.globalAlpha = 0.85;
        context.fill();
        context.globalAlpha = 1;
        context.fillStyle = colour("line");
        context.fillRect(GUTTER, y + height, width, 1);
        if (lane.mark) {
            context.strokeStyle = colour("muted");
            context.setLineDash([3, 3]);
            context.beginPath();
            context.moveTo(GUTTER, Math.round(y + height - lane.mark * scale) + 0.5);
            context.lineTo(GUTTER + width, Math.round(y + height - lane.mark * scale) + 0.5);
            context.stroke();
            context.setLineDash([]);
        }
    }

    drawPath({ y, height }) {
        const { context } = this;
        const { kind, begin, end } = data.path;
        const fills = ["step-engine", "step-wait", "ink"].map(colour);
        const inks = fills.map(inkOn);
        let painted = -1;
        for (let step = 0; step < kind.length; step++) {
            if (end[step] <= view.from || begin[step] >= view.to) continue;
            const from = Math.max(this.x(begin[step]), GUTTER);
            const to = Math.min(this.x(end[step]), GUTTER + this.width);
            if (to <= painted + 0.5)
                // under a pixel that is painted already
                continue;
            painted = to;
            context.fillStyle = fills[kind[step]];
            context.fillRect(from, y, Math.max(to - from - (to - from > 4 ? 1 : 0), 0.5), height);
            if (to - from > 60) {
                const job = data.path.job[step];
                const said =
                    kind[step] === STEP_ENGINE
                        ? "jig"
                        : kind[step] === STEP_WAIT
                          ? "waits"
                          : baseName(job);
                this.drawText(said, from, to - from, y + height / 2, inks[kind[step]]);
            }
        }
    }

    drawSlot({ row, y, height }) {
        const { of } = this.colouring;
        const label =
            height < 12
                ? null
                : (job, x, width) =>
                      this.drawText(
                          baseName(job),
                          x,
                          width,
                          y + height / 2,
                          this.painter.inks[of[job]],
                      );
        this.painter.paint(row, y, height, of, this.found?.has ?? null, label);
    }

    drawEngine({ row, y, height, depth }) {
        this.depths ??= [0, 1, 2].map((each) =>
            new Uint8Array(data.slices.worker.length).fill(each),
        );
        const text = colour("ink");
        const label =
            height < 12
                ? null
                : (slice, x, width) =>
                      this.drawText(
                          data.words[data.slices.name[slice]],
                          x,
                          width,
                          y + height / 2,
                          text,
                      );
        this.enginePainter.paint(row, y, height, this.depths[depth], null, label);
    }

    // Cut to what fits; letters of this font are about 6 pixels wide.
    drawText(text, x, width, y, fill) {
        const room = Math.floor((width - 8) / 6);
        if (room < 3) return;
        const { context } = this;
        context.font = FONT;
        context.textAlign = "left";
        context.textBaseline = "middle";
        context.fillStyle = fill;
        context.fillText(
            visible(text.length > room ? `${text.slice(0, room - 1)}…` : text),
            x + 4,
            y + 0.5,
        );
    }

    rowOf(job) {
        return this.layout.all[this.layout.firstSlot + slotRowOf(job)];
    }

    // A line under each job of the critical path, and thin ones from one to the next.
    drawPathMarks() {
        const { context } = this;
        const seen = pathJobs.filter(
            (job) => jobs.end[job] >= view.from && jobs.start[job] <= view.to,
        );
        context.fillStyle = colour("ink");
        const thick = Math.max(2, Math.min(3, this.layout.slotHeight / 4));
        let before = null;
        for (const job of seen) {
            const { y, height } = this.rowOf(job);
            const from = Math.max(this.x(jobs.start[job]), GUTTER);
            const to = Math.min(this.x(jobs.end[job]), GUTTER + this.width);
            context.globalAlpha = 1;
            context.fillRect(from, y + height - thick, Math.max(to - from - 1, 1), thick);
            if (before !== null && seen.length < 150) {
                context.globalAlpha = 0.35;
                context.fillRect(from - 0.5, Math.min(before, y), 1, Math.abs(before - y) + height);
            }
            before = y;
        }
        context.globalAlpha = 1;
    }

    drawSelected() {
        const { job } = view;
        if (job < 0 || slotRowOf(job) === undefined || jobs.fate[job] !== RAN) return;
        const { context } = this;
        const { y, height } = this.rowOf(job);
        const from = this.x(jobs.start[job]);
        const to = this.x(jobs.end[job]);
        context.save();
        context.beginPath();
        context.rect(GUTTER - 3, 0, this.width + 6, this.layout.height);
        context.clip();
        context.strokeStyle = colour("accent");
        context.lineWidth = 1;
        const deps = depsOf(job).filter((dep) => jobs.fate[dep] === RAN);
        deps.sort((a, b) => jobs.end[b] - jobs.end[a]);
        for (const [index, dep] of deps.slice(0, MOST_LINES).entries()) {
            const there = this.rowOf(dep);
            const x = this.x(jobs.end[dep]);
            const bend = Math.max(Math.min((from - x) / 2, 60), 12);
            context.globalAlpha = index ? 0.45 : 1; // the last to end let it start
            context.beginPath();
            context.moveTo(x, there.y + there.height / 2);
            context.bezierCurveTo(
                x + bend,
                there.y + there.height / 2,
                from - bend,
                y + height / 2,
                from,
                y + height / 2,
            );
            context.stroke();
        }
        context.globalAlpha = 1;
        context.lineWidth = 2;
        context.strokeRect(from - 1, y - 1, Math.max(to - from, 2) + 1, height + 2);
        context.restore();
    }

    drawPointer() {
        const { context } = this;
        if (this.range) {
            const [from, to] = this.range.map((each) => this.x(each)).sort((a, b) => a - b);
            context.globalAlpha = 0.2;
            context.fillStyle = colour("accent");
            context.fillRect(from, AXIS, to - from, this.layout.height);
            context.globalAlpha = 1;
        } else if (this.pointer && this.pointer.x >= GUTTER) {
            context.fillStyle = colour("muted");
            context.fillRect(Math.round(this.pointer.x), AXIS - 4, 1, this.layout.height);
        }
    }

    // ---- what is there ----------------------------------------------------------------------

    // { job } or { slice } or { step } or {} of a place in the canvas.
    at(x, y) {
        const moment = this.moment(x);
        const item = this.layout.all.find(
            (each) => y >= each.y - 1 && y <= each.y + each.height + 1,
        );
        if (!item || x < GUTTER) return {};
        if (item.kind === "path") {
            const step = data.path.end.findIndex((end) => end > moment);
            return step < 0
                ? {}
                : { step, job: data.path.job[step] >= 0 ? data.path.job[step] : undefined };
        }
        if (item.kind === "lane") return {};
        const id = item.row.find(moment, 3 * this.step);
        if (id < 0) return {};
        return item.kind === "slot" ? { job: id } : { slice: id };
    }
}

function baseName(job) {
    const output = outputOf(job);
    return output.slice(output.lastIndexOf("/", output.length - 2) + 1);
}

// The first of 1, 2, 5, 10 … (of minutes: 1, 2, 5, 10, 30, 60) that is not less.
function niceStep(least) {
    const minutes = [1, 2, 5, 10, 15, 30, 60].map((each) => each * 60e6);
    if (least > 30e6)
        return minutes.find((each) => each >= least) ?? Math.ceil(least / 3600e6) * 3600e6;
    const unit = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
    return Math.min([1, 2, 5, 10].find((each) => each * unit >= least) * unit, 60e6);
}
