// A page of the grid: its thumbnails, which of them are left out, and how it was decided.
/** @import { GridAnswer, GridCell, GridData } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { suggestedLabel } from "../opinions.js";

const TINY = 64; // pixels: up to here scaled without blur

/** @typedef {"keep" | "relabel"} Plan */
/** @typedef {Plan | "open"} Fate what a sample gets under a plan */

/**
 * @typedef {object} Touched what mouse and finger do to a thumbnail
 * @property {(place: number, range: boolean) => void} toggle
 * @property {(place: number) => void} openAt opens it as a card
 * @property {(cell: Cell | null) => void} hover
 */

export class GridPage {
  /**
   * @param {GridAnswer} answer
   * @param {Pick<GridData, "pair" | "base">} data
   * @param {Touched} touched
   */
  constructor(answer, data, touched) {
    this.pair = data.pair;
    /** @type {Set<number>} places left out */
    this.out = new Set();
    /** @type {Plan | null} the plan by which it was decided */
    this.decided = null;
    this.cells = answer.cells.map((cell, place) => new Cell(cell, place, data.base, touched));
  }

  /** Whether every picture stands before the eyes, or cannot be shown. */
  get ready() {
    return this.cells.every((cell) => cell.settled);
  }

  /**
   * Leaves the samples between two places out, or takes them in, by what the last of them is now.
   * @param {number} first
   * @param {number} last
   */
  toggle(first, last) {
    const out = !this.out.has(last);
    for (let place = Math.min(first, last); place <= Math.max(first, last); place++) {
      if (out) this.out.add(place);
      else this.out.delete(place);
    }
  }

  /**
   * @param {Cell} cell
   * @param {Plan | null} plan
   * @param {boolean} swap samples left out get the other of the two labels
   * @returns {Fate}
   */
  fate(cell, plan, swap) {
    if (cell.broken || cell.decided || !plan) return "open";
    /** @type {Fate} */
    const otherwise = swap ? (plan === "keep" ? "relabel" : "keep") : "open";
    const wished = this.out.has(cell.place) ? otherwise : plan;
    return wished === "relabel" && !this.other(cell.told) ? "open" : wished;
  }

  /**
   * The label that relabelling gives: that of the pair that was chosen, else the suggested one, if there is one.
   * @param {GridCell} told
   */
  other(told) {
    if (!this.pair) return suggestedLabel(told);
    return told.suggested.code === told.given.code ? null : told.suggested;
  }
}

export class Cell {
  /**
   * @param {GridCell} told
   * @param {number} place
   * @param {string} base the app's address
   * @param {Touched} touched
   */
  constructor(told, place, base, touched) {
    this.told = told;
    this.place = place;
    this.broken = this.settled = !told.thumb;
    this.decided = false; // as a card, alone
    this.caption = el("span", { class: "caption" });
    const image = told.thumb ? el("img", { alt: "", draggable: "false", src: base + told.thumb }) : null;
    const acts = {
      onclick: (/** @type {MouseEvent} */ event) => touched.toggle(place, event.shiftKey),
      ondblclick: () => touched.openAt(place),
      onmouseenter: () => touched.hover(this),
      onmouseleave: () => touched.hover(null),
    };
    const shot = el("span", { class: "shot" }, image);
    this.node = el("button", { type: "button", class: "cell", tabindex: "-1", ...acts }, shot, this.caption);
    if (image) this.watch(image);
    this.show();
  }

  /** @param {HTMLImageElement} image */
  watch(image) {
    const loaded = () => {
      this.settled = true;
      image.classList.toggle("pixels", Math.max(image.naturalWidth, image.naturalHeight) <= TINY);
    };
    const failed = () => {
      this.settled = this.broken = true;
      this.show();
    };
    image.addEventListener("load", loaded, { once: true });
    image.addEventListener("error", failed, { once: true });
    image.decode().catch(() => {});
  }

  /**
   * @param {Fate | null} fate what it will get; null while no plan is made
   * @param {boolean} out left out
   * @param {string} words
   */
  show(fate = null, out = false, words = "") {
    this.node.dataset.plan = this.broken || this.decided ? "open" : (fate ?? "");
    this.node.setAttribute("aria-pressed", String(out));
    const text = this.broken ? "cannot be shown" : this.decided ? "✓ decided" : out && !fate ? "✕ left out" : words;
    say(this.caption, text);
    this.node.setAttribute("aria-label", `${this.place + 1}: ${text || "in"}`);
  }
}
