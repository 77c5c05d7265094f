// The paper's rule beside the default: every K and tau is counted beforehand, so the sliders need no server.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { PaperData, Quantity, Table } from "./told.d.ts" */
import { part, say } from "../../browser/dom.js";
import { counted, percent } from "../../browser/numbers.js";
import { nearest } from "../../browser/rising.js";
import { QUANTITIES } from "./plot.js";

/** @typedef {[number, number]} Setting K - 1 and tau in hundredths */
/** @typedef {{ value: string, note?: string, vague?: boolean }} Told */

const NONE = { value: "–" };
const NOT_KNOWN = { value: "not known yet", vague: true };

/** @type {WeakMap<ParentNode, string>} run whose settings a root shows */
const shownRuns = new WeakMap();

/** @param {Component<PaperData, never>} component */
export default function mount({ data, parentElement: root }) {
  /** @type {HTMLInputElement} */
  const agree = part(root, "[data-slider=agree]");
  /** @type {HTMLInputElement} */
  const tau = part(root, "[data-slider=tau]");
  if (shownRuns.get(root) !== data.run) {
    shownRuns.set(root, data.run);
    agree.max = String(data.flagged.length);
    agree.value = String(data.agree);
    tau.value = String(data.tau);
  }
  const show = () => draw(root, data, [Number(agree.value) - 1, Number(tau.value)]);
  agree.oninput = tau.oninput = show;
  show();
}

/** @param {ParentNode} root @param {PaperData} data @param {Setting} setting */
function draw(root, data, setting) {
  const flagged = of(data.flagged, setting) ?? 0;
  nameSliders(root, data.flagged.length, setting);
  const threshold = of(data.thresholds, setting) ?? 0;
  const byPaper = { value: counted(flagged), note: `${percent(flagged / data.samples)} of the samples` };
  const byDefault = { value: counted(flagged), note: `threshold ${threshold.toFixed(4)}` };
  cell(root, "paper", "flags", byPaper);
  cell(root, "default", "flags", flagged ? byDefault : NONE);
  for (const quantity of QUANTITIES) {
    cell(root, "paper", quantity, flagged ? estimated(data.paper?.[quantity], setting) : NONE);
    const known = data.default ? estimated(data.default[quantity], setting) : guessed(data, quantity, threshold);
    cell(root, "default", quantity, flagged ? known : NONE);
  }
  const shared = of(data.shared, setting) ?? 0;
  const both = `Flagged by both: ${counted(shared)} samples, ${percent(shared / flagged)} of them. `;
  say(part(root, ".foot"), flagged ? both + data.words : data.words);
}

/**
 * @template Value
 * @param {Value[][]} table
 * @param {Setting} setting
 */
function of(table, [k, tau]) {
  return table[k]?.[tau];
}

/** @param {ParentNode} root @param {number} experts @param {Setting} setting */
function nameSliders(root, experts, [k, tau]) {
  const agreeing = `K: at least ${k + 1} of ${experts} ${experts === 1 ? "expert agrees" : "experts agree"}`;
  const sure = `tau: each at least ${(tau / 100).toFixed(2)} sure`;
  for (const [slider, words] of Object.entries({ agree: agreeing, tau: sure })) {
    const input = part(root, `[data-slider=${slider}]`);
    input.setAttribute("aria-valuetext", words);
    say(part(/** @type {HTMLElement} */ (input.parentElement), ".name"), words);
  }
}

/**
 * An estimate and its interval.
 * @param {Table | undefined} table
 * @param {Setting} setting
 * @returns {Told}
 */
function estimated(table, setting) {
  const low = table && of(table.low, setting);
  const high = table && of(table.high, setting);
  if (low === undefined || low === null || high === undefined || high === null) return NOT_KNOWN;
  const range = `${Math.round(low * 100)} to ${Math.round(high * 100)} %`;
  const point = table && of(table.points, setting);
  if (point === undefined || point === null) return { value: range, note: "too few random cards", vague: true };
  return { value: `${Math.round(point * 100)} %`, note: range };
}

/**
 * The default's guess at the threshold that flags as many.
 * @param {PaperData} data
 * @param {Quantity} quantity
 * @param {number} threshold
 * @returns {Told}
 */
function guessed({ bands }, quantity, threshold) {
  if (!bands) return NOT_KNOWN;
  const at = nearest(bands.thresholds, threshold);
  const [low, high] = [bands[quantity].low[at] ?? null, bands[quantity].high[at] ?? null];
  if (low === null || high === null) return NOT_KNOWN;
  return { value: `${Math.round(low * 100)} to ${Math.round(high * 100)} %`, note: "a guess", vague: true };
}

/** @param {ParentNode} root @param {string} side @param {string} name @param {Told} told */
function cell(root, side, name, { value, note = "", vague = false }) {
  const place = part(root, `[data-side=${side}] [data-cell=${name}]`);
  const shown = part(place, ".value");
  say(shown, value);
  shown.classList.toggle("vague", vague);
  say(part(place, ".note"), note);
}
