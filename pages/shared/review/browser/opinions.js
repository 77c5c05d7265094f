// What experts say about a sample, as small pictures: a bar for each vote, and the samples they find alike.
/** @import { Alike, Card, Named, Reveal, Vote } from "./told.d.ts" */
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
 * @param {{ given: Named, suggested: Named, flagged: boolean }} found
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
  const agreeing = votes.filter((vote) => vote.code === given.code).length;
  const experts = other ? `suggested ${labelWords(card, other)}` : agreementWords(agreeing, votes.length);
  return [`given ${labelWords(card, given)}`, experts, `suspicion ${suspicion.toFixed(2)}`];
}

/**
 * What is said of a given label in whose place no other is suggested.
 * @param {number} agreeing experts that vote for it
 * @param {number} voting experts that vote at all
 */
export function agreementWords(agreeing, voting) {
  if (!voting) return "no expert says anything about it";
  if (agreeing === voting) return `the experts agree with the given label (${agreeing} of ${voting})`;
  return `${agreeing} of ${voting} experts agree with it, not enough against it to suggest another`;
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
