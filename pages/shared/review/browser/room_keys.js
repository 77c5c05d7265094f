// Which key does what in the review room.
/** @import { Room } from "./room.js" */
import { at } from "../../browser/dom.js";
import { isUndo, notForUs } from "./window.js";

/** @typedef {{ run: () => void, repeats?: boolean }} Action repeats: also while the key is held */

const PANS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
const ON_BUTTONS = "button, summary, a, [role=button], [role=tab], [role=option]";

export class RoomKeys {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const keyed = room.data.verdicts.filter((verdict) => verdict.key);
    this.verdicts = new Map(keyed.map((verdict) => [verdict.key.toLowerCase(), verdict.name]));
    this.listener = (/** @type {KeyboardEvent} */ event) => this.heard(event);
    addEventListener("keydown", this.listener, true);
  }

  /** @param {KeyboardEvent} event */
  heard(event) {
    if (isUndo(event)) return this.undo(event);
    if (notForUs(event)) return;
    const button = at(event, ON_BUTTONS);
    if (button && (event.key === "Enter" || event.key === " ")) {
      if (event.repeat && this.room.root.contains(button)) event.preventDefault(); // a held key decides once
      return;
    }
    if (event.key === "Escape") return this.room.escape();
    const act = this.pinned(event) ?? this.action(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !act.repeats) this.room.refuse("A held key decides once. Let go and press again.");
    else act.run();
  }

  /** @param {KeyboardEvent} event */
  undo(event) {
    if (this.room.sheets.open) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.room.undo();
  }

  /** Shift and a digit, whatever that types on this keyboard. @param {KeyboardEvent} event @returns {Action | undefined} */
  pinned(event) {
    const [, digit] = event.code.match(/^Digit([1-9])$/) ?? [];
    if (!event.shiftKey || !digit || !this.room.data.search || this.room.sheets.open) return undefined;
    return { run: () => this.room.pickPinned(Number(digit) - 1) };
  }

  /** @param {string} key @returns {Action | undefined} */
  action(key) {
    const { open } = this.room.sheets;
    if (open) return key === open.ownKey ? { run: () => open.close() } : undefined;
    return this.deciding(key) ?? this.named(key) ?? this.zooming(key);
  }

  /** @param {string} key @returns {Action | undefined} */
  deciding(key) {
    const { room } = this;
    const place = room.data.keys.indexOf(key);
    if (key.length === 1 && place >= 0) return { run: () => room.pickPlace(place) };
    if (room.view.question && /^[a-j]$/.test(key)) return { run: () => room.pickPlace(key.charCodeAt(0) - 97) };
    const verdict = this.verdicts.get(key);
    if (verdict) return { run: () => room.verdict(verdict) };
    return key === "Enter" && room.several ? { run: () => room.marking.confirm() } : undefined;
  }

  /** @param {string} key @returns {Action | undefined} */
  named(key) {
    const { room } = this;
    const opens = room.sheets.openers();
    const acts = new Map([
      ["/", opens.searchAll],
      ["t", opens.openNote],
      ["y", opens.openHistory],
      ["p", opens.openSession],
      ["v", opens.openVotes],
      ["r", opens.openGuide],
      ["k", opens.openTalk],
      ["?", opens.openHelp],
      ["w", opens.openMore],
      ["Backspace", room.undo],
      [".", room.repeat],
    ]);
    const run = acts.get(key);
    return run && { run };
  }

  /** @param {string} key @returns {Action | undefined} */
  zooming(key) {
    const { stage } = this.room.view;
    if (!stage) return undefined;
    const [x, y] = PANS[/** @type {keyof typeof PANS} */ (key)] ?? [];
    if (x !== undefined && y !== undefined) return { run: () => stage.pan(x, y), repeats: true };
    if (key === "+" || key === "=") return { run: () => stage.zoom(1.25), repeats: true };
    if (key === "-") return { run: () => stage.zoom(0.8), repeats: true };
    if (key === "i") return { run: () => stage.smoothen() };
    return key === "f" ? { run: () => stage.fit() } : undefined;
  }

  close() {
    removeEventListener("keydown", this.listener, true);
  }
}
