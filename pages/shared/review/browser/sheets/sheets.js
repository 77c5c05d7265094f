// Sheets: small windows over the page that keep the card where it is. One at a time; each closes by Esc, its button, a
// click outside and its own key, and holds the focus while it is open.
/** @import { Child } from "../../../browser/dom.js" */
import { el } from "../../../browser/dom.js";

export class Sheet {
  /**
   * @param {string} title
   * @param {string} key that opens it, and closes it again
   * @param {Child[]} content
   */
  constructor(title, key, ...content) {
    this.ownKey = key;
    this.title = el("h2", {}, title);
    const told = { type: "button", class: "close", "aria-label": "Close", title: "Close (Esc)" };
    const close = el("button", { ...told, onclick: () => this.close() }, "✕");
    const head = el("div", { class: "head" }, this.title, close);
    this.node = el(
      "dialog",
      { class: "sheet", "aria-label": title, "aria-modal": "true", tabindex: "-1" },
      head,
      ...content,
    );
    this.opens = () => {};
    this.closed = () => {};
    this.node.addEventListener("close", () => this.closed());
    this.node.addEventListener("click", (event) => {
      if (event.target === this.node && isOutside(event, this.node.getBoundingClientRect())) this.close();
    });
  }

  get open() {
    return this.node.open;
  }

  /** @param {HTMLElement} [focused] */
  show(focused) {
    this.opens();
    if (!this.open) this.node.showModal();
    (focused || this.node).focus();
  }

  close() {
    if (this.open) this.node.close();
  }
}

/** @param {MouseEvent} event @param {DOMRect} box */
function isOutside({ clientX, clientY }, box) {
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/**
 * Lets at most one of these be open.
 * @param {Sheet[]} sheets
 */
export function oneAtATime(sheets) {
  for (const sheet of sheets) {
    sheet.opens = () => {
      for (const other of sheets) if (other !== sheet) other.close();
    };
  }
}

export class Help extends Sheet {
  /** @param {string[][]} lines key, words and meaning of each */
  constructor(lines) {
    const rows = lines.map(([key, words, meaning]) =>
      el("div", { class: "line" }, el("kbd", {}, key), el("b", {}, words), el("span", {}, meaning)),
    );
    const foot = el("p", { class: "quiet" }, "The same keys always do the same. Esc closes this.");
    super("Keys", "?", el("div", { class: "lines" }, ...rows), foot);
    this.node.classList.add("keys");
  }
}

export class Note extends Sheet {
  constructor() {
    const area = el("textarea", { rows: "4", maxlength: "2000", "aria-label": "Note on this card" });
    const words = "Saved with your decision. Enter or Esc goes back, Shift + Enter begins a new line.";
    super("Note on this card", "t", area, el("p", { class: "quiet" }, words));
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
