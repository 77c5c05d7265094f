// What the experts say about a card that is decided or open: each by name, pooled by class, and what they find alike.
/** @import { Card, Probability, Reveal } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { percent } from "../../../browser/numbers.js";
import { alikeNodes, opinionWords, suggestedLabel } from "../opinions.js";
import { labelWords, plainText, shortened } from "../question_text.js";
import { Sheet } from "./sheets.js";

const LEAST_TOLD = 0.005; // of an image's classes, rounds to 1 %

export class VotesSheet extends Sheet {
  /** @param {boolean} question */
  constructor(question) {
    const body = el("div", { class: "said-by" });
    super("Votes", "v", body);
    this.body = body;
    this.question = question;
    this.node.classList.add("insight");
  }

  /** @param {string} title @param {Card} card @param {Reveal} found @param {string} base the app's address */
  start(title, card, found, base) {
    say(this.title, title);
    this.body.replaceChildren(...this.parts(card, found, base));
    this.show();
  }

  /** @param {Card} card @param {Reveal} found @param {string} base @returns {HTMLElement[]} */
  parts(card, found, base) {
    /** @type {HTMLElement[]} */
    const stem = card.stem ? [el("p", { class: "quiet" }, shortened(plainText(card.stem), 160))] : [];
    const parts = [...stem, el("p", { class: "quiet" }, summary(card, found))];
    const told = (found.probabilities ?? []).filter(
      (one) => this.question || one.probability >= LEAST_TOLD || tags(one, found),
    );
    if (told.length) {
      parts.push(
        table(
          "All experts together",
          told.map((one) => [labelWords(card, one), tags(one, found), one.probability]),
        ),
      );
    }
    const votes = found.votes.map((vote) => /** @type {Line} */ ([vote.expert, vote.name, vote.confidence]));
    parts.push(table("Each expert, by calibrated confidence", votes));
    if (found.alike?.length) {
      parts.push(el("h3", {}, "Alike to the experts, with their given labels"));
      parts.push(el("div", { class: "alike" }, ...alikeNodes(found.alike, base)));
    }
    return parts;
  }
}

/** @param {Card} card @param {Reveal} found */
function summary(card, found) {
  const abstained = found.abstained ? [`${found.abstained} abstained`] : [];
  return [...opinionWords(found, card), ...abstained].join("  ·  ");
}

/** @param {Probability} one @param {Reveal} found */
function tags(one, found) {
  const words = [];
  if (found.given.code === one.code) words.push("given");
  if (suggestedLabel(found)?.code === one.code) words.push("suggested");
  return words.join(", ");
}

/** @typedef {[string, string, number]} Line name, word and share */

/** @param {string} title @param {Line[]} lines */
function table(title, lines) {
  return el("table", {}, el("caption", {}, title), el("tbody", {}, ...lines.map(tableRow)));
}

/** @param {Line} line */
function tableRow([name, word, share]) {
  const bar = el("span", { class: "share" });
  bar.style.setProperty("--share", share.toFixed(3));
  const drawn = el("td", { "aria-hidden": "true" }, bar);
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, word), drawn, el("td", {}, percent(share, 0)));
}
