// The right answer in the reviewer's own words, where none that is shown is right.
import { el } from "../../../browser/dom.js";
import { Sheet } from "./sheets.js";

export class RightAnswer extends Sheet {
  /** @param {(text: string) => void} decide */
  constructor(decide) {
    const field = el("input", {
      type: "text",
      maxlength: "400",
      "aria-label": "The right answer",
      autocomplete: "off",
    });
    const words = "None that is shown is right. Enter decides the card with this answer, Esc goes back.";
    super("Right is …", "n", field, el("p", { class: "quiet" }, words));
    this.field = field;
    this.node.classList.add("note");
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      const text = this.field.value.trim();
      if (!text) return;
      this.close();
      decide(text);
    });
  }

  write() {
    this.field.value = "";
    this.show(this.field);
  }
}
