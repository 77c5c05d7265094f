// Messages on the last card: what colleagues wrote, and a note, a question or an answer of one's own.
/** @import { Message } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { sentenceOf } from "../deciding/connection.js";
import { Sheet } from "./sheets.js";

/** @type {[Message["kind"], string][]} */
const KINDS = [
  ["note", "Keep as a note"],
  ["question", "Ask"],
  ["answer", "Answer"],
];

export class Talk extends Sheet {
  /** @param {(kind: Message["kind"], text: string) => Promise<void>} send */
  constructor(send) {
    const told = el("ul", { class: "messages" });
    const area = el("textarea", { rows: "3", maxlength: "2000", "aria-label": "Message on the last card" });
    const problem = el("p", { class: "quiet", role: "status" });
    const buttons = KINDS.map(([kind, words]) =>
      el("button", { type: "button", class: "verdict", "data-kind": kind, onclick: () => this.send(kind) }, words),
    );
    super("Messages on the last card", "k", told, area, el("div", { class: "verdicts" }, ...buttons), problem);
    this.told = told;
    this.area = area;
    this.problem = problem;
    this.post = send;
    this.node.classList.add("note");
  }

  /** @param {Message[]} messages */
  start(messages) {
    this.told.replaceChildren(...messages.map((one) => el("li", {}, el("b", {}, `${one.kind}: `), one.text)));
    say(this.problem, "Seen by those who decided this card, and by whoever settles it.");
    this.show(this.area);
  }

  /** @param {Message["kind"]} kind */
  async send(kind) {
    if (!this.area.value.trim()) return say(this.problem, "Write something first.");
    try {
      await this.post(kind, this.area.value);
      this.area.value = "";
      this.close();
    } catch (problem) {
      say(this.problem, sentenceOf(problem, "The server does not answer; the message was not kept. Try again."));
    }
  }
}
