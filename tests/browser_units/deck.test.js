// The coming cards.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fetched, setUp } from "./browser.js";
import { card, closeAll, decide, ids, names, Queue, SIZE, table } from "./review_table.js";

beforeEach(setUp);
afterEach(closeAll);

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

  it("counts a decision once that was saved before the answer was made, and a card that was put off as left", async () => {
    const all = table();
    await all.deck.refill();
    decide(all);
    decide(all, "later");
    all.queue.samples = names.slice(1); // the first decision is in the log, though its answer is under way
    await all.deck.refill();
    assert.equal(all.deck.left, SIZE - 1);
  });

  it("counts a card as left whose decision is being taken back", async () => {
    const all = table(new Queue(names.slice(1)));
    all.queue.decisions = [{ uuid: "u", sample_id: "s0", verdict: "keep", labels: [], note: "", seq: 1 }];
    await all.deck.refill();
    await all.back.read();
    await all.back.undo(() => {});
    await all.deck.refill();
    assert.equal(all.deck.left, SIZE);
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
    const progress = { total: SIZE, left: SIZE };
    all.queue.cards = () => ({ cards: [card("s0"), card("s30")], progress, counted: ["s0"] });
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
    all.queue.cards = () => ({
      cards: ["s0", "s30", "s1"].map(card),
      progress: { total: SIZE, left: SIZE },
      counted: [],
    });
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
