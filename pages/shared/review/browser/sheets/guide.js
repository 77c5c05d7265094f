// How to decide: the guidelines of the dataset and of its classes, each with the cards pinned as examples.
/** @import { Answered, Example, Guideline } from "../told.d.ts" */
import { el, say, thumbnail } from "../../../browser/dom.js";
import { plainText, shortened, textNodes } from "../question_text.js";
import { Sheet } from "./sheets.js";

const NONE = "Nobody has written guidelines yet. A maintainer does, on the Settle page under Team.";

export class Guide extends Sheet {
  constructor() {
    const body = el("div", { class: "guide", role: "status" });
    super("Guidelines", "r", body);
    this.body = body;
  }

  /** @param {() => Promise<Answered["guidelines"]>} fetchGuidelines @param {string} base the app's address */
  async start(fetchGuidelines, base) {
    say(this.body, "Reading …");
    this.show();
    try {
      const { guidelines } = await fetchGuidelines();
      if (guidelines.length) this.body.replaceChildren(...guidelines.flatMap((one) => guidelineNodes(one, base)));
      else say(this.body, NONE);
    } catch {
      say(this.body, "The server does not answer. Close this and try again.");
    }
  }
}

/** @param {Guideline} guideline @param {string} base @returns {HTMLElement[]} */
export function guidelineNodes({ about, text, examples }, base) {
  const shown = examples.map((one) => exampleNode(one, base));
  return [
    el("h3", {}, about || "The whole dataset"),
    ...textNodes(text),
    ...(shown.length ? [el("div", { class: "pinned" }, ...shown)] : []),
  ];
}

/** @param {Example} example @param {string} base */
function exampleNode({ sample_id, thumb, stem }, base) {
  const words = stem ? shortened(plainText(stem), 200) : "";
  return el("span", { class: "example", title: sample_id }, thumb ? thumbnail(base + thumb) : words || sample_id);
}
