// What reviews tell holds if the verdicts are right, and is said so.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foundWords, precisionWords } from "../../pages/shared/review/browser/sheets/closing.js";
import { expectedWords } from "../../pages/shared/review/browser/sheets/session.js";

describe("what rests on verdicts", () => {
  it("says so at the end of a queue", () => {
    const told = precisionWords({ point: 0.531, low: 0.5, high: 0.56 });
    assert.equal(told, "Of the flags 53 % were right (95 % interval 50 % to 56 %, if the verdicts are right).");
    assert.match(precisionWords(null), /not known yet/);
    const exact = precisionWords({ point: 0.86, low: 0.86, high: 0.86 });
    assert.equal(exact, "Of the flags 86 % were right (all were reviewed; if the verdicts are right).");
  });

  it("says what was found, and what counts only after a second look", () => {
    assert.equal(foundWords(95, 1, 0), "95 wrong labels found, 1 label confirmed.");
    const waiting = "95 wrong labels found, 20 labels confirmed, 53 wait for a second look.";
    assert.equal(foundWords(95, 20, 53), waiting);
    assert.match(foundWords(1, 20, 1), /^1 wrong label found, 20 labels confirmed, 1 waits for/);
  });

  it("says so of the next cards", () => {
    assert.match(expectedWords({ cards: 0, point: 0, low: 0, high: 0 }), /No card is left in this queue/);
    const told = expectedWords({ cards: 100, point: 12.4, low: 7, high: 19 });
    const wanted =
      "Wrong labels expected among the next 100 cards: 12 (95 % interval 7 to 19, if the verdicts are right).";
    assert.equal(told, wanted);
    assert.match(expectedWords(null), /not known yet/);
  });
});
