// The threshold explorer. It holds the whole table (at most 1,001 steps), so moving the line needs no server; the
// choice is sent when the line is let go. Texts are set by textContent only.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Stamped } from "../../browser/messages.js" */
/** @import { Chosen, ExplorerData } from "./told.d.ts" */
/** @import { Scale } from "./steps.js" */
import { part, say } from "../../browser/dom.js";
import { AfterKeys, Messages } from "../../browser/messages.js";
import { counted, percent } from "../../browser/numbers.js";
import { nearest, placeFor } from "../../browser/rising.js";
import { Plot, QUANTITIES } from "./plot.js";
import { flaggedAt, reviewedAt, valueAt } from "./steps.js";
import { take } from "./take.js";
import { askedWords, duration, knownWords, precisionWords, quantityWords, shown } from "./words.js";

class Explorer {
  /** @param {ParentNode} root @param {ExplorerData} data @param {(message: Chosen & Stamped) => void} send */
  constructor(root, data, send) {
    this.root = root;
    this.data = data;
    /** @type {SVGSVGElement} */
    this.svg = part(root, ".plot");
    /** @type {Scale} */
    this.scale = "root";
    this.threshold = this.committed = this.before = data.chosen.threshold;
    this.dragging = false;
    this.frame = 0;
    this.keys = new AfterKeys(() => this.commit());
    /** @type {Messages<Chosen>} */
    this.messages = new Messages(send, (words) => say(part(root, ".saved"), words), "Threshold saved");
    this.plot = this.draw();
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.svg);
    this.listen();
  }

  close() {
    this.watch.disconnect();
    this.messages.close();
    this.keys.stop();
    cancelAnimationFrame(this.frame);
  }

  // -- data from the server, and the choice to it ----------------------------------------------------------------

  /** @param {ExplorerData} data */
  take(data) {
    this.data = data;
    const answered = this.messages.answered(data.answered);
    if (answered && !this.dragging && !this.keys.waiting) this.threshold = this.committed = data.chosen.threshold;
    this.plot = this.draw();
  }

  commit() {
    this.keys.stop();
    if (this.threshold === this.committed) return;
    this.committed = this.threshold;
    this.messages.choose({ threshold: this.threshold });
  }

  // -- hands: pointer, touch, keys -------------------------------------------------------------------------------

  listen() {
    const { svg } = this;
    svg.addEventListener("pointerdown", (event) => this.grab(event));
    svg.addEventListener("pointermove", (event) => this.dragging && this.follow(event));
    svg.addEventListener("pointerup", () => this.letGo());
    svg.addEventListener("pointercancel", () => this.letGo());
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("focusout", () => this.keys.now());
    for (const button of this.scaleButtons()) button.addEventListener("click", () => this.rescale(button));
    for (const button of this.root.querySelectorAll("[data-take]"))
      button.addEventListener("click", () => take(button.getAttribute("data-take") ?? "", svg, this.data));
  }

  /** @returns {NodeListOf<HTMLElement>} */
  scaleButtons() {
    return this.root.querySelectorAll(".scales button");
  }

  /** @param {PointerEvent} event */
  grab(event) {
    if (event.button) return;
    this.svg.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.before = this.threshold;
    this.follow(event);
    this.plot.grip.focus({ preventScroll: true });
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  follow(event) {
    this.stepTo(nearest(this.data.thresholds, this.plot.thresholdAt(event.clientX)));
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  /** @param {number} place */
  stepTo(place) {
    this.threshold = this.data.thresholds[place] ?? this.threshold;
  }

  letGo() {
    if (!this.dragging) return;
    this.dragging = false;
    this.flush();
    this.commit();
  }

  flush() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.move();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape" && this.dragging) {
      this.dragging = false;
      this.threshold = this.before;
      return this.flush();
    }
    const place = placeFor(this.data.thresholds, this.threshold, event);
    if (place === undefined) return;
    event.preventDefault();
    this.stepTo(place);
    this.flush();
    this.keys.pressed();
  }

  /** @param {HTMLElement} chosen */
  rescale(chosen) {
    this.scale = chosen.dataset.scale === "log" ? "log" : "root";
    for (const button of this.scaleButtons()) button.setAttribute("aria-pressed", String(button === chosen));
    this.plot = this.draw();
  }

  // -- drawing ---------------------------------------------------------------------------------------------------

  resized() {
    if (this.svg.clientWidth !== this.plot.width) this.plot = this.draw();
  }

  draw() {
    const focused = this.svg.querySelector(".grip:focus") !== null;
    const plot = new Plot(this.svg, this.data, this.scale);
    this.move(plot);
    if (focused) plot.grip.focus({ preventScroll: true });
    return plot;
  }

  /** The only work while the line moves. */
  move(plot = this.plot) {
    const { samples, seconds, pace, bands } = this.data;
    const flagged = flaggedAt(this.data, this.threshold);
    const share = percent(flagged / samples);
    plot.moveLine(this.threshold, `${shown(this.threshold)}: ${counted(flagged)} samples flagged, ${share}`);
    this.figure("flagged", counted(flagged), `of ${counted(samples)} samples`);
    this.figure("share", share, "of all samples");
    const cards = this.data.cards[nearest(this.data.thresholds, this.threshold)] ?? flagged;
    this.figure(
      "time",
      duration(cards * seconds),
      `${counted(cards)} cards at ${seconds} s, ${pace === "set" ? "as set" : pace}`,
    );
    for (const name of QUANTITIES) {
      const now = valueAt(bands.thresholds, bands[name], this.threshold);
      const { value, note, readout, vague } = quantityWords(bands, now);
      plot.moveMark(name, this.threshold, now, readout);
      this.figure(name, value, note, vague);
    }
    say(part(this.root, ".words"), knownWords(bands, this.threshold));
    say(part(this.root, ".summary"), this.sentence(flagged, cards));
  }

  /** @param {number} flagged @param {number} cards @returns {string} what the threshold asks of people, and brings */
  sentence(flagged, cards) {
    const { samples, seconds, bands } = this.data;
    const reviewed = reviewedAt(this.data, this.threshold);
    const asked = askedWords(flagged, reviewed, cards, samples, duration(cards * seconds));
    const now = valueAt(bands.thresholds, bands.precision, this.threshold);
    return `${asked} ${precisionWords(bands, now)}`;
  }

  /** @param {string} name @param {string} value @param {string} note */
  figure(name, value, note, vague = false) {
    const shownValue = part(this.root, `[data-figure="${name}"]`);
    say(shownValue, value);
    shownValue.classList.toggle("vague", vague);
    say(part(this.root, `[data-note="${name}"]`), note);
  }
}

/** @param {Component<ExplorerData, Explorer>} component */
export default function mount({ data, parentElement: root, setStateValue }) {
  const send = (/** @type {Chosen & Stamped} */ message) => setStateValue("chosen", message);
  if (root.mounted) root.mounted.messages.send = send;
  else root.mounted = new Explorer(root, data, send);
  root.mounted.take(data);
  return () => {
    root.mounted?.close();
    root.mounted = null;
  };
}
