// Decisions on their way: none is lost, none is sent for nothing.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { RETRY_MS, Refusal } from "../../pages/shared/review/browser/deciding/connection.js";
import { itemOf, undoOf } from "../../pages/shared/review/browser/deciding/items.js";
import { Outbox } from "../../pages/shared/review/browser/deciding/outbox.js";
import { savingWords } from "../../pages/shared/review/browser/telling.js";
import { happens, settled, setUp } from "./browser.js";

const opened = [];
const stored = () => Object.keys(localStorage).length;
const item = (sample_id, more = {}) =>
  itemOf({ sample_id, verdict: "picked", labels: [1], mode: "blind", card: "card", ...more });

/** A server that notes each batch and answers with what ``answer`` makes of it. */
function outbox(answer = saveAll, name = "run:ann") {
  const batches = [];
  const reveals = [];
  const send = async (items) => {
    batches.push(items);
    return answer(items);
  };
  const made = new Outbox(name, send, (told) => told && reveals.push(told));
  opened.push(made);
  return Object.assign(made, { batches, reveals });
}

const uuids = (items) => items.map((one) => one.uuid);
const samples = (items) => [...items].map((one) => one.sample_id);
const saveAll = (items) => ({ saved: uuids(items), refused: [], reveals: { told: items.length } });

beforeEach(setUp);
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

describe("an outbox", () => {
  it("keeps a decision until the server has said that it is durable", async () => {
    let answer;
    const box = outbox(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const made = item("a");
    box.add(made);
    await settled();
    assert.deepEqual([box.items.size, stored()], [1, 1]);
    assert.equal(happens("beforeunload"), true);
    answer({ saved: [made.uuid], refused: [], reveals: {} });
    await box.flush();
    assert.deepEqual([box.items.size, stored()], [0, 0]);
    assert.equal(happens("beforeunload"), false);
  });

  it("tries again every two seconds while the server does not answer, and says so", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    let down = true;
    const box = outbox((items) => {
      if (down) throw new TypeError("Failed to fetch");
      return saveAll(items);
    });
    box.add(item("a"));
    await settled();
    assert.equal(box.batches.length, 1);
    assert.deepEqual(savingWords(box), ["⚠ 1 not saved: The server does not answer. Trying again.", "trouble"]);
    t.mock.timers.tick(RETRY_MS);
    await settled();
    assert.equal(box.batches.length, 2);
    assert.equal(stored(), 1);
    down = false;
    t.mock.timers.tick(RETRY_MS);
    await settled();
    assert.deepEqual([box.batches.length, box.items.size, box.trouble], [3, 0, ""]);
    assert.deepEqual(savingWords(box), ["✓ Everything saved", "saved"]);
    t.mock.timers.tick(10 * RETRY_MS);
    await settled();
    assert.equal(box.batches.length, 3);
  });

  it("tries again at once when the network is back", async () => {
    let down = true;
    const box = outbox((items) => (down ? Promise.reject(new Error()) : saveAll(items)));
    box.add(item("a"));
    await settled();
    down = false;
    happens("online");
    await settled();
    assert.equal(box.items.size, 0);
  });

  it("tells the server's own sentence when it refuses to take anything", async () => {
    const box = outbox(() => Promise.reject(new Refusal("This page is no longer signed in. Reload it.")));
    box.add(item("a"));
    await settled();
    assert.equal(box.trouble, "This page is no longer signed in. Reload it.");
  });

  it("sends one request at a time, and what came meanwhile together in the next", async () => {
    const answers = [];
    const box = outbox((items) => new Promise((resolve) => answers.push(() => resolve(saveAll(items)))));
    box.add(item("a"));
    box.add(item("b"));
    box.add(item("c"), item("d"));
    await settled();
    assert.deepEqual(box.batches.map(samples), [["a"]]);
    answers[0]();
    await settled();
    assert.deepEqual(box.batches.slice(1).map(samples), [["b", "c", "d"]]);
    answers[1]();
    await box.flush();
    assert.equal(box.items.size, 0);
  });

  it("sends at most 200 at once", async () => {
    const box = outbox();
    box.add(...Array.from({ length: 450 }, (_, place) => item(`sample ${place}`)));
    await box.flush();
    assert.deepEqual(
      box.batches.map((batch) => batch.length),
      [200, 200, 50],
    );
  });

  it("sends what was stored before a reload, in the order in which it was made", async () => {
    const before = outbox(() => Promise.reject(new Error()));
    before.add(item("late", { at: 3 }), item("second", { at: 1, turn: 8 }), item("first", { at: 1, turn: 7 }));
    await settled();
    before.close();
    const after = outbox();
    assert.deepEqual(samples(after.items.values()), ["first", "second", "late"]);
    await after.flush();
    assert.deepEqual(after.batches.map(samples), [["first", "second", "late"]]);
    assert.equal(stored(), 0);
  });

  it("leaves what another reviewer or run has stored", async () => {
    outbox(() => Promise.reject(new Error()), "run:bob").add(item("a"));
    await settled();
    assert.equal(outbox(saveAll, "run:ann").items.size, 0);
    assert.equal(outbox(saveAll, "run:bob").items.size, 1);
  });

  it("says which reveals are to be asked for", async () => {
    const asked = [];
    const send = async ([one]) => ({ saved: [one.uuid], refused: [], reveals: {}, later: [one.uuid] });
    const box = new Outbox("run:ann", send, (_, later) => later && asked.push(...later));
    opened.push(box);
    const made = item("a");
    box.add(made);
    await box.flush();
    assert.deepEqual([asked, stored()], [[made.uuid], 0]);
  });

  it("goes by the acknowledged uuids alone", async () => {
    const box = outbox((items) => ({ saved: [items[0].uuid, "unknown"], refused: [], reveals: {} }));
    const [first, second] = [item("a"), item("b")];
    box.add(first, second);
    await box.flush();
    assert.deepEqual(box.batches.map(samples), [["a", "b"], ["b"]]);
    assert.deepEqual([stored(), box.items.size], [0, 0]);
  });

  it("tries an answer that settles nothing later, not at once", async () => {
    const box = outbox(() => ({ saved: [], refused: [], reveals: {} }));
    box.add(item("a"));
    await box.flush();
    assert.deepEqual([box.batches.length, box.items.size], [1, 1]);
  });

  it("keeps a refused decision with its reason and saves the others", async () => {
    const refuse = (one) => one.sample_id === "bad";
    const box = outbox((items) => ({
      saved: uuids(items.filter((one) => !refuse(one))),
      refused: items.filter(refuse).map((one) => [one.uuid, "This sample is not in the dataset."]),
      reveals: {},
    }));
    box.add(item("good"), item("bad"), item("better"));
    await box.flush();
    assert.deepEqual([samples(box.refused()), box.pending()], [["bad"], []]);
    assert.deepEqual(savingWords(box), ["✕ 1 not saved: This sample is not in the dataset.", "failed"]);
    box.add(item("next"));
    await box.flush();
    assert.deepEqual(box.batches.map(samples), [["good", "bad", "better"], ["next"]]);
    assert.equal(stored(), 1);
  });

  it("hands the reveals on, and counts an undo as one saved decision less", async () => {
    const box = outbox();
    const made = item("a");
    box.add(made);
    await box.flush();
    box.add(undoOf(made.uuid, { sample_id: "a", mode: "blind", card: "card" }));
    assert.deepEqual([...box.undone()], [made.uuid]);
    await box.flush();
    assert.deepEqual([box.items.size, box.reveals], [0, [{ told: 1 }, { told: 1 }]]);
  });

  it("sends without a storage, too, and warns that the page must stay open", async () => {
    localStorage.setItem = () => {
      throw new Error("QuotaExceededError");
    };
    const box = outbox(() => new Promise(() => {}));
    box.add(item("a"));
    await settled();
    assert.deepEqual(savingWords(box), ["↻ saving 1 Do not close this page.", "sending"]);
    assert.deepEqual(box.batches.map(samples), [["a"]]);
  });
});

describe("a decision", () => {
  it("bears an id of its own, a random UUID", () => {
    const made = new Set(Array.from({ length: 100 }, () => item("a").uuid));
    assert.equal(made.size, 100);
    for (const uuid of made)
      assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("of the same millisecond has its turn", () => {
    assert.ok(item("a").turn < item("b").turn);
  });
});
