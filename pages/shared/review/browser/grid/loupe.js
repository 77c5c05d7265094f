// A thumbnail enlarged beside the mouse, once it has rested there.
/** @import { GridCell } from "../told.d.ts" */
import { el, say, thumbnail } from "../../../browser/dom.js";
import { agreementWords, suggestedLabel } from "../opinions.js";

export const REST_MS = 350;
const SMALL = 256; // pixels: up to here scaled without blur
const GAP = 10;

/** What is known of a sample in one line; the suspicion only where the mode is open. @param {GridCell} cell */
export function wordsOf(cell) {
  const { given, agreeing, voting, suspicion, sample_id } = cell;
  const other = suggestedLabel(cell);
  const experts = other ? `the experts suggest ${other.name}` : agreementWords(agreeing, voting);
  const told = [`Labelled ${given.name}, ${experts}`, sample_id];
  if (suspicion !== undefined) told.splice(1, 0, `suspicion ${suspicion.toFixed(2)}`);
  return told.join("  ·  ");
}

/** The picture at full size; null where it cannot be shown. @param {GridCell} told @param {string} base */
export function fullPicture({ full }, base) {
  const image = full ? thumbnail(base + full) : null;
  image?.addEventListener("load", () => image.classList.toggle("pixels", image.naturalWidth <= SMALL));
  return image;
}

export class Loupe {
  constructor() {
    this.shot = el("div", { class: "large" });
    this.words = el("p", {});
    this.node = el("div", { class: "loupe", hidden: true, "aria-hidden": "true" }, this.shot, this.words);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
  }

  /** The mouse came over a thumbnail. @param {HTMLElement} cell @param {GridCell} told @param {string} base */
  over(cell, told, base) {
    this.leave();
    this.waiting = setTimeout(() => this.show(cell, told, base), REST_MS);
  }

  /** @param {HTMLElement} cell @param {GridCell} told @param {string} base */
  show(cell, told, base) {
    const image = fullPicture(told, base);
    if (!image) return;
    this.shot.replaceChildren(image);
    say(this.words, wordsOf(told));
    this.node.hidden = false;
    const [box, own] = [cell.getBoundingClientRect(), this.node.getBoundingClientRect()];
    const [left, top] = beside(box, own, { width: innerWidth, height: innerHeight });
    this.node.style.left = `${left}px`;
    this.node.style.top = `${top}px`;
  }

  leave() {
    clearTimeout(this.waiting);
    this.node.hidden = true;
  }
}

/**
 * Where a box stands beside another one inside the window: to its right, else to its left.
 * @param {{ left: number, right: number, top: number }} cell
 * @param {{ width: number, height: number }} own
 * @param {{ width: number, height: number }} window
 * @returns {[number, number]}
 */
export function beside(cell, own, window) {
  const right = cell.right + GAP;
  const left = right + own.width <= window.width ? right : Math.max(0, cell.left - GAP - own.width);
  return [left, Math.max(0, Math.min(cell.top, window.height - own.height - GAP))];
}
