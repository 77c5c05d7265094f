// A sample of the grid, large.
/** @import { GridCell } from "../told.d.ts" */
import { el, say, thumbnail } from "../../../browser/dom.js";
import { Sheet } from "./sheets.js";

const SMALL = 256; // pixels: up to here scaled without blur

export class Peek extends Sheet {
  constructor() {
    const shot = el("div", { class: "large" });
    const words = el("p", { class: "quiet" });
    super("Enlarged", "v", shot, words);
    this.shot = shot;
    this.words = words;
    this.node.classList.add("peek");
  }

  /** @param {GridCell} told @param {string} base the app's address */
  start({ full, given, suggested, suspicion, sample_id }, base) {
    const image = full ? thumbnail(base + full) : null;
    image?.addEventListener("load", () => image.classList.toggle("pixels", image.naturalWidth <= SMALL));
    this.shot.replaceChildren(image || "This picture cannot be shown.");
    const doubt = suggested.code === given.code ? "" : `, the experts suggest ${suggested.name}`;
    say(this.words, `Labelled ${given.name}${doubt}  ·  suspicion ${suspicion.toFixed(2)}  ·  ${sample_id}`);
    this.show();
  }
}
