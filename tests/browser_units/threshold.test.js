// The arithmetic of the threshold explorer, and its message to the server.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Messages } from "../../pages/shared/browser/messages.js";
import { counted, percent } from "../../pages/shared/browser/numbers.js";
import { firstAtLeast, nearest, placeFor, stepped } from "../../pages/shared/browser/rising.js";
import { countTicks, flaggedAt, runsOf, valueAt } from "../../pages/shared/threshold/browser/steps.js";
import {
  askedWords,
  duration,
  guessed,
  knownWords,
  precisionWords,
  quantityWords,
  roughly,
  shown,
} from "../../pages/shared/threshold/browser/words.js";

const STEPS = [0, 0.25, 0.5, 1];
const band = (low, high, points = [], cards = []) => ({ low, high, points, cards });

describe("steps of the threshold", () => {
  it("are found from below, and the last where there is none", () => {
    const wanted = [-1, 0, 0.1, 0.25, 0.26, 0.5, 0.9, 1, 2];
    assert.deepEqual(
      wanted.map((one) => firstAtLeast(STEPS, one)),
      [0, 0, 1, 1, 2, 2, 3, 3, 3],
    );
  });

  it("snap to the nearest", () => {
    const wanted = [-1, 0.12, 0.13, 0.37, 0.38, 0.74, 0.76, 2];
    assert.deepEqual(
      wanted.map((one) => nearest(STEPS, one)),
      [0, 0, 1, 1, 2, 2, 3, 3],
    );
  });

  it("are walked by keys, also from between two, and not past the ends", () => {
    assert.deepEqual(
      [1, -1, 2, 20, -20].map((by) => stepped(STEPS, 0.25, by)),
      [2, 0, 3, 3, 0],
    );
    assert.deepEqual(
      [1, -1].map((by) => stepped(STEPS, 0.3, by)),
      [2, 1],
    );
  });

  it("are led to by keys, further with Shift, and by no others", () => {
    const led = (key, shiftKey = false) => placeFor(STEPS, 0.5, { key, shiftKey });
    const keys = ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "PageUp", "PageDown", "Home", "End", "a"];
    assert.deepEqual(
      keys.map((key) => led(key)),
      [1, 1, 3, 3, 3, 0, 0, 3, undefined],
    );
    assert.equal(led("ArrowLeft", true), 0);
  });

  it("tell how many are flagged, exactly at the chosen threshold", () => {
    const data = { thresholds: STEPS, flagged: [100, 40, 10, 0], chosen: { threshold: 0.3, flagged: 37 } };
    assert.deepEqual(
      [0.3, 0.31, 0.5, 0.9].map((one) => flaggedAt(data, one)),
      [37, 40, 10, 0],
    );
  });
});

describe("a band", () => {
  const between = band([0.2, 0.4, null, 0.8], [0.6, 0.8, null, 1], [0.3, null, null, 0.9]);

  it("is read between its two nearest steps", () => {
    const found = valueAt(STEPS, band([0.2, 0.4], [0.6, 0.8], [0.3, 0.5]), 0.125);
    assert.deepEqual(
      Object.values(found).map((one) => Number(one.toFixed(9))),
      [0.3, 0.7, 0.4],
    );
  });

  it("goes by the step that is known where the other is not, and is not known between two such", () => {
    assert.deepEqual(valueAt(STEPS, between, 0.4), { low: 0.4, high: 0.8, point: null });
    assert.deepEqual(valueAt(STEPS, between, 0.75), { low: 0.8, high: 1, point: 0.9 });
    assert.equal(valueAt([0, 1], band([null, null], [null, null]), 0.5), null);
  });

  it("has a guess without points", () => {
    assert.deepEqual(valueAt([0, 1], band([0, 0.5], [1, 1]), 0), { low: 0, high: 1, point: null });
  });

  it("is drawn in the stretches that are known", () => {
    assert.deepEqual(runsOf([null, 1, 2, null, null, 0, null]), [[1, 2], [5]]);
    assert.deepEqual(runsOf([null, null]), []);
    assert.deepEqual(runsOf([0.1, 0.2]), [[0, 1]]);
  });
});

describe("words", () => {
  it("ask for the cards of the queue, random ones among them", () => {
    assert.equal(
      askedWords(107, 0, 168, 1797, "22 min"),
      "You review 107 of 1,797 samples and 61 random ones, in about 22 min.",
    );
    assert.equal(askedWords(1797, 0, 1797, 1797, "4 h"), "You review 1,797 of 1,797 samples, in about 4 h.");
  });

  it("say what of it is done, and ask for nothing once all is", () => {
    assert.equal(
      askedWords(107, 30, 107, 1797, "22 min"),
      "You review 107 of 1,797 samples, in about 22 min; 30 of the flagged are reviewed.",
    );
    assert.equal(askedWords(107, 107, 168, 1797, "22 min"), "All 107 flagged of 1,797 samples are reviewed.");
    assert.equal(
      askedWords(0, 0, 20, 1797, "3 min"),
      "You review 0 of 1,797 samples and 20 random ones, in about 3 min.",
    );
  });

  it("say of the flagged ones how many are wrong, since random ones are reviewed too", () => {
    const said = (now, guess = false) => precisionWords({ guess }, now);
    const guessed = said({ low: 0.2, high: 0.95, point: null }, true);
    assert.match(guessed, /guess is that 20 % to 95 % of the flagged ones hold a wrong label\.$/);
    assert.equal(said({ low: 0.01, high: 1, point: null }), "Of the flagged ones 1 % to 100 % hold a wrong label.");
    const known = said({ low: 0.8, high: 0.9, point: 0.86 });
    assert.equal(known, "About 86 % of the flagged ones hold a wrong label (80 % to 90 %).");
    assert.equal(said({ low: 0.86, high: 0.86, point: 0.86 }), "86 % of the flagged ones hold a wrong label.");
  });

  it("mark the counts of the histogram", () => {
    assert.deepEqual(countTicks(1000, "log"), [1, 10, 100, 1000]);
    assert.deepEqual(countTicks(999, "log"), [1, 10, 100]);
    assert.deepEqual(countTicks(1000, "root"), [20, 200, 500]);
    assert.deepEqual(countTicks(3, "root"), [1]);
    assert.deepEqual(countTicks(0, "root"), [1]);
  });

  it("widen a guess to whole steps of 5 %", () => {
    assert.equal(guessed({ low: 0.14, high: 0.561 }, " to "), "10 % to 60 %");
    assert.equal(guessed({ low: 0.15, high: 0.6 }, " and "), "15 % and 60 %");
  });

  it("round plans up to two figures", () => {
    assert.deepEqual([0, 7, 99, 101, 1234, 98_765].map(roughly), [0, 7, 99, 110, 1300, 99_000]);
  });

  it("show thresholds with two digits at least and four at most", () => {
    assert.deepEqual([0, 0.5, 0.123456, 1, 0.12].map(shown), ["0.00", "0.50", "0.1235", "1.00", "0.12"]);
  });

  it("tell times as people do", () => {
    const times = [0, 89.4, 90, 89 * 60, 90 * 60, 120 * 60, 24 * 3600, 1e7];
    assert.deepEqual(times.map(duration), ["0 s", "89 s", "2 min", "89 min", "1 h 30 min", "2 h", "24 h", "2,778 h"]);
  });

  it("give small shares a digit more", () => {
    assert.deepEqual(
      [0, 0.0099, 0.00995, 0.5].map((one) => percent(one)),
      ["0.0 %", "0.99 %", "1.0 %", "50.0 %"],
    );
    assert.deepEqual([percent(0.125, 0), counted(1234567)], ["13 %", "1,234,567"]);
  });

  const guess = { guess: true, words: "", thresholds: [0, 1], precision: band([0.1, 0.1], [0.9, 0.9], [], [120, 61]) };

  it("say before any review what it takes to know more", () => {
    const bands = { ...guess, detection: band([0, 0], [1, 1], [], [1201, null]) };
    const said = "A guess before any review: precision is somewhere between 10 % and 90 %.";
    assert.equal(
      knownWords(bands, 0),
      `${said} Review about 120 random cards to know it within 10 points, about 1,300 for the detection rate.`,
    );
    assert.equal(knownWords(bands, 1), `${said} Review about 61 random cards to know it within 10 points.`);
    assert.equal(knownWords({ ...bands, guess: false, words: "from 40 random cards" }, 0), "from 40 random cards");
  });

  it("tell a quantity as far as it is known", () => {
    const estimate = { guess: false };
    const values = (told) => [told.value, told.note, told.readout, told.vague];
    assert.deepEqual(values(quantityWords(guess, null)), ["not known here", "too few samples", "", true]);
    const range = { low: 0.21, high: 0.58, point: null };
    assert.deepEqual(values(quantityWords(guess, range)), [
      "20 % to 60 %",
      "a guess",
      "somewhere between 20 % and 60 %",
      true,
    ]);
    assert.deepEqual(values(quantityWords(estimate, range)), [
      "21 % to 58 %",
      "too few random cards here",
      "21 % to 58 %",
      true,
    ]);
    const known = { ...range, point: 0.4 };
    assert.deepEqual(values(quantityWords(estimate, known)), [
      "40 %",
      "21 % to 58 %, estimated",
      "40 % (21 % to 58 %)",
      false,
    ]);
  });
});

describe("the chosen threshold", () => {
  it("is sent again, ever more rarely, until the server says that it acted on it", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const [sent, told] = [[], []];
    const messages = new Messages(
      (message) => sent.push(message),
      (words) => told.push(words),
      "Threshold saved",
    );
    messages.choose({ threshold: 0.4 });
    assert.deepEqual([sent.length, sent[0].threshold, sent[0].attempt], [1, 0.4, 1]);
    t.mock.timers.tick(2999);
    assert.equal(sent.length, 1);
    t.mock.timers.tick(1);
    assert.equal(sent.length, 2);
    t.mock.timers.tick(6000);
    assert.deepEqual(
      sent.map((one) => one.attempt),
      [1, 2, 3],
    );
    assert.equal(new Set(sent.map((one) => one.stamp)).size, 1);
    assert.equal(messages.answered("of another message"), false);
    assert.equal(messages.answered(sent[0].stamp), true);
    t.mock.timers.tick(100_000);
    assert.equal(sent.length, 3);
    assert.deepEqual(told, [
      "Saving …",
      "Not saved yet, trying again …",
      "Not saved yet, trying again …",
      "Threshold saved",
    ]);
  });

  it("gives way to a newer one", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const sent = [];
    const messages = new Messages(
      (message) => sent.push(message),
      () => {},
      "",
    );
    messages.choose({ threshold: 0.4 });
    messages.choose({ threshold: 0.6 });
    assert.equal(messages.answered(sent[0].stamp), false);
    t.mock.timers.tick(3000);
    assert.deepEqual(
      sent.map((one) => one.threshold),
      [0.4, 0.6, 0.6],
    );
  });
});

describe("an end of an interval", () => {
  const bands = /** @type {import("../../pages/shared/threshold/browser/told.d.ts").Bands} */ (
    /** @type {unknown} */ ({ guess: false })
  );
  it("speaks where the other reaches to all or nothing", () => {
    assert.equal(quantityWords(bands, { low: 0.5, high: 1, point: 0.93 }).value, "at least 50 %");
    assert.equal(quantityWords(bands, { low: 0.5, high: 1, point: 0.93 }).note, "best value 93 %, estimated");
    assert.equal(quantityWords(bands, { low: 0, high: 0.2, point: 0.05 }).value, "at most 20 %");
    assert.equal(quantityWords(bands, { low: 0.4, high: 0.6, point: 0.5 }).value, "50 %");
  });
  it("is told as known where nothing is left to estimate", () => {
    assert.equal(quantityWords(bands, { low: 0.531, high: 0.531, point: 0.531 }).note, "known exactly");
  });
});
