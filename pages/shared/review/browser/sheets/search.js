// Type-to-search over all classes.
/** @import { LabelsAtHand } from "../deciding/labels_at_hand.js" */
/** @import { Named } from "../told.d.ts" */
import { el, say } from "../../../browser/dom.js";
import { Sheet, stepped } from "./sheets.js";

const MOST_SHOWN = 8;

/** @typedef {Named & { low: string }} Searched low: the name in small letters */

export class Search extends Sheet {
  /**
   * @param {() => Promise<string[]>} fetchNames
   * @param {(one: Named) => void} pick
   * @param {LabelsAtHand} hand
   */
  constructor(fetchNames, pick, hand) {
    const input = searchField();
    const list = el("ul", { id: "found", role: "listbox", "aria-label": "Labels found" });
    const count = el("p", { class: "quiet", role: "status" });
    super("Another label", "/", input, list, count);
    this.input = input;
    this.list = list;
    this.count = count;
    this.fetchNames = fetchNames;
    this.pick = pick;
    this.hand = hand;
    this.pinned = () => {};
    /** @type {Searched[] | null} */
    this.names = null;
    /** @type {Searched[]} */
    this.found = [];
    this.place = 0;
    this.pointed = false; // somebody has seen which label Enter takes
    this.node.classList.add("search");
    input.addEventListener("input", () => this.look());
    input.addEventListener("keydown", (event) => this.key(event));
  }

  async start() {
    this.input.value = "";
    this.show(this.input);
    if (!this.names) {
      say(this.count, "Fetching the labels ...");
      try {
        this.names = (await this.fetchNames()).map((name, code) => ({ name, code, low: name.toLowerCase() }));
      } catch {
        return say(this.count, "The labels could not be fetched. Close this and try again.");
      }
    }
    this.look();
  }

  get text() {
    return this.input.value.trim().toLowerCase();
  }

  look() {
    const names = this.names ?? [];
    const all = this.ordered(matching(names, this.text));
    this.found = all.slice(0, MOST_SHOWN);
    this.place = 0;
    this.pointed = this.found.length === 1 || this.found[0]?.low === this.text;
    say(this.count, `${all.length.toLocaleString("en")} of ${names.length.toLocaleString("en")} labels`);
    this.draw();
  }

  /** Before anything is typed, labels at hand come first. @param {Searched[]} names */
  ordered(names) {
    if (this.text) return names;
    const codes = this.hand.first.map((one) => one.code);
    const near = codes.flatMap((code) => names.filter((one) => one.code === code));
    return [...near, ...names.filter((one) => !codes.includes(one.code))];
  }

  draw() {
    this.list.replaceChildren(...this.found.map((one, place) => this.line(one, place)));
    this.input.setAttribute("aria-activedescendant", this.found.length ? `found-${this.place}` : "");
  }

  /** @param {Searched} one @param {number} place */
  line(one, place) {
    const selected = String(place === this.place);
    const told = { role: "option", id: `found-${place}`, "aria-selected": selected, onclick: () => this.choose(place) };
    return el("li", told, el("span", {}, one.name), this.pinOf(one));
  }

  /** Which key a label is pinned to; a click pins it or frees the key. @param {Searched} one */
  pinOf(one) {
    const at = this.hand.keyOf(one.code);
    const click = (/** @type {MouseEvent} */ event) => {
      event.stopPropagation();
      this.togglePin(one);
    };
    return el(
      "span",
      { class: at === null ? "pinning" : "pinning pinned", onclick: click },
      at === null ? "pin" : `⇧${at + 1}`,
    );
  }

  /** @param {Searched} one */
  togglePin(one) {
    const room = this.hand.toggle(one);
    this.draw();
    this.pinned();
    if (!room) say(this.count, "All nine keys are taken. Shift + Enter on a pinned label frees its key.");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "/" && !this.text) {
      event.preventDefault();
      return this.close();
    }
    if (!this.found.length) return;
    const place = stepped(event.key, this.place);
    if (place !== undefined) {
      this.place = (place + this.found.length) % this.found.length;
      this.pointed = true;
      this.draw();
      event.preventDefault();
    } else if (event.key === "Enter" && !event.repeat) {
      event.preventDefault();
      event.stopPropagation();
      const one = this.found[this.place];
      if (event.shiftKey && one) this.togglePin(one);
      else if (this.pointed) this.choose(this.place);
      else this.askAgain();
    }
  }

  /** Several match: which one Enter would take is said before it is taken. */
  askAgain() {
    this.pointed = true;
    say(
      this.count,
      `Several labels match. Enter again decides "${this.found[this.place]?.name}"; arrows choose another.`,
    );
  }

  /** @param {number} place */
  choose(place) {
    const one = this.found[place];
    this.close();
    if (one) this.pick(one);
  }
}

function searchField() {
  return el("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": "Search all labels",
    placeholder: "Type a part of the label",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "found",
  });
}

/**
 * Names that begin with the text, then those with a word that does, then the rest that contain it.
 * @param {Searched[]} names
 * @param {string} text
 */
export function matching(names, text) {
  const ranks = names.map((one) => rank(one.low, text));
  return [0, 1, 2].flatMap((wanted) => names.filter((_, place) => ranks[place] === wanted));
}

/**
 * 0: begins with the text; 1: a word of it does; 2: contains it; null: does not.
 * @param {string} name
 * @param {string} text
 */
function rank(name, text) {
  const at = text ? name.indexOf(text) : 0;
  if (at < 0) return null;
  if (at === 0) return 0;
  return /[\s_,-]/.test(name[at - 1] ?? "") ? 1 : 2;
}
