// Decisions as they are made, before they go to the outbox.
/** @import { Item } from "../told.d.ts" */

/** What the reviewer sends for "these labels fit"; the server makes a verdict of it. */
export const PICKED = "picked";

let turn = 0; // orders decisions of one millisecond

/**
 * A decision of this moment.
 * @param {Pick<Item, "sample_id" | "verdict" | "card" | "mode"> & Partial<Item>} told
 * @returns {Item}
 */
export function itemOf(told) {
  turn += 1;
  return { uuid: newUuid(), labels: [], note: "", seconds: 0, at: Date.now(), turn, ...told };
}

/**
 * Takes the decision with this uuid back.
 * @param {string} undoes
 * @param {Pick<Item, "sample_id" | "card" | "mode">} where
 */
export function undoOf(undoes, where) {
  return itemOf({ ...where, verdict: "undo", undoes });
}

/**
 * Takes a whole step of the grid back.
 * @param {[string, string][]} step uuid and sample id of each
 */
export function undosOf(step) {
  return step.map(([uuid, sample_id]) => undoOf(uuid, { sample_id, mode: "open", card: "grid" }));
}

/** Also where the page comes by plain HTTP, which knows no crypto.randomUUID. */
export function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x40); // version 4: random
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
