// The picture to judge, with zoom and pan; small ones are scaled by whole steps without blur.
/** @import { Card } from "./told.d.ts" */
/** @import { Loading } from "./deciding/pictures.js" */
import { el, say } from "../../browser/dom.js";

const SMALL = 256; // pixels: up to here scaled without blur
const TINY = 64; // pixels: up to here shown once more in a corner, smooth
const [LEAST_INSET, LARGEST_INSET] = [72, 176];
const SMOOTH = "second-opinion:smooth";
const MARGIN = 24;

export class Stage {
  constructor() {
    this.frame = el("div", { class: "frame", tabindex: "-1" });
    this.copy = el("img", { alt: "" });
    this.inset = el("div", { class: "inset", hidden: true, "aria-hidden": "true" }, this.copy);
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.node = el("div", { class: "stage" }, this.frame, this.inset, this.problem);
    this.node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.node.addEventListener("pointerdown", (event) => this.grab(event));
    this.node.addEventListener("dblclick", () => (this.scale > 1 ? this.fit() : this.zoom(2)));
    this.smooth = remembered();
    this.resized = new ResizeObserver(() => this.lay());
    this.resized.observe(this.node);
    /** @type {HTMLImageElement | null} */
    this.image = null;
    this.width = 1;
    this.height = 1;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fit();
  }

  /**
   * Shows a card's picture, or the sentence that says why not; ``done`` is called once it can be judged.
   * @param {Card} card
   * @param {Loading | null} picture
   * @param {() => void} done
   */
  show(card, picture, done) {
    this.image = null;
    const problem = card.picture?.problem || (picture?.failed ? "The picture could not be loaded." : "");
    this.problem.hidden = !problem;
    say(this.problem, problem ? `This picture cannot be shown. ${problem}` : "");
    this.inset.hidden = true;
    this.fit();
    if (problem || !picture) {
      this.frame.replaceChildren();
      return done();
    }
    this.width = card.picture?.width ?? 1;
    this.height = card.picture?.height ?? 1;
    this.put(picture.image);
    if (picture.image.complete && picture.image.naturalWidth) return done();
    this.wait(card, picture, done);
  }

  /** @param {HTMLImageElement} image */
  put(image) {
    this.image = image;
    image.alt = "The picture to judge";
    image.draggable = false;
    this.frame.replaceChildren(image);
    this.lay();
  }

  /** @param {Card} card @param {Loading} picture @param {() => void} done */
  wait(card, picture, done) {
    const settled = () => {
      if (this.image !== picture.image) return;
      if (picture.image.naturalWidth) return done();
      picture.failed = true;
      this.show(card, picture, done);
    };
    picture.image.addEventListener("load", settled, { once: true });
    picture.image.addEventListener("error", settled, { once: true });
  }

  lay() {
    if (!this.image) return;
    const { width, height } = this;
    const longest = Math.max(width, height);
    const most = Math.min((this.node.clientWidth - MARGIN) / width, (this.node.clientHeight - MARGIN) / height);
    const wholeSteps = Math.max(1, Math.min(Math.floor(most), 32, Math.floor(640 / longest)));
    const step = longest <= SMALL ? wholeSteps : Math.min(most, 1.5);
    this.image.style.width = `${Math.max(1, Math.round(width * (most < 1 ? most : step)))}px`;
    this.image.classList.toggle("pixels", longest <= SMALL && !this.smooth);
    const beside = (this.node.clientWidth - Number.parseFloat(this.image.style.width)) / 2 - 2 * MARGIN;
    this.inset.hidden = longest > TINY || beside < LEAST_INSET; // it covers nothing of what is judged
    if (this.inset.hidden) return;
    if (this.copy.src !== this.image.src) this.copy.src = this.image.src;
    const inset = Math.min(LARGEST_INSET, beside);
    this.copy.style.width = `${Math.round((inset * width) / longest)}px`;
  }

  /** Small pictures smooth instead of sharp, or back; stays so in this browser. */
  smoothen() {
    this.smooth = !this.smooth;
    try {
      localStorage.setItem(SMOOTH, String(this.smooth));
    } catch {
      // holds until the page is left
    }
    this.lay();
  }

  fit() {
    this.scale = 1;
    this.x = this.y = 0;
    this.place();
  }

  /** @param {number} factor */
  zoom(factor) {
    const scale = Math.min(16, Math.max(0.25, this.scale * factor));
    this.x *= scale / this.scale;
    this.y *= scale / this.scale;
    this.scale = scale;
    this.place();
  }

  /** @param {number} x @param {number} y */
  pan(x, y) {
    this.x += x;
    this.y += y;
    this.place();
  }

  place() {
    this.frame.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.node.classList.toggle("zoomed", this.scale > 1);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.image) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }

  /** @param {PointerEvent} event */
  grab(event) {
    if (event.button || !this.image || (event.pointerType === "touch" && this.scale <= 1)) return;
    const ended = new AbortController();
    const { signal } = ended;
    addEventListener("pointermove", (moved) => this.pan(moved.movementX, moved.movementY), { signal });
    addEventListener("pointerup", () => ended.abort(), { signal });
    addEventListener("pointercancel", () => ended.abort(), { signal });
  }

  close() {
    this.resized.disconnect();
  }
}

function remembered() {
  try {
    return localStorage.getItem(SMOOTH) === "true";
  } catch {
    return false;
  }
}
