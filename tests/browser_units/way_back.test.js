// The way back to the cards before.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { settled, setUp } from "./browser.js";
import { card, closeAll, decide, ids, names, Queue, SIZE, saveAll, table } from "./review_table.js";

beforeEach(setUp);
afterEach(closeAll);

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

  it("brings cards taken back to the front again after a reload, until they are decided", async () => {
    const before = table();
    await before.deck.refill();
    const first = decide(before);
    decide(before);
    await before.back.undo(() => {});
    await before.back.undo(() => {});
    const after = table();
    const { cards } = after.queue;
    after.queue.cards = (body) => {
      const told = cards.call(after.queue, body);
      const saved = (one) => (one.sample_id === "s0" && body.sample_ids ? { ...one, decided: first } : one);
      return { ...told, cards: told.cards.map(saved) };
    };
    after.queue.samples = names.slice(2);
    await after.deck.refill();
    await after.back.read();
    assert.deepEqual(ids(after.deck.cards).slice(0, 3), ["s0", "s1", "s2"]);
    assert.equal(after.deck.cards[0].decided, undefined);
    decide(after);
    assert.deepEqual(after.back.again.ids(), ["s1"]);
  });

  it("does not bring a card back that was decided elsewhere meanwhile", async () => {
    const all = table();
    all.back.again.add("s7");
    all.queue.cards = () => ({ cards: [{ ...card("s7"), decided: { uuid: "elsewhere", verdict: "keep" } }] });
    await all.back.read();
    assert.deepEqual([all.deck.cards, all.back.again.ids()], [[], []]);
  });

  it("brings the decision before back where the one that replaced it is taken back", async () => {
    const all = table(new Queue(), false, saveAll);
    await all.deck.refill();
    const first = decide(all);
    const again = await all.back.revisited(all.back.done[0]);
    all.deck.reopen(again, "picked");
    decide(all);
    await all.back.undo(() => {});
    const [shown] = all.deck.cards;
    assert.deepEqual([shown.sample_id, shown.decided?.uuid, shown.revisit], [first.sample_id, first.uuid, true]);
  });

  it("counts a card once that came back by the history and is taken back then", async () => {
    const all = table(new Queue(), false, saveAll);
    await all.deck.refill();
    decide(all);
    const [entry] = all.back.done;
    const here = await all.back.revisited(entry);
    all.deck.reopen(here, entry.verdict);
    await all.back.undo(() => {});
    assert.deepEqual(
      [all.deck.left, all.deck.cards[0].revisit, all.deck.cards[0].decided],
      [SIZE, undefined, undefined],
    );
  });

  it("brings a card that was put off back as one that is still to decide", async () => {
    const all = table(new Queue(), false, saveAll);
    await all.deck.refill();
    decide(all, "later");
    const card = await all.back.revisited(all.back.done[0]);
    assert.deepEqual([card.decided, card.revisit], [undefined, undefined]);
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
