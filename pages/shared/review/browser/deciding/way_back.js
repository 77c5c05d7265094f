// The way back: own decisions, latest first, to be taken back or decided anew.
/** @import { Deck, Held } from "./deck.js" */
/** @import { Entry } from "../sheets/history.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Card, Decided, Item, Post } from "../told.d.ts" */
import { sentenceOf } from "./connection.js";
import { undoOf, undosOf } from "./items.js";
import { TakenBack } from "./taken_back.js";

const AT_ONCE = 50; // entries of the history
const FEW = 10; // so few at hand: more are fetched
const NO_ANSWER = "The server does not answer, so the card before cannot be shown yet.";

export class WayBack {
  /**
   * @param {Post} post
   * @param {Outbox} outbox
   * @param {Deck} deck
   * @param {(sentence: string) => void} refuse
   * @param {string} view the reviewer's view of the run
   */
  constructor(post, outbox, deck, refuse, view = "") {
    this.post = post;
    this.outbox = outbox;
    this.deck = deck;
    this.refuse = refuse;
    /** @type {Entry[]} latest first */
    this.done = [];
    /** @type {Set<string>} taken back here: an answer of the server that is older than that may still name them */
    this.takenBack = new Set();
    this.again = new TakenBack(view);
    this.fetching = false;
  }

  /** What was decided before this page was opened, and what of it is still on its way. */
  async read() {
    const waiting = this.outbox.pending();
    const undone = new Set([...this.outbox.undone(), ...this.takenBack]);
    const { decisions } = await this.post("history", { count: AT_ONCE });
    const own = waiting.filter((item) => item.verdict !== "undo").reverse();
    const entries = [...own.map((item) => entryOf(item)), ...decisions];
    this.done = entries.filter((one) => !undone.has(one.uuid));
    await this.bringBack(undone);
  }

  /** Cards taken back before a reload come first again, also while the server has not been told. @param {Set<string>} undone */
  async bringBack(undone) {
    const ids = this.again.ids();
    if (!ids.length) return;
    const { cards } = await this.post("cards", { sample_ids: ids });
    for (const id of ids.reverse()) {
      const card = cards.find((one) => one.sample_id === id);
      const stands = this.standing(id) ?? (undone.has(card?.decided?.uuid ?? "") ? undefined : card?.decided);
      if (!card || stands) this.again.drop(id);
      else {
        if (card.decided) this.deck.left += 1; // the server does not know yet
        this.deck.putBack({ ...card, decided: undefined, told: true });
      }
    }
  }

  /** Fetches older entries. */
  async readMore() {
    const oldest = this.done.filter((one) => one.seq).at(-1);
    if (this.done.length && !oldest) return;
    try {
      const { decisions } = await this.post("history", { count: AT_ONCE, before: oldest?.seq ?? null });
      const known = new Set([...this.done.map((one) => one.uuid), ...this.outbox.undone(), ...this.takenBack]);
      this.done.push(...decisions.filter((one) => !known.has(one.uuid)));
    } catch {
      // the next undo tries again
    }
  }

  /** @param {Item} item @param {string[]} names of the picked labels @param {Card} card */
  decided(item, names, card) {
    this.again.drop(item.sample_id);
    this.done.unshift(entryOf(item, names, card));
  }

  /**
   * Takes the latest decision back; true when its card is the first of the deck again. A step of the grid goes as a
   * whole, and its samples come again as cards.
   * @param {(entry: Entry, words: string) => void} taken
   */
  async undo(taken) {
    const last = this.done[0];
    if (this.fetching) return this.refuse("One moment: the card before is on its way.");
    if (!last) return this.refuse("There is nothing to undo.");
    if (last.step) return this.undoStep(last, last.step, taken);
    const card = last.own ?? (await this.fetch(last));
    if (!card) return;
    this.done.shift();
    this.takenBack.add(last.uuid);
    this.again.add(last.sample_id);
    this.outbox.add(undoOf(last.uuid, { sample_id: last.sample_id, mode: card.mode, card: "card" }));
    const stands = last.own?.decided ?? this.standing(last.sample_id);
    this.deck.reopen({ ...cameBack(card, stands), told: true }, last.verdict);
    taken(last, stands ? "Taken back. What you decided before stands again." : "Taken back. Decide again.");
    if (this.done.length < FEW) this.readMore();
  }

  /**
   * What stands on a sample by the decisions at hand; what was put off is still to decide.
   * @param {string} sample
   */
  standing(sample) {
    const latest = this.done.find((one) => one.sample_id === sample && !one.step);
    return latest?.verdict === "later" ? undefined : latest;
  }

  /** @param {Entry} last @param {[string, string][]} step @param {(entry: Entry, words: string) => void} taken */
  async undoStep(last, step, taken) {
    this.done.shift();
    for (const [uuid] of step) this.takenBack.add(uuid);
    this.outbox.add(...undosOf(step));
    await this.outbox.flush();
    this.deck.restart();
    taken({ ...last, note: "" }, `${step.length} decisions of the grid taken back.`);
  }

  /**
   * A decided card, to be decided anew; the new decision replaces the old one.
   * @param {Entry} entry
   * @returns {Promise<Held | undefined>}
   */
  async revisited(entry) {
    if (entry.step)
      return void this.refuse("A step of the grid is taken back as a whole: with Z, when it is the last.");
    if (this.fetching) return void this.refuse("One moment: a card is on its way.");
    await this.outbox.flush();
    const card = (await this.fetch(entry)) ?? entry.own;
    return card && cameBack(card, card.decided ?? (entry.verdict === "later" ? undefined : entry));
  }

  /** @param {Entry} entry */
  async fetch(entry) {
    this.fetching = true;
    try {
      const { cards } = await this.post("cards", { sample_ids: [entry.sample_id] });
      return cards[0];
    } catch (problem) {
      return void this.refuse(sentenceOf(problem, NO_ANSWER));
    } finally {
      this.fetching = false;
    }
  }
}

/** A card with what stands on it: where nothing does there is nothing to leave. @param {Card} card @param {Decided} [stands] @returns {Held} */
function cameBack(card, stands) {
  return { ...card, decided: stands, revisit: stands && true };
}

/** @param {Item} item @param {string[]} [names] @param {Card} [own] @returns {Entry} */
function entryOf({ uuid, sample_id, verdict, note }, names = [], own = undefined) {
  return { uuid, sample_id, verdict, note, labels: names.map((name) => ({ name })), own };
}
