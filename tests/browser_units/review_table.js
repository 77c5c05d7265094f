// A review room without its pictures: deck, outbox and way back before a made server.
import { Deck } from "../../pages/shared/review/browser/deciding/deck.js";
import { itemOf } from "../../pages/shared/review/browser/deciding/items.js";
import { Outbox } from "../../pages/shared/review/browser/deciding/outbox.js";
import { WayBack } from "../../pages/shared/review/browser/deciding/way_back.js";

export const SIZE = 50;
export const names = Array.from({ length: SIZE }, (_, place) => `s${place}`);
export const card = (sample_id) => ({
  sample_id,
  mode: "blind",
  kind: "image",
  metadata: [],
  candidates: [{ code: 0, name: "cat", examples: [null, "example"] }],
  picture: { full: `${sample_id}.png`, thumb: "", width: 8, height: 8 },
});
export const ids = (cards) => cards.map((one) => one.sample_id);
export const opened = [];

/** A server with a queue of samples; it keeps what it was asked, and its answers wait while ``held`` is true. */
export class Queue {
  constructor(samples = names) {
    this.samples = samples;
    this.asked = [];
    this.decisions = [];
    this.gate = Promise.resolve();
    this.post = async (route, body) => {
      this.asked.push([route, body]);
      const answer = this[route](body);
      await this.gate;
      return answer;
    };
  }

  cards({ held, sample_ids, count }) {
    if (sample_ids) return { cards: sample_ids.map(card) };
    const left = this.samples.filter((one) => !held.includes(one)).slice(0, count);
    const counted = held.filter((one) => this.samples.includes(one));
    return { cards: left.map(card), progress: { total: SIZE, left: this.samples.length }, counted };
  }

  history() {
    return { decisions: this.decisions };
  }
}

const unanswered = () => new Promise(() => {});
export const saveAll = async (items) => ({ saved: items.map((one) => one.uuid), refused: [], reveals: {} });

export function table(queue = new Queue(), again = false, send = unanswered) {
  const outbox = new Outbox("run:ann", send, () => {});
  opened.push(outbox);
  const refusals = [];
  const deck = new Deck(queue.post, outbox, "/base/", again);
  const back = new WayBack(queue.post, outbox, deck, (sentence) => refusals.push(sentence));
  return { queue, outbox, deck, back, refusals };
}

/** Decides the first card as the room does. */
export function decide({ deck, outbox, back }, verdict = "picked") {
  const [shown] = deck.cards;
  const item = itemOf({ sample_id: shown.sample_id, verdict, mode: "blind", card: "card", note: "n" });
  deck.take();
  back.decided(item, ["cat"], shown);
  if (verdict === "later") deck.expectAgain();
  outbox.add(item);
  return item;
}

/** Closes what the tests opened. */
export function closeAll() {
  for (const one of opened.splice(0)) one.close();
}
