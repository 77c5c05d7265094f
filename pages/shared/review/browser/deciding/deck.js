// The cards the browser holds: the first is shown, the others wait with their pictures fetched and decoded.
/** @import { Outbox } from "./outbox.js" */
/** @import { Answered, Card, News, Post } from "../told.d.ts" */
import { Pictures } from "./pictures.js";

const WINDOW = 20;
const REFILL_BELOW = 12;
const DECODED_AHEAD = 6;
const RECENT = 12;
const MOST_HELD = 10000; // ids that the server takes
const DRY_MS = 150; // until the server is asked again for cards
const LET_GO_MS = 15_000; // the same, for cards that others have open

/**
 * @typedef {Card & { revisit?: boolean, fromGrid?: boolean }} Held revisit: it was decided, stands so, and came back by
 *   the history; fromGrid: its labels were seen in the grid
 */

export class Deck {
  /**
   * @param {Post} post
   * @param {Outbox} outbox
   * @param {string} base the app's address
   * @param {boolean} again the view shows decided cards: what was seen here does not come back
   */
  constructor(post, outbox, base, again) {
    this.again = again;
    this.post = post;
    this.outbox = outbox;
    this.pictures = new Pictures(base);
    /** @type {Held[]} */
    this.cards = [];
    /** @type {Held[]} */
    this.recent = [];
    /** @type {Map<string, number>} sample id -> performance.now(), to sift answers that were under way */
    this.decidedAt = new Map();
    /** @type {News | null} what the server told last of changed settings */
    this.news = null;
    this.otherTabs = false;
    /** @type {Set<string>} put off: they come again, so they are left */
    this.putOff = new Set();
    this.total = 0;
    this.left = 0;
    this.ended = false;
    /** @type {Promise<void> | null} */
    this.fetching = null;
  }

  /** Whether it is time to fetch more. */
  get low() {
    return this.cards.length < REFILL_BELOW && !this.ended;
  }

  /** Milliseconds until it is worth asking for cards once more. */
  get pause() {
    return this.ended ? LET_GO_MS : DRY_MS;
  }

  /** @param {boolean} [afterTheEnd] cards that others had open may have come free @returns {Promise<void>} */
  async refill(afterTheEnd = false) {
    if (!this.fetching && (afterTheEnd || !this.ended)) {
      this.fetching = this.fetchMore().finally(() => {
        this.fetching = null;
      });
    }
    await this.fetching;
  }

  async fetchMore() {
    const asked = performance.now();
    const undone = this.outbox.undone();
    const unsaved = this.outbox.pending().filter((item) => item.verdict !== "undo" && !undone.has(item.uuid));
    const seen = this.again ? [...this.decidedAt.keys()] : [];
    const ids = [...this.cards, ...unsaved].map((one) => one.sample_id);
    const held = [...new Set([...ids, ...seen])].slice(0, MOST_HELD);
    const undoing = this.outbox.pending().flatMap((item) => (item.undoes ? item.sample_id : []));
    const backAgain = undoing.filter((id) => held.includes(id));
    const answer = await this.post("cards", { held, count: WINDOW });
    this.takeIn(answer, held, asked);
    const during = [...this.decidedAt].filter(([, at]) => at >= asked).map(([id]) => id);
    const decided = [...unsaved.map((item) => item.sample_id), ...during];
    const gone = this.again ? seen.length : this.counted(decided, answer.counted).length;
    const more = this.cards.filter((card) => card.revisit || isBack(card, backAgain, answer.counted)).length;
    this.left = Math.max(0, answer.progress.left - gone) + more;
    this.preload();
  }

  /**
   * Which decided samples the server counted as left: it may have been told of a decision before it answered, or not.
   * @param {string[]} decided @param {string[]} counted
   */
  counted(decided, counted) {
    const wanted = new Set(counted);
    return [...new Set(decided)].filter((id) => wanted.has(id) && !this.putOff.has(id));
  }

  /**
   * Adds the cards of an answer that are still wanted by the time it comes.
   * @param {Answered["cards"]} answer
   * @param {string[]} held ids when it was asked for
   * @param {number} asked when
   */
  takeIn(answer, held, asked) {
    const here = new Set([...held, ...this.cards.map((card) => card.sample_id)]);
    const wanted = (/** @type {Card} */ card) =>
      !here.has(card.sample_id) && (this.decidedAt.get(card.sample_id) ?? -1) < asked;
    this.cards.push(...answer.cards.filter(wanted));
    this.total = answer.progress.total;
    this.news = answer.news ?? null;
    this.otherTabs = answer.other_tabs ?? false;
    this.ended = answer.cards.length === 0;
  }

  preload() {
    this.pictures.near(this.cards.slice(0, WINDOW + 4), DECODED_AHEAD, this.recent);
  }

  /** The shown card leaves; it stays at hand for undo. */
  take() {
    const card = this.cards.shift();
    if (!card) return;
    this.recent = [card, ...this.recent].slice(0, RECENT);
    this.putOff.delete(card.sample_id);
    this.decidedAt.set(card.sample_id, performance.now());
    this.left = Math.max(0, this.left - 1);
  }

  /** The card that was just taken was put off: it comes again at the end. */
  expectAgain() {
    if (this.recent[0]) this.putOff.add(this.recent[0].sample_id);
    this.left += 1;
    this.ended = false;
  }

  /** Forgets what is held and begins anew. */
  restart() {
    this.cards = [];
    this.decidedAt.clear();
    this.ended = false;
  }

  /** A card that was decided comes first; one more is left, unless it was counted. @param {Held} card @param {string} verdict */
  reopen(card, verdict) {
    const counted = verdict === "later" || this.cards.some((one) => one.sample_id === card.sample_id);
    this.putBack(card);
    if (!counted) this.left += 1;
  }

  /** @param {Held} card */
  putBack(card) {
    this.cards = [card, ...this.cards.filter((other) => other.sample_id !== card.sample_id)];
    this.decidedAt.delete(card.sample_id);
    this.ended = false;
    this.preload();
  }
}

/** Whether a card was taken back, of which the server did not know yet. @param {Held} card @param {string[]} back @param {string[]} counted */
function isBack({ sample_id }, back, counted) {
  return back.includes(sample_id) && !counted.includes(sample_id);
}
