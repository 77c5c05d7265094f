// Which key does what in the grid.
/** @import { Grid } from "../grid.js" */
import { at } from "../../../browser/dom.js";
import { isUndo, notForUs } from "../window.js";
import { gridActs } from "./grid_view.js";

const ON_BUTTONS = "button, summary, a, [role=button], [role=tab], [role=option]";
const SAME = new Map([
  [" ", "v"],
  ["PageDown", "."],
  ["PageUp", ","],
  ["Backspace", "z"],
]); // keys without a button
const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);

export class GridKeys {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    this.listener = (/** @type {KeyboardEvent} */ event) => this.heard(event);
    this.listen();
  }

  listen() {
    addEventListener("keydown", this.listener, true);
  }

  /** @param {KeyboardEvent} event */
  heard(event) {
    if (isUndo(event)) return this.undo(event);
    if (notForUs(event)) return;
    const button = at(event, ON_BUTTONS);
    if (button && !button.closest(".cell") && (event.key === "Enter" || event.key === " ")) return;
    const act = this.action(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    const held = event.repeat && !event.key.startsWith("Arrow");
    if (held) this.grid.refuse("A held key decides once. Let go and press again.");
    else act();
  }

  /** @param {KeyboardEvent} event */
  undo(event) {
    event.preventDefault();
    if (!event.repeat) this.grid.undo();
  }

  /** @param {string} key @returns {(() => void) | undefined} */
  action(key) {
    const { view } = this.grid;
    const label = SAME.get(key) ?? key.toLowerCase();
    const open = view.sheets.find((sheet) => sheet.open);
    if (open === view.peek && label === "enter") return view.peek.openCard;
    if (open) return label === open.ownKey || key === "Escape" ? () => open.close() : undefined;
    const act = gridActs(this.grid).find((one) => one.key.toLowerCase() === label);
    if (act) return act.run;
    if (key === "Escape") return () => this.grid.preview(null);
    const [across, down] = ARROWS.get(key) ?? [];
    if (across === undefined || down === undefined) return undefined;
    return () => this.grid.move(across + down * view.columns);
  }

  close() {
    removeEventListener("keydown", this.listener, true);
  }
}
