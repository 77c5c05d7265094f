// The explorer's drawing: histogram, both curves, and the line that moves over them.
/** @import { Band, Bands, ExplorerData, Quantity } from "./told.d.ts" */
/** @import { Known, Range, Scale } from "./steps.js" */
import { say } from "../../browser/dom.js";
import { counted } from "../../browser/numbers.js";
import { countTicks, runsOf } from "./steps.js";
import { add, set, text } from "./svg.js";
import { shown } from "./words.js";

const [LEFT, RIGHT] = [56, 18];
const PANELS = {
  histogram: { top: 58, height: 170 },
  precision: { top: 268, height: 84 },
  detection: { top: 392, height: 84 },
};
const BOTTOM = 476;
const NARROW = 560; // pixels, as in explorer.css
const TITLES = {
  precision: "Precision: how many of the flagged are wrong",
  detection: "Detection rate: how many of the wrong are flagged",
};

/** @type {Quantity[]} */
export const QUANTITIES = ["precision", "detection"];

/** @typedef {(value: number) => number} Height */

/**
 * @param {Quantity} name
 * @returns {Height}
 */
function shareHeight(name) {
  const { top, height } = PANELS[name];
  return (share) => top + (1 - share) * height;
}

/** What stands still while the line moves is drawn once; ``data`` and ``scale`` are what it shows. */
export class Plot {
  /** @param {SVGSVGElement} svg @param {ExplorerData} data @param {Scale} scale */
  constructor(svg, data, scale) {
    this.svg = svg;
    this.data = data;
    this.scale = scale;
    this.width = svg.clientWidth || 800;
    svg.replaceChildren();
    this.defs = add(svg, "defs");
    this.drawAxis();
    this.cutRest = this.clip("rest");
    this.cutFlagged = this.clip("flagged");
    this.drawHistogram();
    for (const name of QUANTITIES) this.drawCurve(name);
    this.marks = { precision: this.mark("precision"), detection: this.mark("detection") };
    this.line = add(svg, "g");
    add(this.line, "line", { class: "cut", y1: 48, y2: BOTTOM });
    this.grip = this.drawGrip();
    this.label = text(this.grip, "", 0, 42.5, "");
    this.readouts = { precision: this.readout("precision"), detection: this.readout("detection") };
  }

  /** @param {number} threshold */
  x(threshold) {
    return LEFT + threshold * (this.width - LEFT - RIGHT);
  }

  /**
   * The threshold under a place of the window; may lie outside of 0 to 1.
   * @param {number} clientX
   */
  thresholdAt(clientX) {
    return (clientX - this.svg.getBoundingClientRect().left - LEFT) / (this.width - LEFT - RIGHT);
  }

  // -- what stands still -----------------------------------------------------------------------------------------

  drawAxis() {
    for (let tenth = 0; tenth <= 10; tenth += 1) {
      const at = this.x(tenth / 10);
      for (const { top, height } of Object.values(PANELS)) {
        add(this.svg, "line", { class: "grid", x1: at, x2: at, y1: top + height, y2: top + height + 4 });
      }
      text(this.svg, "x", at, BOTTOM + 18, (tenth / 10).toFixed(1));
    }
    const words = "suspicion; flagged from the threshold to the right";
    text(this.svg, "x", (LEFT + this.width - RIGHT) / 2, BOTTOM + 38, words);
  }

  drawHistogram() {
    const { top, height } = PANELS.histogram;
    const highest = Math.max(...this.data.bins, 1);
    const up = this.scale === "log" ? Math.log1p : Math.sqrt;
    const y = (/** @type {number} */ count) => top + height - (up(count) / up(highest)) * height;
    text(this.svg, "title", LEFT, 16, "Samples by suspicion");
    for (const count of countTicks(highest, this.scale)) this.drawTick("grid", y(count), counted(count));
    const path = this.data.bins.map((count, place) => this.bar(place, count, y)).join("");
    add(this.svg, "path", { class: "rest", d: path, "clip-path": "url(#rest)" });
    add(this.svg, "path", { class: "flagged", d: path, "clip-path": "url(#flagged)" });
    this.drawRule("axis", top + height);
  }

  /** @param {number} place @param {number} count @param {Height} y */
  bar(place, count, y) {
    if (!count) return "";
    const base = PANELS.histogram.top + PANELS.histogram.height;
    const [from, to] = [this.x(place / this.data.bins.length), this.x((place + 1) / this.data.bins.length)];
    const high = Math.min(y(count), base - 1.5); // one sample still shows
    return `M${from + 0.5} ${base}V${high}H${Math.max(to - 0.5, from + 1)}V${base}Z`;
  }

  /** @param {string} name */
  clip(name) {
    return add(add(this.defs, "clipPath", { id: name }), "rect", { y: 0, height: BOTTOM });
  }

  /** @param {string} kind @param {number} y */
  drawRule(kind, y) {
    add(this.svg, "line", { class: kind, x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y });
  }

  /** @param {string} kind @param {number} y @param {string} words */
  drawTick(kind, y, words) {
    this.drawRule(kind, y);
    text(this.svg, "y", LEFT - 8, y + 4, words);
  }

  /** @param {Quantity} name */
  drawCurve(name) {
    const { bands } = this.data;
    const y = shareHeight(name);
    text(this.svg, "title", LEFT, PANELS[name].top - 12, this.title(name));
    if (bands.guess) this.drawGuess(name, bands, y);
    else this.drawBand(name, bands, y);
    for (const share of [0, 0.5, 1]) this.drawTick(share ? "grid" : "axis", y(share), `${share * 100} %`);
  }

  /** @param {Quantity} name @returns {string} in a narrow window without its meaning, beside which no figure has room */
  title(name) {
    return this.width < NARROW ? (TITLES[name].split(":")[0] ?? "") : TITLES[name];
  }

  /** @param {Quantity} name @param {Bands} bands @param {Height} y */
  drawBand(name, bands, y) {
    const earlier = bands[`earlier_${name}`];
    if (earlier) add(this.svg, "path", { class: "earlier", d: this.area(bands.thresholds, earlier, y) });
    add(this.svg, "path", { class: "band", d: this.area(bands.thresholds, bands[name], y) });
    add(this.svg, "path", { class: "curve", d: this.trace(bands.thresholds, bands[name].points, y) });
  }

  /** @param {Quantity} name @param {Bands} bands @param {Height} y */
  drawGuess(name, { thresholds, ...bands }, y) {
    const id = `hatch-${name}`;
    const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    const pattern = add(this.defs, "pattern", { id, width: 7, height: 7, ...turned });
    add(pattern, "line", { class: "hatch", x1: 0, x2: 0, y1: 0, y2: 7 });
    const { low, high } = bands[name];
    add(this.svg, "path", { fill: `url(#${id})`, d: this.area(thresholds, bands[name], y) });
    add(this.svg, "path", { class: "edge", d: this.trace(thresholds, low, y) });
    add(this.svg, "path", { class: "edge", d: this.trace(thresholds, high, y) });
  }

  /** @param {number[]} places @param {number[]} thresholds @param {Known} values @param {Height} y */
  along(places, thresholds, values, y) {
    return places.map((place) => `${this.x(thresholds[place] ?? 0)} ${y(values[place] ?? 0)}`).join("L");
  }

  /** @param {number[]} thresholds @param {Known} values @param {Height} y */
  trace(thresholds, values, y) {
    return runsOf(values)
      .map((run) => `M${this.along(run, thresholds, values, y)}`)
      .join("");
  }

  /** @param {number[]} thresholds @param {Band} band @param {Height} y */
  area(thresholds, { low, high }, y) {
    const outline = (/** @type {number[]} */ run) => {
      const [there, back] = [this.along(run, thresholds, high, y), this.along([...run].reverse(), thresholds, low, y)];
      return `M${there}L${back}Z`;
    };
    return runsOf(low).map(outline).join("");
  }

  // -- what moves ------------------------------------------------------------------------------------------------

  /** @param {Quantity} name */
  mark(name) {
    const whisker = add(this.svg, "line", { class: "whisker" });
    return { whisker, dot: add(this.svg, "circle", { class: "dot", r: 5 }), y: shareHeight(name) };
  }

  drawGrip() {
    const slider = { tabindex: 0, role: "slider", "aria-label": "Threshold", "aria-orientation": "horizontal" };
    const grip = add(this.line, "g", { class: "grip", ...slider, "aria-valuemin": 0, "aria-valuemax": 1 });
    add(grip, "rect", { x: -31, y: 26, width: 62, height: 24, rx: 12 });
    return grip;
  }

  /** @param {Quantity} name */
  readout(name) {
    return text(this.svg, "readout", this.width - RIGHT, PANELS[name].top - 12, "");
  }

  /** @param {number} threshold @param {string} words for a screen reader */
  moveLine(threshold, words) {
    const place = Math.min(threshold, 1);
    const at = this.x(place);
    set(this.line, { transform: `translate(${at} 0)` });
    set(this.cutRest, { x: 0, width: Math.max(0, at) });
    set(this.cutFlagged, { x: at, width: Math.max(0, this.width - at) });
    say(this.label, shown(threshold));
    set(this.grip, { "aria-valuenow": place, "aria-valuetext": words });
  }

  /** @param {Quantity} name @param {number} threshold @param {Range | null} now @param {string} readout */
  moveMark(name, threshold, now, readout) {
    const { whisker, dot, y } = this.marks[name];
    const x = this.x(threshold);
    whisker.style.display = now ? "" : "none";
    dot.style.display = now && now.point !== null ? "" : "none";
    if (now) set(whisker, { x1: x, x2: x, y1: y(now.high), y2: y(now.low) });
    if (now && now.point !== null) set(dot, { cx: x, cy: y(now.point) });
    say(this.readouts[name], readout);
  }
}
