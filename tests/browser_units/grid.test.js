// The grid's thumbnails: what is told of each, and what each gets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GridPage } from "../../pages/shared/review/browser/grid/grid_page.js";
import { beside, wordsOf } from "../../pages/shared/review/browser/grid/loupe.js";

const named = (code, name) => ({ code, name });
const told = {
  sample_id: "s1",
  given: named(9, "nine"),
  suggested: named(7, "seven"),
  flagged: true,
  agreeing: 0,
  voting: 7,
};

const fate = (cell, pair = false) => {
  const page = new GridPage({ cells: [] }, { pair, base: "/" }, {});
  return page.fate({ told, place: 0, ...cell }, "relabel", false);
};

describe("an enlarged thumbnail", () => {
  it("tells its suspicion only where the server told it", () => {
    assert.equal(wordsOf(told), "Labelled nine, the experts suggest seven  ·  s1");
    const open = { ...told, suspicion: 0.934 };
    assert.equal(wordsOf(open), "Labelled nine, the experts suggest seven  ·  suspicion 0.93  ·  s1");
  });

  it("suggests a label only where suspicion passes the threshold", () => {
    const calm = { ...told, flagged: false, agreeing: 7 };
    assert.equal(wordsOf(calm), "Labelled nine, the experts agree with the given label (7 of 7)  ·  s1");
    const unsure = { ...calm, agreeing: 5 };
    assert.match(wordsOf(unsure), /^Labelled nine, 5 of 7 experts agree with it, not enough against it/);
  });

  it("stands beside the mouse and inside the window", () => {
    const own = { width: 300, height: 400 };
    const window = { width: 1000, height: 800 };
    assert.deepEqual(beside({ left: 100, right: 200, top: 50 }, own, window), [210, 50]);
    assert.deepEqual(beside({ left: 800, right: 900, top: 700 }, own, window), [490, 390]);
    assert.deepEqual(beside({ left: 100, right: 900, top: 0 }, own, window), [0, 0]);
  });
});

describe("a page of the grid", () => {
  it("decides no sample again that was decided as a card", () => {
    assert.deepEqual([fate({}), fate({ decided: true }), fate({ broken: true })], ["relabel", "open", "open"]);
  });

  it("gives nobody a label that is not suggested, unless the pair was chosen", () => {
    const calm = { told: { ...told, flagged: false } };
    assert.deepEqual([fate(calm), fate(calm, true)], ["open", "relabel"]);
    assert.equal(fate({ told: { ...told, suggested: told.given } }, true), "open");
  });
});
