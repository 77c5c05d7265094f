// Labels that a reviewer wants again: pinned to a key of their own, used lately, and the last one.
/** @import { Named } from "../told.d.ts" */

export const MOST_PINS = 9;
const MOST_RECENT = 5;

export class LabelsAtHand {
  /** @param {string} identity workspace, run and reviewer: pins stay from run to run */
  constructor(identity) {
    this.place = `second-opinion:labels:${identity.replace(/:[^:]*:/, ":")}`;
    const { pins, recent } = stored(this.place);
    /** @type {(Named | null)[]} by key; a key that was freed stays free */
    this.pins = pins;
    /** @type {Named[]} latest first */
    this.recent = recent;
    /** @type {Named[]} what the last card was labelled */
    this.last = [];
  }

  /** @param {Named[]} labels that were just decided for */
  used(labels) {
    this.last = labels;
    const codes = new Set(labels.map((one) => one.code));
    this.recent = [...labels, ...this.recent.filter((one) => !codes.has(one.code))].slice(0, MOST_RECENT);
    this.keep();
  }

  /**
   * Pins a label to the first free key, or frees its key; whether there was one.
   * @param {Named} label
   */
  toggle({ code, name }) {
    const at = this.keyOf(code);
    const free = this.pins.indexOf(null);
    if (at !== null) this.pins[at] = null;
    else if (free >= 0) this.pins[free] = { code, name };
    else if (this.pins.length < MOST_PINS) this.pins.push({ code, name });
    else return false;
    this.keep();
    return true;
  }

  /** @param {number} code @returns {number | null} */
  keyOf(code) {
    const at = this.pins.findIndex((one) => one?.code === code);
    return at < 0 ? null : at;
  }

  /** Pinned ones, then recent ones. */
  get first() {
    const pinned = this.pins.filter((one) => one !== null);
    return [...pinned, ...this.recent.filter((one) => this.keyOf(one.code) === null)];
  }

  keep() {
    try {
      localStorage.setItem(this.place, JSON.stringify({ pins: this.pins, recent: this.recent }));
    } catch {
      // kept until the page is left
    }
  }
}

/** @param {string} place @returns {{ pins: (Named | null)[], recent: Named[] }} */
function stored(place) {
  try {
    const { pins = [], recent = [] } = JSON.parse(localStorage.getItem(place) ?? "{}");
    return { pins, recent };
  } catch {
    return { pins: [], recent: [] };
  }
}
