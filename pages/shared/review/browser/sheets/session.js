// The sitting in figures: cards, pace, verdicts, and what seeing the given label does.
/** @import { Anchoring, Expected, Session } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { Sheet } from "./sheets.js";

export class SessionSheet extends Sheet {
  /** @param {Record<string, string>} words by verdict */
  constructor(words) {
    const body = el("div", { class: "session", role: "status" });
    super("This session", "p", body);
    this.body = body;
    this.words = words;
  }

  /** @param {() => Promise<Session>} fetchSession */
  async start(fetchSession) {
    say(this.body, "Counting …");
    this.show();
    try {
      this.body.replaceChildren(...sessionLines(await fetchSession(), this.words));
    } catch {
      say(this.body, "The server does not answer. Close this and try again.");
    }
  }
}

/** @param {Session} told @param {Record<string, string>} words by verdict @returns {HTMLElement[]} */
export function sessionLines(told, words) {
  const pace = told.cards_per_minute ? `, ${told.cards_per_minute.toFixed(1)} a minute` : "";
  const verdicts = told.verdicts.map(([name, count]) =>
    el("div", {}, el("b", {}, count.toLocaleString("en")), ` ${words[name]}`),
  );
  const cards = `${told.cards.toLocaleString("en")} ${told.cards === 1 ? "card" : "cards"}`;
  return [
    el("p", { class: "figure" }, `${cards}${pace}`),
    el("div", { class: "tally" }, ...verdicts),
    ...(told.order ? [el("p", { class: "quiet order" }, told.order)] : []),
    el("p", { class: "quiet expected" }, expectedWords(told.expected)),
    el("p", { class: "quiet anchoring" }, anchoringWords(told.anchoring)),
  ];
}

/** @param {Expected | null} found */
export function expectedWords(found) {
  if (!found) {
    return "Wrong labels among the next cards: not known yet; it takes 40 random cards, 5 of them right and 5 wrong.";
  }
  if (!found.cards) return "No card is left in this queue.";
  const [point, low, high] = [found.point, found.low, found.high].map((one) => Math.round(one).toLocaleString("en"));
  const sure = `95 % interval ${low} to ${high}, if the verdicts are right`;
  return `Wrong labels expected among the next ${found.cards} cards: ${point} (${sure}).`;
}

/** @param {Anchoring} found */
function anchoringWords(found) {
  if (!found.enough) {
    const cards = `${found.blind_cards} blind and ${found.open_cards} open cards`;
    return `Effect of seeing the given label: not known yet, from ${cards}; it takes at least 5 of each.`;
  }
  const opened = agreeing(found.open_agreeing, found.open_cards);
  const blind = agreeing(found.blind_agreeing, found.blind_cards);
  return (
    `Effect of seeing the given label: all reviewers agree with it on ${opened} open cards and on ${blind} blind ` +
    `ones, a difference of ${points(found.difference)} points (95 % interval ${points(found.low)} to ` +
    `${points(found.high)}).`
  );
}

/** @param {number} hits @param {number} count */
function agreeing(hits, count) {
  return `${Math.round((100 * hits) / count)} % of ${count.toLocaleString("en")}`;
}

/** @param {number} share */
function points(share) {
  return `${share < 0 ? "−" : "+"}${Math.abs(Math.round(100 * share))}`;
}
