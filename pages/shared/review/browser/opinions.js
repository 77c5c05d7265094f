// What experts say about a sample, as small pictures: a bar for each vote, and the samples they find alike.
/** @import { Alike, Vote } from "./told.d.ts" */
import { el } from "../../browser/dom.js";
import { percent } from "../../browser/numbers.js";

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
  return el("span", { class: "bars", role: "img", "aria-label": words }, ...bars);
}

/**
 * Samples that the experts find alike, each with its given label.
 * @param {Alike[]} alike
 * @param {string} base the app's address
 */
export function alikeNodes(alike, base) {
  return alike
    .filter((one) => one.thumb)
    .map((one) =>
      el("figure", {}, el("img", { alt: "", src: base + one.thumb }), el("figcaption", { title: one.name }, one.name)),
    );
}
