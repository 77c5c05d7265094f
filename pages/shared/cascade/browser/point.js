// The chosen point of the cascade's chart. It lies over the figure that Plotly draws and holds what each place of the
// line gives, so that point and numbers follow the hand; the choice is sent when it is let go.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Stamped } from "../../browser/messages.js" */
/** @import { Place, PointData } from "./told.d.ts" */
import { el, part, say } from "../../browser/dom.js";
import { AfterKeys, Messages } from "../../browser/messages.js";
import { nearest, placeFor } from "../../browser/rising.js";
import { plotIn } from "./plotted.js";

const AROUND = ".st-key-cascade_chart"; // holds the figure and this
const PLOT = ".nsewdrag"; // where Plotly takes hands
const STILL = 6; // pixels by which a hand that clicks may move
const TWICE = 350; // milliseconds within which a second click is a double one, by which Plotly shows the whole figure again
const FORMER = "0.3"; // how strong the figure's own mark is while the point is elsewhere

/** @typedef {{ share: number }} Choice */

class Point {
  /** @param {ParentNode} root @param {PointData} data @param {(message: Choice & Stamped) => void} send */
  constructor(root, data, send) {
    this.root = root;
    this.box = part(root, ".point");
    this.handle = part(root, ".handle");
    this.data = data;
    this.here = this.before = this.committed = data.chosen;
    /** @type {number | null} from the hand to the middle of the point, in pixels, while it is held */
    this.held = null;
    /** @type {{ x: number, y: number } | null} where a hand pressed elsewhere in the chart */
    this.pressed = null;
    this.clicked = 0;
    this.listening = new AbortController();
    this.frame = 0;
    this.keys = new AfterKeys(() => this.commit());
    /** @type {Messages<Choice>} */
    this.messages = new Messages(send, (words) => say(part(root, ".saved"), words), "");
    this.around = /** @type {ShadowRoot} */ (this.box.getRootNode()).host.closest(AROUND);
    this.sizes = new ResizeObserver(() => this.later());
    this.changes = new MutationObserver(() => this.later());
    this.sizes.observe(this.box);
    if (this.around) {
      this.sizes.observe(this.around);
      this.changes.observe(this.around, { childList: true, subtree: true, attributes: true, attributeFilter: ["d"] });
    }
    this.listen();
  }

  close() {
    this.sizes.disconnect();
    this.changes.disconnect();
    this.listening.abort();
    this.messages.close();
    this.keys.stop();
    cancelAnimationFrame(this.frame);
  }

  // -- data from the server, and the choice to it ----------------------------------------------------------------

  /** @param {PointData} data */
  take(data) {
    this.data = data;
    const answered = this.messages.answered(data.answered);
    if (answered && this.held === null && !this.keys.waiting) this.here = this.committed = data.chosen;
    else this.here = this.at(this.here.cost);
    this.handle.style.setProperty("--dot", data.colour);
    this.show();
  }

  commit() {
    this.keys.stop();
    if (this.here.share === this.committed.share) return;
    this.committed = this.here;
    this.messages.choose({ share: this.here.share });
  }

  /** @returns {number[]} of the places */
  costs() {
    return this.data.places.map(({ cost }) => cost);
  }

  /** The nearest place. @param {number} cost @returns {Place} */
  at(cost) {
    return this.data.places[nearest(this.costs(), cost)] ?? this.data.chosen;
  }

  // -- hands: pointer, touch, keys -------------------------------------------------------------------------------

  listen() {
    const { handle } = this;
    handle.addEventListener("pointerdown", (event) => this.grab(event));
    handle.addEventListener("pointermove", (event) => this.follow(event));
    handle.addEventListener("pointerup", () => this.letGo());
    handle.addEventListener("pointercancel", () => this.letGo());
    handle.addEventListener("keydown", (event) => this.key(event));
    handle.addEventListener("focusout", () => this.keys.now());
    // captured, since Plotly keeps to itself what happens in its figure, and puts a cover over the page while it is pressed
    const caught = { capture: true, signal: this.listening.signal };
    window.addEventListener("pointerdown", (event) => this.press(event), caught);
    window.addEventListener("pointerup", (event) => this.click(event), caught);
    window.addEventListener("pointercancel", () => (this.pressed = null), caught);
  }

  /** @param {PointerEvent} event */
  press(event) {
    const { target, button, isPrimary, clientX: x, clientY: y } = event;
    const inPlot = target instanceof Element && !!this.around?.contains(target) && !!target.closest(PLOT);
    this.pressed = inPlot && !button && isPrimary ? { x, y } : null;
  }

  /** A click elsewhere in the chart brings the point there; the second of a double one takes it back. @param {PointerEvent} event */
  click({ clientX, clientY, timeStamp }) {
    const [pressed, plot] = [this.pressed, plotIn(this.around)];
    this.pressed = null;
    if (!pressed || !plot || Math.hypot(clientX - pressed.x, clientY - pressed.y) > STILL) return;
    const again = timeStamp - this.clicked < TWICE;
    this.clicked = again ? 0 : timeStamp;
    if (!again) this.before = this.here;
    this.here = again ? this.before : this.at(plot.costAt(clientX));
    this.show();
    this.keys.pressed();
  }

  /** @param {PointerEvent} event */
  grab(event) {
    if (event.button || !event.isPrimary) return;
    const { left, width } = this.handle.getBoundingClientRect();
    this.handle.setPointerCapture(event.pointerId);
    this.held = left + width / 2 - event.clientX;
    this.before = this.here;
    this.handle.focus({ preventScroll: true });
    event.preventDefault();
    this.show();
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const plot = this.held === null ? null : plotIn(this.around);
    if (!plot || this.held === null) return;
    this.here = this.at(plot.costAt(event.clientX + this.held));
    this.later();
  }

  letGo() {
    if (this.held === null) return;
    this.held = null;
    this.show();
    this.commit();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Escape" && this.held !== null) {
      this.held = null;
      this.here = this.before;
      return this.show();
    }
    const place = placeFor(this.costs(), this.here.cost, event);
    if (place === undefined) return;
    event.preventDefault();
    this.here = this.data.places[place] ?? this.here;
    this.show();
    this.keys.pressed();
  }

  // -- drawing ---------------------------------------------------------------------------------------------------

  later() {
    this.frame ||= requestAnimationFrame(() => this.show());
  }

  show() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { handle, here } = this;
    this.showFigures();
    handle.setAttribute("aria-valuenow", String(here.share));
    handle.setAttribute("aria-valuetext", here.words);
    handle.classList.toggle("held", this.held !== null);
    say(part(this.root, ".tag"), here.words);
    const plot = plotIn(this.around);
    const where = plot?.over(here.cost, here.accuracy) ?? null;
    const inUse = this.held !== null || handle.matches(":focus"); // while the figure is drawn anew, it has no place
    handle.hidden = where === null && !inUse;
    plot?.mark?.style.setProperty("opacity", here.share === this.data.chosen.share ? "" : FORMER);
    if (!where) return;
    const { left, top } = this.box.getBoundingClientRect();
    handle.style.left = `${where.x - left}px`;
    handle.style.top = `${where.y - top}px`;
  }

  showFigures() {
    const list = part(this.root, ".figures");
    const { names } = this.data;
    if (names.join("\n") !== [...list.querySelectorAll("dt")].map((one) => one.textContent).join("\n"))
      list.replaceChildren(
        ...names.map((name) =>
          el("div", {}, el("dt", {}, name), el("dd", { "data-figure": name }), el("dd", { class: "note" })),
        ),
      );
    [...list.children].forEach((one, place) => {
      const [value, note] = this.here.figures[place] ?? ["", ""];
      say(part(one, "[data-figure]"), value);
      say(part(one, ".note"), note);
    });
  }
}

/** @param {Component<PointData, Point>} component */
export default function mount({ data, parentElement: root, setStateValue }) {
  const send = (/** @type {Choice & Stamped} */ message) => setStateValue("chosen", message);
  if (root.mounted) root.mounted.messages.send = send;
  else root.mounted = new Point(root, data, send);
  root.mounted.take(data);
  return () => {
    root.mounted?.close();
    root.mounted = null;
  };
}
