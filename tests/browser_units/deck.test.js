// The coming cards, and the way back to those before.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Deck } from "../../pages/shared/review/browser/deciding/deck.js";
import { itemOf } from "../../pages/shared/review/browser/deciding/items.js";
import { Outbox } from "../../pages/shared/review/browser/deciding/outbox.js";
import { WayBack } from "../../pages/shared/review/browser/deciding/way_back.js";
import { fetched, settled, setUp } from "./browser.js";

const SIZE = 50;
const names = Array.from({ length: SIZE }, (_, place) => `s${place}`);
const card = (sample_id) => ({
  sample_id,
  mode: "blind",
  kind: "image",
  metadata: [],
  candidates: [{ code: 0, name: "cat", examples: [null, "example"] }],
  picture: { full: `${sample_id}.png`, thumb: "", width: 8, height: 8 },
});
const ids = (cards) => cards.map((one) => one.sample_id);
const opened = [];

/** A server with a queue of samples; it keeps what it was asked, and its answers wait while ``held`` is true. */
class Queue {
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
    return { cards: left.map(card), progress: { total: SIZE, left: this.samples.length } };
  }

  history() {
    return { decisions: this.decisions };
  }
}

const unanswered = () => new Promise(() => {});
const saveAll = async (items) => ({ saved: items.map((one) => one.uuid), refused: [], reveals: {} });

function table(queue = new Queue(), again = false, send = unanswered) {
  const outbox = new Outbox("run:ann", send, () => {});
  opened.push(outbox);
  const refusals = [];
  const deck = new Deck(queue.post, outbox, "/base/", again);
  const back = new WayBack(queue.post, outbox, deck, (sentence) => refusals.push(sentence));
  return { queue, outbox, deck, back, refusals };
}

/** Decides the first card as the room does. */
function decide({ deck, outbox, back }, verdict = "picked") {
  const [shown] = deck.cards;
  const item = itemOf({ sample_id: shown.sample_id, verdict, mode: "blind", card: "card", note: "n" });
  deck.take();
  back.decided(item, ["cat"], shown);
  if (verdict === "later") deck.expectAgain();
  outbox.add(item);
  return item;
}

beforeEach(setUp);
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

describe("a deck", () => {
  it("holds a window of coming cards with their pictures and examples fetched", async () => {
    const { deck } = table();
    await deck.refill();
    assert.deepEqual(ids(deck.cards), names.slice(0, 20));
    assert.deepEqual([deck.total, deck.left, deck.ended, deck.low], [SIZE, SIZE, false, false]);
    assert.ok(names.slice(0, 20).every((name) => fetched.includes(`/base/${name}.png`)));
    assert.equal(fetched.filter((url) => url === "/base/example").length, 1);
  });

  it("asks for more when few are left, and never for those it holds or has decided", async () => {
    const all = table();
    await all.deck.refill();
    for (let count = 0; count < 9; count++) decide(all);
    assert.equal(all.deck.low, true);
    await all.deck.refill();
    assert.deepEqual(ids(all.deck.cards), names.slice(9, 40));
    assert.deepEqual(all.queue.asked[1][1].held.toSorted(), names.slice(0, 20).toSorted());
    assert.equal(all.deck.left, SIZE - 9);
  });

  it("asks once at a time", async () => {
    const { deck, queue } = table();
    await Promise.all([deck.refill(), deck.refill(), deck.refill()]);
    assert.equal(queue.asked.length, 1);
    assert.equal(deck.cards.length, 20);
  });

  it("takes no card that was decided while the answer was under way", async () => {
    const all = table();
    await all.deck.refill();
    let arrive;
    all.queue.gate = new Promise((resolve) => {
      arrive = resolve;
    });
    all.queue.cards = () => ({ cards: [card("s0"), card("s30")], progress: { total: SIZE, left: SIZE } });
    all.deck.cards = all.deck.cards.slice(0, 1);
    const answered = all.deck.refill();
    decide(all);
    arrive();
    await answered;
    assert.deepEqual(ids(all.deck.cards), ["s30"]);
    assert.equal(all.deck.left, SIZE - 1);
  });

  it("takes no card twice, and none that was decided and saved while the answer was under way", async () => {
    const all = table();
    await all.deck.refill();
    let arrive;
    all.queue.gate = new Promise((resolve) => {
      arrive = resolve;
    });
    all.queue.cards = () => ({ cards: ["s0", "s30", "s1"].map(card), progress: { total: SIZE, left: SIZE } });
    all.deck.cards = [];
    const answered = all.deck.refill();
    all.deck.cards = ["s0", "s1"].map(card);
    decide(all);
    arrive();
    await answered;
    assert.deepEqual(ids(all.deck.cards), ["s1", "s30"]);
  });

  it("asks for a card again whose decision is being taken back", async () => {
    const all = table();
    await all.deck.refill();
    decide(all);
    await all.back.undo(() => {});
    all.deck.cards = [];
    await all.deck.refill();
    assert.equal(all.deck.cards[0].sample_id, "s0");
    assert.equal(all.deck.left, SIZE);
  });

  it("counts a card that came back by the history as still to decide", async () => {
    const { deck } = table();
    deck.putBack({ ...card("old"), revisit: true });
    await deck.refill();
    assert.equal(deck.left, SIZE + 1);
  });

  it("runs dry when the server has no more, and asks no more", async () => {
    const all = table(new Queue(names.slice(0, 2)));
    await all.deck.refill();
    decide(all);
    decide(all);
    await all.deck.refill();
    assert.deepEqual([all.deck.cards, all.deck.ended, all.deck.left, all.deck.low], [[], true, 0, false]);
    await all.deck.refill();
    assert.equal(all.queue.asked.length, 2);
  });

  it("goes on after it ran dry when a card was put off", async () => {
    const all = table(new Queue(names.slice(0, 1)));
    await all.deck.refill();
    await all.deck.refill();
    assert.equal(all.deck.ended, true);
    decide(all, "later");
    assert.deepEqual([all.deck.ended, all.deck.left], [false, 1]);
  });

  it("of decided cards does not bring back what was seen", async () => {
    const all = table(new Queue(), true);
    await all.deck.refill();
    all.deck.take();
    await all.deck.refill();
    assert.ok(all.queue.asked[1][1].held.includes("s0"));
    assert.equal(all.deck.left, SIZE - 1);
  });

  it("puts a card back first, and once", async () => {
    const { deck } = table();
    await deck.refill();
    deck.take();
    deck.ended = true;
    deck.putBack(card("s5"));
    assert.deepEqual(ids(deck.cards).slice(0, 5), ["s5", "s1", "s2", "s3", "s4"]);
    assert.equal(ids(deck.cards).filter((one) => one === "s5").length, 1);
    assert.equal(deck.ended, false);
  });
});

describe("the way back", () => {
  it("brings the last card back at once, and tells the server", async () => {
    const all = table();
    await all.deck.refill();
    const item = decide(all);
    decide(all, "later");
    const taken = [];
    for (let count = 0; count < 2; count++) await all.back.undo((entry, words) => taken.push([entry.note, words]));
    assert.deepEqual(ids(all.deck.cards).slice(0, 2), ["s0", "s1"]);
    assert.equal(all.deck.left, SIZE);
    assert.deepEqual(taken[0], ["n", "Taken back. Decide again."]);
    const undo = [...all.outbox.items.values()].at(-1);
    assert.deepEqual([undo.verdict, undo.undoes, undo.sample_id], ["undo", item.uuid, "s0"]);
  });

  it("fetches a card that was decided before the page was opened", async () => {
    const all = table();
    all.queue.decisions = [{ uuid: "u", sample_id: "old", verdict: "keep", labels: [], note: "", seq: 7, thumb: null }];
    await all.back.read();
    await all.back.undo(() => {});
    assert.deepEqual(ids(all.deck.cards), ["old"]);
    assert.deepEqual(all.back.done, []);
  });

  it("leaves nothing decided on a card that was fetched and taken back", async () => {
    const all = table();
    const decided = { uuid: "u", sample_id: "old", verdict: "keep", labels: [], note: "", seq: 7, thumb: null };
    all.queue.decisions = [decided];
    const { cards } = all.queue;
    all.queue.cards = (body) => ({ ...cards.call(all.queue, body), cards: [{ ...card("old"), decided }] });
    await all.back.read();
    await all.back.undo(() => {});
    assert.deepEqual([all.deck.cards[0].sample_id, all.deck.cards[0].decided], ["old", undefined]);
    assert.equal(all.deck.cards[0].told, true);
  });

  it("goes back over what is still on its way, but not over what was taken back", async () => {
    const all = table();
    await all.deck.refill();
    decide(all);
    decide(all);
    decide(all);
    await all.back.undo(() => {});
    await settled();
    await all.back.read();
    assert.deepEqual(ids(all.back.done), ["s1", "s0"]);
  });

  it("does not bring back what was taken back and saved while older decisions were under way", async () => {
    const { queue, outbox, back, refusals } = table(new Queue(), false, saveAll);
    queue.decisions = [
      { uuid: "newer", sample_id: "s1", verdict: "wrong", labels: [], note: "", seq: 2 },
      { uuid: "older", sample_id: "s0", verdict: "wrong", labels: [], note: "", seq: 1 },
    ];
    await back.read();
    let open;
    queue.gate = new Promise((resolve) => {
      open = resolve;
    });
    back.fetch = async ({ sample_id }) => card(sample_id);
    await back.undo(() => {});
    await back.undo(() => {});
    await outbox.flush();
    open();
    await settled();
    assert.deepEqual(back.done, []);
    await back.undo(() => {});
    assert.deepEqual(refusals, ["There is nothing to undo."]);
  });

  it("takes a step of the grid back as a whole", async () => {
    const all = table();
    await all.deck.refill();
    all.outbox.flush = async () => {};
    const step = [
      ["u1", "a"],
      ["u2", "b"],
    ];
    all.queue.decisions = [
      { uuid: "u2", sample_id: "b", verdict: "keep", labels: [], note: "", seq: 7, thumb: null, step },
    ];
    await all.back.read();
    const taken = [];
    await all.back.undo((_, words) => taken.push(words));
    assert.deepEqual(taken, ["2 decisions of the grid taken back."]);
    const undone = [...all.outbox.items.values()].map((item) => [item.undoes, item.sample_id, item.card]);
    assert.deepEqual(undone, [
      ["u1", "a", "grid"],
      ["u2", "b", "grid"],
    ]);
    assert.deepEqual(all.deck.cards, []);
  });

  it("says why when there is nothing, or a card is on its way", async () => {
    const all = table();
    await all.back.undo(() => assert.fail("nothing was taken back"));
    all.back.fetching = true;
    await all.back.undo(() => assert.fail("nothing was taken back"));
    assert.deepEqual(all.refusals, ["There is nothing to undo.", "One moment: the card before is on its way."]);
  });

  it("opens a decided card again with what was decided", async () => {
    const all = table();
    const entry = { uuid: "u", sample_id: "old", verdict: "keep", labels: [{ name: "cat" }], note: "why" };
    const again = await all.back.revisited(entry);
    assert.deepEqual([again.sample_id, again.revisit, again.decided], ["old", true, entry]);
  });
});
