// Help and note: small sheets over the page that keep the card where it is.
/** @import { Child } from "../../../browser/dom.js" */
import { el } from "../../../browser/dom.js";

export class Sheet {
  /** @param {string} title @param {Child[]} content */
  constructor(title, ...content) {
    this.node = el("div", { class: "sheet", role: "dialog", "aria-label": title, hidden: true }, ...content);
    this.closed = () => {};
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    });
  }

  get open() {
    return !this.node.hidden;
  }

  /** @param {HTMLElement} [focused] */
  show(focused) {
    this.node.hidden = false;
    (focused || this.node).focus();
  }

  close() {
    if (!this.open) return;
    this.node.hidden = true;
    this.closed();
  }
}

export class Help extends Sheet {
  /** @param {string[][]} lines key, words and meaning of each */
  constructor(lines) {
    const rows = lines.map(([key, words, meaning]) =>
      el("div", { class: "line" }, el("kbd", {}, key), el("b", {}, words), el("span", {}, meaning)),
    );
    const foot = el("p", { class: "quiet" }, "The same keys always do the same. Esc closes this.");
    super("Keys", el("h2", {}, "Keys"), el("div", { class: "lines" }, ...rows), foot);
    this.node.classList.add("keys");
    this.node.tabIndex = -1;
  }
}

export class Note extends Sheet {
  constructor() {
    const area = el("textarea", { rows: "4", maxlength: "2000", "aria-label": "Note on this card" });
    const words = "Saved with your decision. Enter or Esc goes back, Shift + Enter begins a new line.";
    super("Note", el("h2", {}, "Note on this card"), area, el("p", { class: "quiet" }, words));
    this.area = area;
    this.node.classList.add("note");
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      }
    });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
  }

  write() {
    this.show(this.area);
  }
}

/**
 * The place in a list that an arrow key leads to; undefined for other keys.
 * @param {string} key
 * @param {number} place
 */
export function stepped(key, place) {
  if (key === "ArrowDown") return place + 1;
  return key === "ArrowUp" ? place - 1 : undefined;
}
