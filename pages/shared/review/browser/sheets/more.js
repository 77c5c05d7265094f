// What is not needed on every card: the rarer verdicts, the other sheets, and what a swipe does.
/** @import { Act } from "../verdict_bar.js" */
/** @import { Swipes } from "../deciding/swipes.js" */
import { el } from "../../../browser/dom.js";
import { keycap } from "../telling.js";
import { Sheet } from "./sheets.js";

export class More extends Sheet {
  /**
   * @param {Act[]} acts
   * @param {Swipes} swipes
   */
  constructor(acts, swipes) {
    const lines = acts.map((act) => {
      const run = () => {
        this.close();
        act.run();
      };
      const meaning = el("span", { class: "meaning" }, act.meaning ?? "");
      return el(
        "button",
        { type: "button", class: "verdict", "data-more": act.name, onclick: run },
        keycap(act.key),
        el("b", {}, act.words),
        meaning,
      );
    });
    const settings = el("div", { class: "swipes" }, ...swipes.sides.map((side) => swipeField(side, swipes)));
    const words = el("p", { class: "quiet" }, "On a touch screen a swipe over the card can decide.");
    super("More", "w", el("div", { class: "acts" }, ...lines), words, settings);
    this.node.classList.add("more");
  }
}

/** @param {"left" | "right"} side @param {Swipes} swipes */
function swipeField(side, swipes) {
  const offered = swipes.offered.map(([name, words]) => el("option", { value: name }, words));
  const field = el("select", { "data-swipe": side }, ...offered);
  field.value = swipes.chosen[side];
  field.addEventListener("change", () => swipes.choose(side, field.value));
  return el("label", {}, side === "left" ? "Swipe left ←" : "Swipe right →", field);
}
