// The end of a queue: what it brought, what is left and what that would cost, and where to go from here.
/** @import { Band, Closing, Link } from "../told.d.ts" */
import { el } from "../../../browser/dom.js";
import { counted, percent } from "../../../browser/numbers.js";

/** @param {Link[]} links the first is what to do next */
export function onwardLinks(links) {
  const nodes = links.map(({ words, href }, place) => el("a", { class: place ? "way" : "way first", href }, words));
  return el("nav", { class: "ways", "aria-label": "What next" }, ...nodes);
}

/** @param {Closing} told @returns {HTMLElement[]} */
export function closingLines(told) {
  const { found, confirmed, precision, left, onward } = told;
  const lines = [`${labels(found, "wrong label")} found, ${labels(confirmed, "label")} confirmed.`];
  lines.push(precisionWords(precision));
  if (left) lines.push(`Not found yet: about ${range(left)} wrong labels in the whole dataset.`);
  if (onward)
    lines.push(
      `The next ${counted(onward.cards)} cards would find about ${range(onward.finds)}, in ${time(onward.seconds)}.`,
    );
  return lines.map((words, place) => el("p", place ? {} : { class: "figure" }, words));
}

/** @param {Band | null} precision */
export function precisionWords(precision) {
  if (!precision) {
    return "How right the flags are is not known yet: that takes 40 random cards, among them 5 right and 5 wrong labels.";
  }
  const [point, low, high] = [precision.point, precision.low, precision.high].map((share) => percent(share, 0));
  return `Of the flags ${point} were right (95 % interval ${low} to ${high}, if the verdicts are right).`;
}

/** @param {number} count @param {string} words */
function labels(count, words) {
  return `${counted(count)} ${words}${count === 1 ? "" : "s"}`;
}

/** @param {Band} band */
function range({ point, low, high }) {
  const [middle, least, most] = [point, low, high].map((value) => counted(Math.round(value)));
  return `${middle} (${least} to ${most})`;
}

/** @param {number} seconds */
function time(seconds) {
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.max(1, Math.round(minutes))} min` : `${(minutes / 60).toFixed(1)} h`;
}
