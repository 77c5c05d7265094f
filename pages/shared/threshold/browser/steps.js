// Values along the steps of the threshold.
/** @import { Band, ExplorerData } from "./told.d.ts" */
import { firstAtLeast, nearest } from "../../browser/rising.js";

/** @typedef {(number | null)[]} Known null where a value is not known */
/** @typedef {{ low: number, high: number, point: number | null }} Range */

/**
 * Samples flagged at a threshold; exact at the chosen one, elsewhere at the nearest step.
 * @param {ExplorerData} data
 * @param {number} threshold
 */
export function flaggedAt({ thresholds, flagged, chosen }, threshold) {
  if (threshold === chosen.threshold) return chosen.flagged;
  return flagged[nearest(thresholds, threshold)] ?? 0;
}

/**
 * How many of them are reviewed.
 * @param {ExplorerData} data
 * @param {number} threshold
 */
export function reviewedAt({ thresholds, reviewed, chosen }, threshold) {
  if (threshold === chosen.threshold) return chosen.reviewed;
  return reviewed[nearest(thresholds, threshold)] ?? 0;
}

/**
 * Stretches of places whose value is known.
 * @param {Known} values
 */
export function runsOf(values) {
  /** @type {number[][]} */
  const runs = [];
  values.forEach((value, place) => {
    if (value === null) return;
    const run = runs.at(-1);
    if (run?.at(-1) === place - 1) run.push(place);
    else runs.push([place]);
  });
  return runs;
}

/**
 * A band at one threshold, between its two nearest steps; null where it is not known.
 * @param {number[]} thresholds of the band, rising
 * @param {Band} band
 * @param {number} threshold
 * @returns {Range | null}
 */
export function valueAt(thresholds, band, threshold) {
  const right = firstAtLeast(thresholds, threshold);
  const left = right > 0 && (thresholds[right] ?? 0) > threshold ? right - 1 : right;
  const [from, to] = [thresholds[left] ?? 0, thresholds[right] ?? 0];
  const share = to > from ? (threshold - from) / (to - from) : 0;
  const [low, high, point] = [band.low, band.high, band.points].map((values) => {
    const [a, b] = [values[left] ?? null, values[right] ?? null];
    return a === null || b === null ? (a ?? b) : a + share * (b - a);
  });
  return low === null || high === null || low === undefined || high === undefined
    ? null
    : { low, high, point: point ?? null };
}

/** @typedef {"root" | "log"} Scale */

/**
 * Counts to mark on the histogram.
 * @param {number} highest
 * @param {Scale} scale
 */
export function countTicks(highest, scale) {
  if (scale === "log") return powersOfTen(highest);
  const ticks = [0.04, 0.25, 0.64].map((share) => niceBelow(highest * share));
  return [...new Set(ticks)];
}

/** @param {number} highest */
function powersOfTen(highest) {
  const powers = [];
  for (let power = 1; power <= highest; power *= 10) powers.push(power);
  return powers;
}

/** @param {number} value */
function niceBelow(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const first = [5, 2].find((digit) => value >= digit * power) ?? 1;
  return first * power;
}
