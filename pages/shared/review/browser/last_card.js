// What the previous card was: own verdict at once, the hidden things as soon as the server has the decision.
/** @import { Card, DecidedReveal, Item, Message, Reveals, Vote } from "./told.d.ts" */
import { el, say, thumbnail } from "../../browser/dom.js";
import { percent } from "../../browser/numbers.js";
import { PICKED } from "./deciding/items.js";
import { alikeNodes, opinionWords, voteBars } from "./opinions.js";
import { labelWords, plainText, shortened } from "./question_text.js";

const MOST_COLUMNS = 5;
const MARKS = { note: "✉", question: "✉ asked:", answer: "✉ answered:" };

export class LastCard {
  /**
   * @param {Record<string, string>} words by verdict
   * @param {boolean} question
   * @param {string} base the app's address
   */
  constructor(words, question, base) {
    this.words = words;
    this.question = question;
    this.base = base;
    /** @type {string | null} */
    this.uuid = null;
    /** @type {DecidedReveal | null} */
    this.found = null;
    /** @type {Card | null} */
    this.card = null;
    this.note = "";
    this.picture = el("span", { class: "thumb", "aria-hidden": "true" });
    this.own = el("span", { class: "own" });
    this.told = el("span", { class: "told" });
    this.votes = el("span", { class: "votes" });
    this.alike = el("span", { class: "alike", title: "Alike to the experts, with their given labels" });
    const lines = el("div", { class: "lines" }, this.own, this.told);
    const section = { class: "last", "aria-label": "The last card" };
    this.node = el("section", section, this.picture, lines, this.alike, this.votes);
    this.clear();
  }

  clear(text = "What the experts said shows here after each decision.") {
    this.uuid = this.found = this.card = null;
    this.picture.replaceChildren();
    say(this.own, text);
    this.unsaid("");
  }

  /**
   * @param {Card} card
   * @param {Item} item
   * @param {string[]} names of the picked labels
   */
  decided(card, item, names) {
    this.uuid = item.uuid;
    this.found = null;
    this.card = card;
    this.note = item.note;
    const thumb = card.picture?.thumb;
    const stem = card.stem ? [el("span", { class: "about" }, shortened(plainText(card.stem), 110))] : [];
    this.picture.replaceChildren(...(thumb ? [thumbnail(this.base + thumb)] : stem));
    this.sayOwn(item.verdict === PICKED ? names.join(" + ") : (this.words[item.verdict] ?? ""));
    this.unsaid(item.verdict === "later" ? "It comes back at the end." : this.noted());
  }

  /** What a screen reader is told of it. */
  get spoken() {
    return this.uuid ? `${this.own.textContent}.` : "";
  }

  noted() {
    return this.note && `✎ ${this.note}`;
  }

  /** @param {string} what */
  sayOwn(what) {
    this.own.replaceChildren("Last card: ", el("strong", {}, what));
  }

  /** @param {string} told */
  unsaid(told) {
    say(this.told, told);
    this.votes.replaceChildren();
    this.alike.replaceChildren();
  }

  /** @param {Reveals} [reveals] */
  reveal(reveals) {
    const found = reveals && this.uuid && reveals[this.uuid];
    if (!found || found.verdict === "later") return;
    this.found = found;
    const card = this.card ?? undefined;
    const picked = found.picked.map((one) => labelWords(card, one)).join(" + ");
    const verdict = this.words[found.verdict] ?? "";
    this.sayOwn(picked ? `${verdict}: ${picked}` : verdict);
    say(this.told, this.said(found).join("  ·  "));
    const columns = this.question && found.probabilities ? byOption(found) : byClass(found);
    this.votes.replaceChildren(
      ...columns.map(([name, votes]) =>
        el("span", { class: "vote" }, voteBars(votes), el("span", { class: "voted" }, name)),
      ),
    );
    this.alike.replaceChildren(...alikeNodes(found.alike ?? [], this.base));
  }

  /** @param {Promise<{ reveals: Reveals }>} asked */
  async revealLater(asked) {
    try {
      this.reveal((await asked).reveals);
    } catch {
      // the decision is saved all the same
    }
  }

  /** @param {Message[]} messages as they are after one was written */
  wrote(messages) {
    if (!this.found) return;
    this.found.messages = messages;
    say(this.told, this.said(this.found).join("  ·  "));
  }

  /** @param {DecidedReveal} found */
  said(found) {
    /** @type {Map<string, number>} */
    const others = new Map();
    for (const { verdict } of found.colleagues) others.set(verdict, (others.get(verdict) ?? 0) + 1);
    const colleagues = [...others].map(([verdict, count]) => {
      const words = (this.words[verdict] ?? "").toLowerCase();
      return `${count === 1 ? "a colleague" : `${count} colleagues`}: ${words}`;
    });
    const notes = found.colleagues.filter((one) => one.note).map((one) => `✎ a colleague: ${one.note}`);
    const own = this.note ? [this.noted()] : [];
    const messages = found.messages.map((one) => `${MARKS[one.kind]} ${one.text}`);
    return [
      ...opinionWords(found, this.card ?? undefined),
      ...colleagues,
      ...(found.why ? [found.why] : []),
      ...own,
      ...notes,
      ...messages,
    ];
  }
}

/**
 * Of a question each option with its pooled probability.
 * @param {DecidedReveal} found
 * @returns {[string, Vote[]][]}
 */
function byOption({ probabilities = [], votes }) {
  return probabilities.map((one) => [
    `${one.name}  ${percent(one.probability, 0)}`,
    votes.filter((vote) => vote.code === one.code),
  ]);
}

/**
 * Of an image each class that got votes, with their number.
 * @param {DecidedReveal} found
 * @returns {[string, Vote[]][]}
 */
function byClass(found) {
  /** @type {Map<string, Vote[]>} */
  const classes = new Map();
  for (const vote of found.votes) classes.set(vote.name, [...(classes.get(vote.name) ?? []), vote]);
  const most = [...classes].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_COLUMNS);
  return most.map(([name, votes]) => [`${name}  ${votes.length}`, votes]);
}
