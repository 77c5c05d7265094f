// The end of a queue: what it brought, what is left and what that would cost, and where to go from here.
/** @import { Band, Closing, Link, Post } from "../told.d.ts" */
import { el } from "../../../browser/dom.js";
import { counted, percent } from "../../../browser/numbers.js";
import { sentenceOf } from "../deciding/connection.js";

/**
 * @param {Link[]} links the first is what to do next
 * @param {(href: string) => void} draw has more random cards come, and goes there
 */
export function onwardLinks(links, draw) {
  const nodes = links.map(({ words, href, draws }, place) => {
    const drawing = (/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      draw(href);
    };
    const told = { class: place ? "way" : "way first", href, "data-draws": draws, onclick: draws ? drawing : null };
    return el("a", told, words);
  });
  return el("nav", { class: "ways", "aria-label": "What next" }, ...nodes);
}

/** What is said where no card comes. @param {number} left cards of the queue that others have open */
export function endWords(left) {
  if (!left)
    return { heading: "This queue is done.", words: "Every card in it has your decision. Undo (Z) still works." };
  const [cards, they] =
    left === 1 ? ["The last card is", "It comes"] : [`The last ${counted(left)} cards are`, "They come"];
  const words = `${cards} with colleagues, or in another tab of yours. ${they} here when let go.`;
  return { heading: "No card is free right now.", words };
}

/** @param {Closing} told @returns {HTMLElement[]} */
export function closingLines(told) {
  const { found, confirmed, waiting, precision, left, onward } = told;
  const lines = [foundWords(found, confirmed, waiting)];
  lines.push(precisionWords(precision));
  if (left) lines.push(`Not found yet: about ${range(left)} wrong labels in the whole dataset.`);
  if (onward)
    lines.push(
      `The next ${counted(onward.cards)} cards would find about ${range(onward.finds)}, in ${time(onward.seconds)}.`,
    );
  return lines.map((words, place) => el("p", place ? {} : { class: "figure" }, words));
}

/**
 * What goes to a queue of random cards: those that were asked for so far are decided with the plain queue, so more are
 * asked for first.
 * @param {Post} post
 * @param {(sentence: string) => void} refuse
 */
export function drawing(post, refuse) {
  return async (/** @type {string} */ href) => {
    try {
      await post("more_random", {});
      location.assign(href);
    } catch (problem) {
      refuse(sentenceOf(problem));
    }
  };
}

/** How many random cards can be had, in the link to them; none where there are none. @param {Element} ways @param {number} random */
export function tellRandom(ways, random) {
  const link = ways.querySelector("[data-draws]");
  if (random) link?.replaceChildren(`${counted(random)} more random card${random === 1 ? "" : "s"}`);
  else link?.remove();
}

/** @param {number} found @param {number} confirmed @param {number} waiting for a second look */
export function foundWords(found, confirmed, waiting) {
  const besides = waiting ? `, ${counted(waiting)} wait${waiting === 1 ? "s" : ""} for a second look` : "";
  return `${labels(found, "wrong label")} found, ${labels(confirmed, "label")} confirmed${besides}.`;
}

/** @param {Band | null} precision */
export function precisionWords(precision) {
  if (!precision) {
    return "How right the flags are is not known yet: that takes 40 random cards, among them 5 right and 5 wrong labels.";
  }
  const [point, low, high] = [precision.point, precision.low, precision.high].map((share) => percent(share, 0));
  if (precision.low === precision.high)
    return `Of the flags ${point} were right (all were reviewed; if the verdicts are right).`;
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
