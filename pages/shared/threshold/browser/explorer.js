// The threshold explorer. It holds the whole table (at most 1,001 steps), so moving the line needs no server; the
// choice is sent when the line is let go. Texts are set by textContent only.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 56, RIGHT = 18;
const PANELS = {
  histogram: { top: 58, height: 170 },
  precision: { top: 268, height: 84 },
  detection: { top: 392, height: 84 },
};
const BOTTOM = 476;
const KEY_STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -20, PageUp: 20 };
const number = new Intl.NumberFormat("en-US");

export default function ({ data, parentElement, setStateValue }) {
  const explorer = (parentElement.explorer ??= new Explorer(parentElement));
  explorer.send = (message) => setStateValue("chosen", message);
  explorer.take(data);
  return () => {
    explorer.close();
    delete parentElement.explorer;
  };
}

class Explorer {
  constructor(root) {
    this.root = root;
    this.svg = root.querySelector(".plot");
    this.scale = "root";
    this.threshold = null;
    this.dragging = false;
    this.pending = null;
    this.frame = 0;
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.svg);
    this.listen();
  }

  close() {
    this.watch.disconnect();
    clearTimeout(this.retry);
    clearTimeout(this.settle);
    cancelAnimationFrame(this.frame);
  }

  // ---- data from the server --------------------------------------------------------------------------------------

  take(data) {
    this.data = data;
    const answered = !this.pending || data.answered === this.pending.stamp;
    if (answered && this.pending) this.acknowledged();
    if (this.threshold === null || (answered && !this.dragging && !this.settle)) {
      this.threshold = data.chosen.threshold;
      this.committed = data.chosen.threshold;
    }
    this.draw();
  }

  acknowledged() {
    this.pending = null;
    clearTimeout(this.retry);
    this.say("Threshold saved");
  }

  commit() {
    clearTimeout(this.settle);
    this.settle = 0;
    if (this.threshold === this.committed) return;
    this.committed = this.threshold;
    this.pending = { threshold: this.threshold, stamp: Math.random().toString(36).slice(2), attempt: 0 };
    this.say("Saving …");
    this.deliver();
  }

  deliver() {
    if (!this.pending) return;
    this.pending.attempt += 1;
    this.send({ ...this.pending });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.say("Not saved yet, trying again …");
      this.deliver();
    }, Math.min(30000, 1500 * 2 ** this.pending.attempt));
  }

  say(words) {
    setText(this.root.querySelector(".saved"), words);
  }

  // ---- hands: pointer, touch, keys -------------------------------------------------------------------------------

  listen() {
    const svg = this.svg;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      svg.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.before = this.threshold;
      this.follow(event);
      this.grip?.focus({ preventScroll: true });
      event.preventDefault();
    });
    svg.addEventListener("pointermove", (event) => this.dragging && this.follow(event));
    const letGo = () => {
      if (!this.dragging) return;
      this.dragging = false;
      this.flush();
      this.commit();
    };
    svg.addEventListener("pointerup", letGo);
    svg.addEventListener("pointercancel", letGo);
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("focusout", () => this.settle && this.commit());
    for (const button of this.root.querySelectorAll(".scales button")) {
      button.addEventListener("click", () => this.rescale(button.dataset.scale));
    }
  }

  follow(event) {
    const box = this.svg.getBoundingClientRect();
    const wanted = (event.clientX - box.left - LEFT) / (this.width - LEFT - RIGHT);
    this.threshold = this.data.thresholds[nearest(this.data.thresholds, wanted)];
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.move();
  }

  key(event) {
    if (event.key === "Escape" && this.dragging) {
      this.dragging = false;
      this.threshold = this.before;
      return this.flush();
    }
    const steps = this.data.thresholds;
    let to;
    if (event.key === "Home") to = 0;
    else if (event.key === "End") to = steps.length - 1;
    else if (event.key in KEY_STEPS) to = this.stepped(KEY_STEPS[event.key] * (event.shiftKey ? 10 : 1));
    else return;
    event.preventDefault();
    this.threshold = steps[to];
    this.flush();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => this.commit(), 400);
  }

  stepped(by) {
    const steps = this.data.thresholds;
    const at = firstAtLeast(steps, this.threshold); // the chosen threshold may lie between two steps
    const from = by < 0 || steps[at] === this.threshold ? at : at - 1;
    return Math.max(0, Math.min(steps.length - 1, from + by));
  }

  rescale(scale) {
    this.scale = scale;
    for (const button of this.root.querySelectorAll(".scales button")) {
      button.setAttribute("aria-pressed", String(button.dataset.scale === scale));
    }
    this.draw();
  }

  // ---- drawing ---------------------------------------------------------------------------------------------------

  resized() {
    if (this.data && this.svg.clientWidth !== this.width) this.draw();
  }

  x(threshold) {
    return LEFT + threshold * (this.width - LEFT - RIGHT);
  }

  // Everything that stays still while the line moves, then the line itself.
  draw() {
    this.width = this.svg.clientWidth || 800;
    const focused = this.grip && this.root.activeElement === this.grip;
    this.svg.replaceChildren();
    this.defs = add(this.svg, "defs");
    this.drawAxis();
    this.drawHistogram();
    this.drawCurve("precision", "Precision: how many of the flagged are wrong");
    this.drawCurve("detection", "Detection rate: how many of the wrong are flagged");
    this.drawLine();
    this.move();
    if (focused) this.grip.focus({ preventScroll: true });
  }

  drawAxis() {
    for (let tenth = 0; tenth <= 10; tenth += 1) {
      const at = this.x(tenth / 10);
      for (const { top, height } of Object.values(PANELS)) {
        add(this.svg, "line", { class: "grid", x1: at, x2: at, y1: top + height, y2: top + height + 4 });
      }
      text(this.svg, "x", at, BOTTOM + 18, (tenth / 10).toFixed(1));
    }
    text(this.svg, "x", (LEFT + this.width - RIGHT) / 2, BOTTOM + 38, "suspicion; flagged from the threshold to the right");
  }

  drawHistogram() {
    const { top, height } = PANELS.histogram;
    const highest = Math.max(...this.data.bins, 1);
    const up = this.scale === "log" ? (count) => Math.log1p(count) : Math.sqrt;
    const y = (count) => top + height - (up(count) / up(highest)) * height;
    text(this.svg, "title", LEFT, 16, "Samples by suspicion");
    for (const count of countTicks(highest, this.scale)) {
      add(this.svg, "line", { class: "grid", x1: LEFT, x2: this.width - RIGHT, y1: y(count), y2: y(count) });
      text(this.svg, "y", LEFT - 8, y(count) + 4, number.format(count));
    }
    const path = this.data.bins.map((count, i) => this.bar(i, count, y, top + height)).join("");
    this.cutRest = this.clip("rest");
    this.cutFlagged = this.clip("flagged");
    add(this.svg, "path", { class: "rest", d: path, "clip-path": "url(#rest)" });
    add(this.svg, "path", { class: "flagged", d: path, "clip-path": "url(#flagged)" });
    add(this.svg, "line", { class: "axis", x1: LEFT, x2: this.width - RIGHT, y1: top + height, y2: top + height });
  }

  bar(i, count, y, base) {
    if (!count) return "";
    const from = this.x(i / this.data.bins.length), to = this.x((i + 1) / this.data.bins.length);
    const high = Math.min(y(count), base - 1.5); // one sample still shows
    return `M${from + 0.5} ${base}V${high}H${Math.max(to - 0.5, from + 1)}V${base}Z`;
  }

  clip(name) {
    const rect = add(add(this.defs, "clipPath", { id: name }), "rect", { y: 0, height: BOTTOM });
    return rect;
  }

  drawCurve(name, title) {
    const { top, height } = PANELS[name];
    const bands = this.data.bands;
    const y = (share) => top + (1 - share) * height;
    text(this.svg, "title", LEFT, top - 12, title);
    if (bands.guess) this.drawGuess(name, y);
    else this.drawBand(name, y);
    for (const share of [0, 0.5, 1]) {
      add(this.svg, "line", { class: share ? "grid" : "axis", x1: LEFT, x2: this.width - RIGHT, y1: y(share), y2: y(share) });
      text(this.svg, "y", LEFT - 8, y(share) + 4, `${share * 100} %`);
    }
  }

  drawBand(name, y) {
    const { thresholds, ...bands } = this.data.bands;
    const earlier = bands[`earlier_${name}`];
    if (earlier) add(this.svg, "path", { class: "earlier", d: this.area(thresholds, earlier, y) });
    add(this.svg, "path", { class: "band", d: this.area(thresholds, bands[name], y) });
    add(this.svg, "path", { class: "curve", d: this.trace(thresholds, bands[name].points, y) });
  }

  drawGuess(name, y) {
    const { thresholds, ...bands } = this.data.bands;
    const pattern = add(this.defs, "pattern", { id: `hatch-${name}`, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    add(pattern, "line", { class: "hatch", x1: 0, x2: 0, y1: 0, y2: 7 });
    const band = bands[name];
    add(this.svg, "path", { fill: `url(#hatch-${name})`, d: this.area(thresholds, band, y) });
    add(this.svg, "path", { class: "edge", d: this.trace(thresholds, band.low, y) });
    add(this.svg, "path", { class: "edge", d: this.trace(thresholds, band.high, y) });
  }

  trace(thresholds, values, y) {
    return runsOf(values).map((run) => "M" + run.map((i) => `${this.x(thresholds[i])} ${y(values[i])}`).join("L")).join("");
  }

  area(thresholds, { low, high }, y) {
    const along = (run, values) => run.map((i) => `${this.x(thresholds[i])} ${y(values[i])}`).join("L");
    return runsOf(low).map((run) => `M${along(run, high)}L${along([...run].reverse(), low)}Z`).join("");
  }

  drawLine() {
    this.marks = {};
    for (const name of ["precision", "detection"]) {
      this.marks[name] = {
        whisker: add(this.svg, "line", { class: "whisker" }),
        dot: add(this.svg, "circle", { class: "dot", r: 5 }),
      };
    }
    this.line = add(this.svg, "g");
    add(this.line, "line", { class: "cut", y1: 48, y2: BOTTOM });
    this.grip = add(this.line, "g", {
      class: "grip", tabindex: 0, role: "slider", "aria-label": "Threshold", "aria-orientation": "horizontal",
      "aria-valuemin": 0, "aria-valuemax": 1,
    });
    add(this.grip, "rect", { x: -31, y: 26, width: 62, height: 24, rx: 12 });
    this.label = text(this.grip, "", 0, 42.5, "");
    for (const [name, mark] of Object.entries(this.marks)) {
      mark.readout = text(this.svg, "readout", this.width - RIGHT, PANELS[name].top - 12, "");
    }
  }

  // The only work of a move.
  move() {
    const flagged = this.flagged();
    const at = this.x(Math.min(this.threshold, 1));
    this.line.setAttribute("transform", `translate(${at} 0)`);
    set(this.cutRest, { x: 0, width: Math.max(0, at) });
    set(this.cutFlagged, { x: at, width: Math.max(0, this.width - at) });
    setText(this.label, shown(this.threshold));
    this.figures(flagged);
    this.grip.setAttribute("aria-valuenow", String(Math.min(this.threshold, 1)));
    const share = percent(flagged / this.data.samples);
    this.grip.setAttribute("aria-valuetext", `${shown(this.threshold)}: ${number.format(flagged)} samples flagged, ${share}`);
  }

  flagged() {
    const { thresholds, flagged, chosen } = this.data;
    if (this.threshold === chosen.threshold) return chosen.flagged;
    return flagged[nearest(thresholds, this.threshold)];
  }

  figures(flagged) {
    const { samples, seconds, bands } = this.data;
    this.figure("flagged", number.format(flagged), `of ${number.format(samples)} samples`);
    this.figure("share", percent(flagged / samples), "of all samples");
    this.figure("time", duration(flagged * seconds), `at ${seconds} s a card, ${this.data.pace === "set" ? "as set" : this.data.pace}`);
    this.estimate("precision", bands);
    this.estimate("detection", bands);
    setText(this.root.querySelector(".words"), this.words(bands));
  }

  estimate(name, bands) {
    const now = valueAt(bands, bands[name], this.threshold);
    const mark = this.marks[name];
    for (const part of [mark.dot, mark.whisker]) part.style.display = now ? "" : "none";
    if (!now) {
      this.figure(name, "not known here", "too few samples", true);
      return setText(mark.readout, "");
    }
    const { top, height } = PANELS[name];
    const y = (share) => top + (1 - share) * height;
    const x = this.x(this.threshold);
    const range = bands.guess ? guessed(now, " to ") : `${percent(now.low, 0)} to ${percent(now.high, 0)}`;
    set(mark.whisker, { x1: x, x2: x, y1: y(now.high), y2: y(now.low) });
    mark.dot.style.display = now.point === null ? "none" : "";
    if (now.point !== null) set(mark.dot, { cx: x, cy: y(now.point) });
    if (bands.guess) this.figure(name, range, "a guess", true);
    else if (now.point === null) this.figure(name, range, "too few audit cards here", true);
    else this.figure(name, percent(now.point, 0), `${range}, estimated`);
    setText(mark.readout, bands.guess ? `somewhere between ${guessed(now, " and ")}` : now.point === null ? range : `${percent(now.point, 0)} (${range})`);
  }

  words(bands) {
    if (!bands.guess) return bands.words;
    const guess = valueAt(bands, bands.precision, this.threshold);
    if (!guess) return "";
    const said = `A guess before any review: precision is somewhere between ${guessed(guess, " and ")}.`;
    return `${said} ${this.cardsNeeded(bands)}`;
  }

  cardsNeeded(bands) {
    const at = nearest(bands.thresholds, this.threshold);
    const [precision, detection] = [bands.precision.cards[at], bands.detection.cards[at]];
    const first = precision === null ? "" : `Review about ${number.format(roughly(precision))} audit cards to know it within 10 points`;
    if (!first) return "";
    return detection === null ? `${first}.` : `${first}, about ${number.format(roughly(detection))} for the detection rate.`;
  }

  figure(name, value, note, vague = false) {
    const shownValue = this.root.querySelector(`[data-figure="${name}"]`);
    setText(shownValue, value);
    shownValue.classList.toggle("vague", vague);
    setText(this.root.querySelector(`[data-note="${name}"]`), note);
  }
}

// ---- small parts ---------------------------------------------------------------------------------------------------

function add(parent, name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  parent.append(element);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

function text(parent, kind, x, y, words) {
  const element = add(parent, "text", { x, y, class: kind });
  element.textContent = words;
  return element;
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

// Place of the first value >= wanted in a rising list; the last place where there is none.
function firstAtLeast(values, wanted) {
  let low = 0, high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(values, wanted) {
  const at = firstAtLeast(values, wanted);
  return at > 0 && wanted - values[at - 1] < values[at] - wanted ? at - 1 : at;
}

// Stretches of places whose value is known.
function runsOf(values) {
  const runs = [];
  let run = [];
  values.forEach((value, i) => {
    if (value !== null) run.push(i);
    else if (run.length) runs.push(run.splice(0));
  });
  if (run.length) runs.push(run);
  return runs;
}

// A band at one threshold, between its two nearest steps; null where it is not known.
function valueAt({ thresholds }, band, threshold) {
  const right = firstAtLeast(thresholds, threshold);
  const left = right > 0 && thresholds[right] > threshold ? right - 1 : right;
  const gap = thresholds[right] - thresholds[left];
  const share = gap ? (threshold - thresholds[left]) / gap : 0;
  const between = (values) => {
    const [a, b] = [values[left] ?? null, values[right] ?? null];
    return a === null || b === null ? (a ?? b) : a + share * (b - a);
  };
  const low = between(band.low), high = between(band.high);
  return low === null || high === null ? null : { low, high, point: between(band.points) };
}

function countTicks(highest, scale) {
  const ticks = [];
  if (scale === "log") {
    for (let tick = 1; tick <= highest; tick *= 10) ticks.push(tick);
    return ticks;
  }
  for (const share of [0.04, 0.25, 0.64]) ticks.push(niceBelow(highest * share));
  return [...new Set(ticks.filter((tick) => tick >= 1))];
}

function niceBelow(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1) * power;
}

// A guess is no better than to 5 %, outwards.
function guessed({ low, high }, joined) {
  const steps = [Math.floor(low * 20 + 1e-6), Math.ceil(high * 20 - 1e-6)];
  return steps.map((step) => `${step * 5} %`).join(joined);
}

// To two figures: a plan is not known better.
function roughly(count) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1);
  return Math.ceil(count / unit) * unit;
}

function shown(threshold) {
  const words = String(Math.round(threshold * 1e4) / 1e4);
  return words.length < 4 ? threshold.toFixed(2) : words;
}

function percent(share, digits = share > 0 && share < 0.0995 ? (share < 0.00995 ? 2 : 1) : 1) {
  return `${(share * 100).toFixed(digits)} %`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 && minutes % 60 ? `${hours} h ${minutes % 60} min` : `${number.format(Math.round(minutes / 60))} h`;
}
