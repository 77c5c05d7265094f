// Labels of one card that are marked before they decide it together: all that fit, or answers that say the same.
/** @import { Room } from "../room.js" */
import { PICKED } from "./items.js";

const SAME = "grader_wrong";

/** The verdicts that marked labels may have. */
export const MARKED = ["several_fit", SAME];

export class Marking {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    /** @type {Map<number, string> | null} by code its name, while several may be marked */
    this.marked = null;
    /** @type {string | null} what the marked ones will say */
    this.verdict = null;
  }

  end() {
    this.marked = null;
    this.verdict = null;
  }

  /** Begins to mark; the same verdict again goes back. @param {string} verdict */
  toggle(verdict) {
    const begins = this.verdict !== verdict;
    this.marked = begins ? new Map() : null;
    this.verdict = begins ? verdict : null;
    const { view } = this.room;
    view.choices.mark([], begins);
    view.ask(this.room.promptWords());
    view.markSeveral(this.verdict);
  }

  /** @param {number} code @param {string} name */
  mark(code, name) {
    const { marked, room } = this;
    if (!marked) return;
    if (!marked.delete(code)) marked.set(code, name);
    room.view.choices.mark([...marked.keys()], true);
    const names = [...marked.values()].join(" + ");
    room.view.ask(names ? `${names}  —  Enter decides` : room.promptWords());
  }

  confirm() {
    if (!this.room.current()) return;
    const marked = this.marked ?? new Map();
    const same = this.verdict === SAME;
    if (same && marked.size < 2)
      return this.room.refuse("Mark two answers at least that say the same, or Esc goes back.");
    if (!marked.size) return this.room.refuse("Nothing is marked. Mark the labels that fit, or press M to go back.");
    this.room.decide(same ? SAME : PICKED, [...marked.keys()], [...marked.values()]);
  }
}
