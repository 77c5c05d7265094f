// The options of a card at their fixed keys: rows that are refilled for each card, so that nothing jumps or flickers.
/** @import { Candidate, Card, Reveal } from "./told.d.ts" */
import { el, say } from "../../browser/dom.js";
import { suggestedLabel, voteBars } from "./opinions.js";
import { textNodes } from "./question_text.js";
import { keycap } from "./telling.js";

/** @typedef {ReturnType<typeof rowAt>} Row */

/** @param {string} key @param {number} place @param {(place: number) => void} pick */
function rowAt(key, place, pick) {
  const letter = el("b", { class: "letter" });
  const name = el("span", { class: "name" });
  const said = el("span", { class: "said" });
  const examples = el("span", { class: "examples", "aria-hidden": "true" });
  const told = {
    type: "button",
    class: "choice",
    "data-place": place,
    "aria-keyshortcuts": key,
    onclick: () => pick(place),
  };
  const button = el("button", told, keycap(key), letter, name, said, examples);
  return { button, letter, name, said, examples };
}

export class Choices {
  /**
   * @param {string} keys
   * @param {boolean} question
   * @param {(place: number) => void} pick
   */
  constructor(keys, question, pick) {
    this.keys = keys;
    this.question = question;
    /** @type {Candidate[]} */
    this.offered = [];
    this.rows = [...keys].map((key, place) => rowAt(key, place, pick));
    const told = { class: question ? "choices options" : "choices", role: "group", "aria-label": "Labels" };
    this.node = el("div", told, ...this.rows.map((row) => row.button));
  }

  /**
   * @param {Card} card
   * @param {string} base the app's address
   */
  show(card, base) {
    this.offered = card.candidates;
    this.rows.forEach((row, place) => {
      const one = card.candidates[place];
      row.button.hidden = !one;
      if (one) this.fill(row, one, card.open, base);
    });
    this.mark([]);
  }

  /** @param {Row} row @param {Candidate} one @param {Reveal | undefined} open @param {string} base */
  fill(row, one, open, base) {
    say(row.letter, this.question ? one.name : "");
    if (one.text) row.name.replaceChildren(...textNodes(one.text));
    else say(row.name, this.question ? "" : one.name);
    showExamples(row, one, base);
    showSaid(row, one, open);
  }

  /**
   * Shows which classes are marked while several may be.
   * @param {number[]} codes
   */
  mark(codes, several = false) {
    this.node.classList.toggle("several", several);
    this.rows.forEach((row, place) => {
      const one = this.offered[place];
      if (several && one) row.button.setAttribute("aria-pressed", String(codes.includes(one.code)));
      else row.button.removeAttribute("aria-pressed");
    });
  }
}

function hiding() {
  const image = el("img", { alt: "" });
  image.addEventListener("error", () => {
    image.hidden = true;
  });
  return image;
}

/** @param {Row} row @param {Candidate} one @param {string} base */
function showExamples(row, one, base) {
  const wanted = one.examples.filter(Boolean).map((url) => base + url);
  while (row.examples.children.length < wanted.length) row.examples.append(hiding());
  row.examples.querySelectorAll("img").forEach((image, place) => {
    const source = wanted[place];
    const other = source !== undefined && image.src !== new URL(source, location.href).href;
    image.hidden = source === undefined || (!other && image.complete && !image.naturalWidth);
    if (other) image.src = source;
  });
}

/** @param {Row} row @param {Candidate} one @param {Reveal | undefined} open */
function showSaid(row, one, open) {
  if (!open) return row.said.replaceChildren();
  const tags = [];
  if (open.given.code === one.code) tags.push(el("span", { class: "tag" }, "given"));
  if (suggestedLabel(open)?.code === one.code) tags.push(el("span", { class: "tag" }, "suggested"));
  const votes = open.votes.filter((vote) => vote.code === one.code);
  row.said.replaceChildren(...tags, ...(votes.length ? [voteBars(votes)] : []));
}
