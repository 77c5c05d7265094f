// Pinned and recent labels, and what a swipe does.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { LabelsAtHand } from "../../pages/shared/review/browser/deciding/labels_at_hand.js";
import { Swipes } from "../../pages/shared/review/browser/deciding/swipes.js";
import { setUp } from "./browser.js";

const label = (code) => ({ code, name: `class ${code}` });
const codes = (labels) => labels.map((one) => one?.code ?? null);

beforeEach(setUp);

describe("labels at hand", () => {
  it("keep their keys from run to run, and a freed key goes to the next one pinned", () => {
    const hand = new LabelsAtHand("ws:run1:ann");
    for (const code of [30, 40, 50]) assert.equal(hand.toggle(label(code)), true);
    hand.toggle(label(30));
    assert.deepEqual(codes(hand.pins), [null, 40, 50]);
    const later = new LabelsAtHand("ws:run2:ann");
    assert.deepEqual([later.keyOf(40), later.keyOf(50), later.keyOf(30)], [1, 2, null]);
    later.toggle(label(60));
    assert.equal(later.keyOf(60), 0);
    assert.deepEqual(codes(new LabelsAtHand("ws:run2:bob").pins), []);
  });

  it("are nine at most", () => {
    const hand = new LabelsAtHand("ws:run:ann");
    for (let code = 0; code < 9; code++) hand.toggle(label(code));
    assert.equal(hand.toggle(label(9)), false);
  });

  it("tell the last ones used first, behind the pinned ones, and the last for once more", () => {
    const hand = new LabelsAtHand("ws:run:ann");
    hand.toggle(label(7));
    for (const code of [1, 2, 7, 1]) hand.used([label(code)]);
    assert.deepEqual(codes(hand.first), [7, 1, 2]);
    assert.deepEqual(codes(hand.last), [1]);
  });
});

describe("a swipe", () => {
  const swiped = (swipes, from, to) => {
    swipes.from = { x: from[0], y: from[1] };
    swipes.ended(...to);
  };

  it("does nothing at first, then what was set in this browser, by its side", () => {
    const run = [];
    const offered = [
      ["", "does nothing"],
      ["unsure", "Unsure"],
    ];
    const swipes = new Swipes(offered, (name) => run.push(name));
    swiped(swipes, [200, 10], [50, 10]);
    assert.deepEqual(run, []);
    swipes.choose("left", "unsure");
    const again = new Swipes(offered, (name) => run.push(name));
    swiped(again, [200, 10], [50, 20]);
    swiped(again, [50, 10], [200, 10]);
    swiped(again, [200, 10], [150, 10]);
    swiped(again, [200, 10], [100, 200]);
    assert.deepEqual(run, ["unsure"]);
  });
});
