// What is said of the given label.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { opinionWords, suggestedLabel } from "../../pages/shared/review/browser/opinions.js";
import { savingWords } from "../../pages/shared/review/browser/telling.js";

const [six, one] = [
  { code: 6, name: "six" },
  { code: 1, name: "one" },
];
const votes = (...codes) => codes.map((code, place) => ({ code, name: "", expert: `e${place}`, confidence: 0.9 }));

describe("the experts' opinion in words", () => {
  it("suggests another label only where suspicion passes the threshold", () => {
    const flagged = { given: six, suggested: one, suspicion: 0.91, flagged: true, votes: votes(1, 1, 6) };
    assert.deepEqual(opinionWords(flagged), ["given six", "suggested one", "suspicion 0.91"]);
    assert.equal(suggestedLabel({ ...flagged, flagged: false }), null);
    assert.equal(suggestedLabel({ ...flagged, suggested: six }), null);
  });

  it("counts who agrees with the given label elsewhere", () => {
    const calm = { given: six, suggested: one, suspicion: 0.05, flagged: false };
    const [, all] = opinionWords({ ...calm, votes: votes(6, 6, 6, 6, 6, 6, 6) });
    assert.equal(all, "the experts agree with the given label (7 of 7)");
    const [, some] = opinionWords({ ...calm, votes: votes(6, 1, 6) });
    assert.match(some, /^2 of 3 experts agree with it/);
    const [, none] = opinionWords({ ...calm, votes: [] });
    assert.equal(none, "no expert says anything about it");
  });
});

describe("what is saved", () => {
  it("says no number that could differ from the progress", () => {
    const outbox = { pending: () => [], refused: () => [], trouble: "", storage: true };
    assert.deepEqual(savingWords(outbox), ["✓ Everything saved", "saved"]);
  });
});
