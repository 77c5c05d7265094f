// The review room: shows a card, takes a key, shows the next, and sends the decision in the background.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Held } from "./deciding/deck.js" */
/** @import { Entry } from "./sheets/history.js" */
/** @import { CardData, Post, Reveals } from "./told.d.ts" */
import { ask, pause, sentenceOf } from "./deciding/connection.js";
import { Deck } from "./deciding/deck.js";
import { itemOf, PICKED } from "./deciding/items.js";
import { LabelsAtHand } from "./deciding/labels_at_hand.js";
import { MARKED, Marking } from "./deciding/marking.js";
import { Outbox } from "./deciding/outbox.js";
import { Tab } from "./deciding/tab.js";
import { WayBack } from "./deciding/way_back.js";
import { mounted } from "./mounting.js";
import { labelWords } from "./question_text.js";
import { RoomKeys } from "./room_keys.js";
import { RoomSheets } from "./room_sheets.js";
import { RoomView } from "./room_view.js";

const MOST_PACES = 30;

export class Room {
  /** @param {ParentNode} root @param {CardData} data */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    /** @type {number[]} */
    this.paces = [];
    /** @type {{ card: Held, since: number } | null} the card before the reviewer's eyes */
    this.shown = null;
    this.marking = new Marking(this);
    this.closed = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.again = undefined;
    /** @type {Post} */
    this.post = (route, body) => ask(this.data, route, body);
    this.outbox = new Outbox(
      data.identity,
      (decisions) => this.post("decisions", { decisions, sent_at: Date.now() }),
      (reveals, later) => this.outboxChanged(reveals, later),
    );
    this.deck = new Deck(this.post, this.outbox, data.base, data.filters.status !== "open");
    this.back = new WayBack(this.post, this.outbox, this.deck, (sentence) => this.refuse(sentence), data.view);
    this.hand = new LabelsAtHand(data.identity);
    /** @type {Record<string, string>} by verdict */
    this.words = Object.fromEntries(data.verdicts.map((verdict) => [verdict.name, verdict.words]));
    this.sheets = new RoomSheets(this, this.words);
    this.view = new RoomView(root, data, this);
    this.keys = new RoomKeys(this);
    const held = () => this.deck.cards.map((card) => card.sample_id);
    this.tab = new Tab(this.post, held, (sentence) => this.refuse(sentence));
    this.start();
  }

  get several() {
    return this.marking.marked;
  }

  // -- starting and going on -------------------------------------------------------------------------------------

  async start() {
    this.view.ask("Fetching the first cards …");
    this.outboxChanged();
    await this.outbox.flush();
    while (!this.closed) {
      try {
        await this.deck.refill();
        await this.back.read();
        return this.next();
      } catch (problem) {
        this.refuse(sentenceOf(problem, "The server does not answer. Trying again …"));
        await pause();
      }
    }
  }

  /** Shows the first card of the deck. */
  next() {
    if (this.deck.low)
      this.deck.refill().then(
        () => this.tellProgress(),
        () => {},
      );
    const card = this.deck.cards[0];
    clearTimeout(this.again);
    this.again = undefined;
    this.shown = null;
    this.marking.end();
    this.sheets.note.text = "";
    this.sheets.note.close();
    this.tellProgress();
    if (!card) return this.runDry();
    this.view.show(card);
    this.draw(card);
    this.deck.preload();
  }

  /** @param {Held} card */
  draw(card) {
    const drawn = () => requestAnimationFrame(() => this.before(card));
    if (this.view.stage) return this.view.stage.show(card, this.deck.pictures.of(card), drawn);
    this.view.showStem(card);
    drawn();
  }

  /**
   * From now on the card may be decided.
   * @param {Held} card
   */
  before(card) {
    if (this.deck.cards[0] !== card || this.shown) return;
    this.shown = { card, since: performance.now() };
    this.view.node.dataset.sample = card.sample_id;
  }

  runDry() {
    const { ended, left } = this.deck;
    delete this.view.node.dataset.sample;
    if (ended) this.finish();
    else this.view.wait();
    clearTimeout(this.again);
    if (ended && !left) return;
    const again = setTimeout(async () => {
      const unanswered = await this.deck.refill(true).catch(() => true);
      if (this.again !== again) return; // a card came by another way, and its note may be begun
      if (unanswered) this.runDry();
      else this.next();
    }, this.deck.pause);
    this.again = again;
  }

  async finish() {
    if (!this.view.finish(this.deck.left)) return;
    await this.outbox.flush();
    const told = await this.post("closing", {}).catch(() => null); // an extra: the way on shows without it
    if (told) this.view.tellClosing(told);
  }

  // -- deciding --------------------------------------------------------------------------------------------------

  /** The card before the reviewer's eyes; says so and gives null when there is none (yet). */
  current() {
    if (this.shown) return this.shown;
    const tooFast = "Too fast: the next card was not visible yet. Nothing was decided.";
    this.refuse(this.deck.cards.length ? tooFast : "No card is shown, so nothing was decided.");
    return null;
  }

  pickPlace = (/** @type {number} */ place) => {
    const current = this.current();
    if (!current) return;
    const one = current.card.candidates[place];
    if (!one) return this.refuse(`Key ${this.data.keys[place]} has no label on this card.`);
    this.pickCode(one.code, one.name);
  };

  pickCode = (/** @type {number} */ code, /** @type {string} */ name) => {
    if (!this.current()) return;
    if (this.several) this.marking.mark(code, name);
    else this.decide(PICKED, [code], [name]);
  };

  verdict = (/** @type {string} */ name) => {
    if (name === "undo") return void this.undo();
    if (!this.current()) return;
    if (MARKED.includes(name)) return this.marking.toggle(name);
    if (name === "right_is") return this.sheets.answer.write();
    this.decide(name);
  };

  /** No label that is shown is right, but this answer. @param {string} text */
  decideInWords(text) {
    this.sheets.note.text = text;
    this.decide("right_is");
  }

  promptWords() {
    return this.view.promptWords(this.deck.cards[0], this.marking.verdict);
  }

  /** A label that is pinned to a key. */
  pickPinned = (/** @type {number} */ place) => {
    const pinned = this.hand.pins[place];
    if (pinned) this.pickCode(pinned.code, pinned.name);
    else this.refuse(`No label is pinned to Shift + ${place + 1}. Press / to find one, and Shift + Enter to pin it.`);
  };

  /** The labels of the last card once more. */
  repeat = () => {
    const { last } = this.hand;
    if (!last.length) return this.refuse("No card was labelled yet, so there is nothing to repeat.");
    if (this.current())
      this.decide(
        PICKED,
        last.map((one) => one.code),
        last.map((one) => one.name),
      );
  };

  /** @param {string} verdict @param {number[]} labels @param {string[]} names */
  decide(verdict, labels = [], names = []) {
    if (!this.shown) return;
    const { card, since } = this.shown;
    const words = labels.map((code, place) => labelWords(card, { code, name: names[place] ?? "" }));
    const { sample_id, mode, ticket } = card;
    const [note, seconds] = [this.sheets.note.text.trim(), (performance.now() - since) / 1000];
    const item = itemOf({
      sample_id,
      verdict,
      labels,
      note,
      seconds,
      mode,
      ticket,
      card: card.fromGrid ? "grid" : "card",
    });
    this.shown = null;
    this.deck.take();
    this.back.decided(item, words, card);
    if (verdict === PICKED) this.view.pins.used(labels.map((code, place) => ({ code, name: names[place] ?? "" })));
    if (verdict === "later") this.deck.expectAgain();
    else this.paces = [seconds, ...this.paces].slice(0, MOST_PACES);
    this.outbox.add(item); // before the next card: from here on nothing can lose it, and no answer brings it back
    this.view.last.decided(card, item, words);
    this.next();
  }

  undo = () =>
    this.back.undo((entry, words) => {
      this.view.last.clear(words);
      this.next();
      this.sheets.note.text = entry.note;
      this.view.markNote();
    });

  /** Brings a decided card back. */
  jump = async (/** @type {Entry} */ entry) => {
    const card = await this.back.revisited(entry);
    if (!card) return;
    if (this.deck.cards[0]?.revisit) this.leave();
    this.deck.reopen(card, entry.verdict);
    this.next();
  };

  /** A card that was decided before stays as it was. */
  leave() {
    this.deck.take();
    this.next();
  }

  // -- sheets ----------------------------------------------------------------------------------------------------

  escape() {
    const { open } = this.sheets;
    if (open) open.close();
    else if (this.marking.verdict) this.marking.toggle(this.marking.verdict);
    else if (this.shown?.card.decided) this.leave();
  }

  // -- telling ---------------------------------------------------------------------------------------------------

  /** @param {string} sentence */
  refuse(sentence) {
    this.view.toast.say(sentence);
  }

  /**
   * @param {Reveals} [reveals]
   * @param {string[]} [later]
   */
  outboxChanged(reveals, later = []) {
    this.view.last.reveal(reveals);
    if (later.length) this.view.last.revealLater(this.post("reveals", { uuids: later }));
    this.view.saving.changed(this.outbox);
    if (reveals && !this.deck.cards.length && !this.deck.ended) this.next();
  }

  tellProgress() {
    this.view.news.tell(this.deck.news);
    this.tab.others(this.deck.otherTabs);
    this.view.tellProgress(this.deck.total, this.deck.left, this.paces);
  }

  close() {
    this.closed = true;
    clearTimeout(this.again);
    this.again = undefined;
    this.keys.close();
    this.tab.close();
    this.view.close();
    this.outbox.flush();
    this.outbox.close();
  }
}

/** @param {Component<CardData, Room>} component */
export default function mount(component) {
  return mounted(component, (root, data) => new Room(root, data));
}
