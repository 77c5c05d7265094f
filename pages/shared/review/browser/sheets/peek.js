// A sample of the grid, large, and from there as a card.
/** @import { GridCell } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { fullPicture, wordsOf } from "../grid/loupe.js";
import { keycap } from "../telling.js";
import { Sheet } from "./sheets.js";

export class Peek extends Sheet {
  /** @param {() => void} openCard */
  constructor(openCard) {
    const shot = el("div", { class: "large" });
    const words = el("p", { class: "quiet" });
    const open = () => this.openCard();
    const button = el(
      "button",
      { type: "button", class: "verdict opens", onclick: open },
      keycap("Enter"),
      "Show as a card",
    );
    super("Enlarged", "v", shot, words, button);
    this.shot = shot;
    this.words = words;
    this.openCard = () => {
      this.close();
      openCard();
    };
    this.node.classList.add("peek");
  }

  /** @param {GridCell} told @param {string} base the app's address */
  start(told, base) {
    this.shot.replaceChildren(fullPicture(told, base) || "This picture cannot be shown.");
    say(this.words, wordsOf(told));
    this.show();
  }
}
