// What experts say about a sample, as small pictures: a bar for each vote, and the samples they find alike.
/** @import { Alike, Card, Reveal, Vote } from "./told.d.ts" */
import { el, thumbnail } from "../../browser/dom.js";
import { percent } from "../../browser/numbers.js";
import { labelWords } from "./question_text.js";

/**
 * One bar for each expert that voted a class; the words say what the bars show.
 * @param {Vote[]} votes
 */
export function voteBars(votes) {
  const words = votes.map((vote) => `${vote.expert} ${percent(vote.confidence, 0)}`).join(", ");
  const bars = votes.map((vote) => {
    const bar = el("i", { title: `${vote.expert}: ${percent(vote.confidence, 0)}` });
    bar.style.setProperty("--share", vote.confidence.toFixed(3));
    return bar;
  });
  if (!votes.length) return el("span", { class: "bars", "aria-hidden": "true" });
  return el("span", { class: "bars", role: "img", "aria-label": words }, ...bars);
}

/**
 * The label that is suggested in place of the given one; null where suspicion does not pass the threshold.
 * @param {Reveal} found
 */
export function suggestedLabel({ given, suggested, flagged }) {
  return flagged && suggested.code !== given.code ? suggested : null;
}

/**
 * What the experts make of the given label, in parts.
 * @param {Reveal} found
 * @param {Card} [card] whose options have texts
 */
export function opinionWords(found, card) {
  const { given, suspicion, votes } = found;
  const other = suggestedLabel(found);
  const experts = other ? `suggested ${labelWords(card, other)}` : agreement(given, votes);
  return [`given ${labelWords(card, given)}`, experts, `suspicion ${suspicion.toFixed(2)}`];
}

/** @param {{ code: number }} given @param {Vote[]} votes */
function agreement(given, votes) {
  const agreeing = votes.filter((vote) => vote.code === given.code).length;
  if (agreeing === votes.length) return `the experts agree with the given label (${agreeing} of ${votes.length})`;
  return `${agreeing} of ${votes.length} experts agree with it, not enough against it to suggest another`;
}

/**
 * Samples that the experts find alike, each with its given label.
 * @param {Alike[]} alike
 * @param {string} base the app's address
 */
export function alikeNodes(alike, base) {
  return alike
    .filter((one) => one.thumb)
    .map((one) => el("figure", {}, thumbnail(base + one.thumb), el("figcaption", { title: one.name }, one.name)));
}
