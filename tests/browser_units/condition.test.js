// What reviews tell holds if the verdicts are right, and is said so.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { precisionWords } from "../../pages/shared/review/browser/sheets/closing.js";
import { expectedWords } from "../../pages/shared/review/browser/sheets/session.js";

describe("what rests on verdicts", () => {
  it("says so at the end of a queue", () => {
    const told = precisionWords({ point: 0.531, low: 0.5, high: 0.56 });
    assert.equal(told, "Of the flags 53 % were right (95 % interval 50 % to 56 %, if the verdicts are right).");
    assert.match(precisionWords(null), /not known yet/);
  });

  it("says so of the next cards", () => {
    const told = expectedWords({ cards: 100, point: 12.4, low: 7, high: 19 });
    const wanted =
      "Wrong labels expected among the next 100 cards: 12 (95 % interval 7 to 19, if the verdicts are right).";
    assert.equal(told, wanted);
    assert.match(expectedWords(null), /not known yet/);
  });
});
