// Own decisions, latest first; choosing one brings its card back.
/** @import { Card, Decided } from "../told.d.ts" */
import { el, say, thumbnail } from "../../../browser/dom.js";
import { PICKED } from "../deciding/items.js";
import { labelWords, plainText, shortened } from "../question_text.js";
import { Sheet, stepped } from "./sheets.js";

const MOST_LINES = 200;
const OF_LABELS = [PICKED, "keep", "relabel", "several_fit"];

/**
 * @typedef {Decided & {uuid: string, sample_id: string, seq?: number, stem?: string, thumb?: string | null, step?: [string, string][],
 *   own?: Card}} Entry as the server tells it (PastDecision), or made here: then ``own`` is the card it was made on
 */

export class History extends Sheet {
  /**
   * @param {Record<string, string>} words by verdict
   * @param {(entry: Entry) => void} jump
   */
  constructor(words, jump) {
    const list = el("ul", { role: "listbox", "aria-label": "Your decisions", tabindex: "0" });
    const more = el("p", { class: "quiet", role: "status" });
    super("Your decisions", "y", list, more);
    this.list = list;
    this.more = more;
    this.words = words;
    this.jump = jump;
    /** @type {Entry[]} */
    this.entries = [];
    this.place = 0;
    this.node.classList.add("history");
    list.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Entry[]} entries @param {string} base the app's address */
  start(entries, base) {
    this.entries = entries.slice(0, MOST_LINES);
    this.place = 0;
    this.list.replaceChildren(...this.entries.map((entry, place) => this.line(entry, place, base)));
    const words = "Enter or a click brings the card back; a new decision replaces the old one.";
    say(this.more, this.entries.length ? words : "Nothing decided yet.");
    this.mark();
    this.show(this.list);
  }

  /** @param {Entry} entry @param {number} place @param {string} base */
  line(entry, place, base) {
    const thumb = entry.thumb || entry.own?.picture?.thumb;
    const picture = el("span", { class: "thumb" }, thumb ? thumbnail(base + thumb) : null);
    const what = el("b", {}, entry.step ? `${entry.step.length} in the grid` : said(entry, this.words));
    const lines = el("span", { class: "lines" }, what, el("span", { class: "told" }, aboutWords(entry)));
    return el("li", { role: "option", id: `past-${place}`, onclick: () => this.choose(place) }, picture, lines);
  }

  mark() {
    [...this.list.children].forEach((line, place) => {
      line.setAttribute("aria-selected", String(place === this.place));
    });
    this.list.setAttribute("aria-activedescendant", this.entries.length ? `past-${this.place}` : "");
    this.list.children[this.place]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const place = stepped(event.key, this.place);
    if (place !== undefined && this.entries.length) {
      this.place = Math.min(this.entries.length - 1, Math.max(0, place));
      this.mark();
    } else if (event.key === "Enter" && !event.repeat) this.choose(this.place);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} place */
  choose(place) {
    const entry = this.entries[place];
    this.close();
    if (entry) this.jump(entry);
  }
}

/** What a line tells beside the decision: the note, the question's beginning, else the sample's id. @param {Entry} entry */
function aboutWords({ note, stem, own, sample_id }) {
  const question = stem || (own?.stem ? plainText(own.stem) : "");
  return [note && `✎ ${note}`, question ? shortened(question, 110) : !note && sample_id].filter(Boolean).join("  ·  ");
}

/**
 * A decision in words: by its labels where the verdict follows from them, as the server makes one of what was picked.
 * @param {Decided} decided
 * @param {Record<string, string>} words by verdict
 */
export function said(decided, words) {
  const names = decided.labels.map((one) => labelWords(undefined, one)).join(" + ");
  if (names && OF_LABELS.includes(decided.verdict)) return names;
  const verdict = words[decided.verdict] ?? "";
  return names ? `${verdict}: ${names}` : verdict;
}
