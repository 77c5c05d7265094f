// A decision in words: the same when it was just made and when it comes from the server.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { said } from "../../pages/shared/review/browser/sheets/history.js";

const WORDS = {
  keep: "Keep",
  relabel: "Relabel",
  several_fit: "Several fit",
  unsure: "Unsure",
  right_is: "Right is …",
};
const [seven, nine] = [
  { code: 7, name: "seven" },
  { code: 9, name: "nine" },
];

describe("a decision", () => {
  const told = (verdict, ...labels) => said({ verdict, labels }, WORDS);

  it("is called by the labels that fit, just made or loaded again", () => {
    const verdicts = ["picked", "keep", "relabel"];
    assert.deepEqual(
      verdicts.map((verdict) => told(verdict, nine)),
      ["nine", "nine", "nine"],
    );
    assert.deepEqual([told("picked", seven, nine), told("several_fit", seven, nine)], ["seven + nine", "seven + nine"]);
  });

  it("is called by its verdict where no label says it", () => {
    assert.deepEqual(
      [told("unsure"), told("relabel"), told("right_is", nine)],
      ["Unsure", "Relabel", "Right is …: nine"],
    );
  });
});
