// The grid's thumbnails: what is told of each, and what each gets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GridPage } from "../../pages/shared/review/browser/grid/grid_page.js";
import { beside, wordsOf } from "../../pages/shared/review/browser/grid/loupe.js";

const named = (code, name) => ({ code, name });
const told = { sample_id: "s1", given: named(9, "nine"), suggested: named(7, "seven") };

describe("an enlarged thumbnail", () => {
  it("tells its suspicion only where the server told it", () => {
    assert.equal(wordsOf(told), "Labelled nine, the experts suggest seven  ·  s1");
    const open = { ...told, suspicion: 0.934 };
    assert.equal(wordsOf(open), "Labelled nine, the experts suggest seven  ·  suspicion 0.93  ·  s1");
    assert.equal(wordsOf({ ...told, suggested: told.given }), "Labelled nine  ·  s1");
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
    const page = { out: new Set() };
    const fate = (cell) => GridPage.prototype.fate.call(page, { told, place: 0, ...cell }, "relabel", false);
    assert.deepEqual([fate({}), fate({ decided: true }), fate({ broken: true })], ["relabel", "open", "open"]);
  });
});
