// Labels at fixed keys, where a card offers others each time: pinned ones, and the last one again.
/** @import { LabelsAtHand } from "./deciding/labels_at_hand.js" */
/** @import { Named } from "./told.d.ts" */
import { el } from "../../browser/dom.js";
import { keycap } from "./telling.js";

export class Pins {
  /**
   * @param {LabelsAtHand} hand
   * @param {{ pickPinned: (place: number) => void, repeat: () => void }} acts
   * @param {boolean} wanted there are more labels than a card offers
   */
  constructor(hand, acts, wanted) {
    this.hand = hand;
    this.acts = acts;
    this.node = el("div", { class: "pins", role: "group", "aria-label": "Pinned labels", hidden: !wanted });
    this.show();
  }

  /** @param {Named[]} labels decided for just now */
  used(labels) {
    this.hand.used(labels);
    this.show();
  }

  show() {
    const pinned = this.hand.pins.map(
      (one, place) => one && pin(`⇧${place + 1}`, one.name, () => this.acts.pickPinned(place)),
    );
    const names = this.hand.last.map((one) => one.name).join(" + ");
    this.node.replaceChildren(
      ...pinned.filter((one) => one !== null),
      ...(names ? [pin(".", names, this.acts.repeat)] : []),
    );
  }
}

/** @param {string} key @param {string} name @param {() => void} run */
function pin(key, name, run) {
  return el(
    "button",
    { type: "button", class: "verdict pin", onclick: run },
    keycap(key),
    el("span", { class: "name" }, name),
  );
}
