// Thresholds, counts and shares in words.
/** @import { Bands } from "./told.d.ts" */
import { counted, percent } from "../../browser/numbers.js";
import { nearest } from "../../browser/rising.js";
import { valueAt } from "./steps.js";

/** @typedef {{ low: number, high: number }} Interval */

const EXACT = 5e-5; // shares come with four decimals

/**
 * A guess is no better than to 5 %, outwards.
 * @param {Interval} guess
 * @param {string} joined
 */
export function guessed({ low, high }, joined) {
  const steps = [Math.floor(low * 20 + 1e-6), Math.ceil(high * 20 - 1e-6)];
  return steps.map((step) => `${step * 5} %`).join(joined);
}

/**
 * To two figures: a plan is not known better.
 * @param {number} count
 */
export function roughly(count) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(count, 1))) - 1);
  return Math.ceil(count / unit) * unit;
}

/** @param {number} threshold */
export function shown(threshold) {
  const words = String(Math.round(threshold * 1e4) / 1e4);
  return words.length < 4 ? threshold.toFixed(2) : words;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 && minutes % 60 ? `${hours} h ${minutes % 60} min` : `${counted(Math.round(minutes / 60))} h`;
}

/**
 * What is known of precision at a threshold, or what it takes to know it.
 * @param {Bands} bands
 * @param {number} threshold
 */
export function knownWords(bands, threshold) {
  if (!bands.guess) return bands.words;
  const guess = valueAt(bands.thresholds, bands.precision, threshold);
  if (!guess) return "";
  const said = `A guess before any review: precision is somewhere between ${guessed(guess, " and ")}.`;
  return `${said} ${cardsNeeded(bands, threshold)}`;
}

/** @param {Bands} bands @param {number} threshold */
function cardsNeeded(bands, threshold) {
  const at = nearest(bands.thresholds, threshold);
  const [precision, detection] = [bands.precision.cards[at] ?? null, bands.detection.cards[at] ?? null];
  if (precision === null) return "";
  const first = `Review about ${counted(roughly(precision))} random cards to know it within 10 points`;
  return detection === null ? `${first}.` : `${first}, about ${counted(roughly(detection))} for the detection rate.`;
}

/**
 * What a threshold asks of people: the cards of the queue, which are more than the flags where random ones are among
 * them, and the same time as in the figure below; and what is done of it.
 * @param {number} flagged
 * @param {number} reviewed of the flagged
 * @param {number} cards
 * @param {number} samples
 * @param {string} time
 */
export function askedWords(flagged, reviewed, cards, samples, time) {
  if (flagged && reviewed >= flagged)
    return `All ${counted(flagged)} flagged of ${counted(samples)} samples are reviewed.`;
  const done = reviewed ? `; ${counted(reviewed)} of the flagged are reviewed` : "";
  const random = cards > flagged ? ` and ${counted(cards - flagged)} random ones` : "";
  return `You review ${counted(flagged)} of ${counted(samples)} samples${random}, in about ${time}${done}.`;
}

/**
 * How many of the flags are right, in a sentence.
 * @param {Bands} bands
 * @param {import("./steps.js").Range | null} now
 */
export function precisionWords(bands, now) {
  if (!now) return "How many of the flagged ones hold a wrong label cannot be told here.";
  const held = "of the flagged ones hold a wrong label";
  if (bands.guess) return `Before any review the guess is that ${guessed(now, " to ")} ${held}.`;
  const range = `${percent(now.low, 0)} to ${percent(now.high, 0)}`;
  if (now.point === null) return `Of the flagged ones ${range} hold a wrong label.`;
  if (now.low === now.high) return `${percent(now.point, 0)} ${held}.`;
  return `About ${percent(now.point, 0)} ${held} (${range}).`;
}

/**
 * A quantity at a threshold. value and note: for its figure; readout: beside its curve; vague: no estimate.
 * @param {Bands} bands
 * @param {import("./steps.js").Range | null} now
 */
export function quantityWords(bands, now) {
  if (!now) return { value: "not known here", note: "too few samples", readout: "", vague: true };
  if (bands.guess) {
    const readout = `somewhere between ${guessed(now, " and ")}`;
    return { value: guessed(now, " to "), note: "a guess", readout, vague: true };
  }
  const range = `${percent(now.low, 0)} to ${percent(now.high, 0)}`;
  if (now.point === null) return { value: range, note: "too few random cards here", readout: range, vague: true };
  const point = percent(now.point, 0);
  if (now.high - now.low < EXACT) return { value: point, note: "known exactly", readout: point, vague: false };
  const bound = boundWords(now);
  if (bound) return { value: bound, note: `best value ${point}, estimated`, readout: bound, vague: false };
  return { value: point, note: `${range}, estimated`, readout: `${point} (${range})`, vague: false };
}

/**
 * Where an interval reaches to all or nothing, its other end speaks.
 * @param {Interval} now
 */
function boundWords({ low, high }) {
  if (high > 1 - EXACT) return `at least ${percent(low, 0)}`;
  return low < EXACT ? `at most ${percent(high, 0)}` : "";
}
