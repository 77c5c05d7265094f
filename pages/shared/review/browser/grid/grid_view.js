// What the grid looks like: the page of thumbnails, and what the plan would make of each.
/** @import { Grid } from "../grid.js" */
/** @import { GridPage, Cell, Fate, Plan } from "./grid_page.js" */
/** @import { GridData } from "../told.d.ts" */
import { el, part, say } from "../../../browser/dom.js";
import { suggestedLabel } from "../opinions.js";
import { onwardLinks } from "../sheets/closing.js";
import { Peek } from "../sheets/peek.js";
import { Help, oneAtATime } from "../sheets/sheets.js";
import { keycap, namedNode, Progress, Saving, Toast } from "../telling.js";
import { fillWindow } from "../window.js";
import { Loupe } from "./loupe.js";

const GAP = 8;
const CAPTION = 20;
const [NARROWEST, WIDEST] = [56, 280];
const NOTHING = "Nothing here waits for your decision: all is decided, or others have it before them.";

/**
 * @typedef {object} Act a key and a button that do the same
 * @property {string} key
 * @property {string} words
 * @property {string} name
 * @property {() => void} run
 */

export class GridView {
  /** @param {Node} root @param {GridData} data @param {Act[]} acts @param {() => void} openCard */
  constructor(root, data, acts, openCard) {
    this.data = data;
    this.progress = new Progress();
    this.saving = new Saving();
    this.toast = new Toast();
    this.area = el("div", { class: "cells", role: "group", "aria-label": "Samples" });
    this.shared = el("h2", { class: "shared" });
    this.prompt = el("p", { class: "prompt", role: "status" });
    this.where = el("span", { class: "where" });
    this.help = new Help(KEYS);
    this.peek = new Peek(openCard);
    this.loupe = new Loupe();
    /** @type {(href: string) => void} */
    this.draw = () => {};
    this.sheets = [this.help, this.peek];
    oneAtATime(this.sheets);
    this.buttons = el("div", { class: "verdicts", role: "group", "aria-label": "Decide" }, ...acts.map(button));
    const named = namedNode(data.card.about);
    const header = el("header", {}, this.progress.count, this.where, named, this.saving.node);
    const sheets = this.sheets.map((sheet) => sheet.node);
    const heading = el("div", { class: "heading" }, this.shared, this.prompt);
    const below = [heading, this.area, this.buttons, this.toast.node, this.loupe.node, ...sheets];
    const title = el("h1", { class: "unseen" }, "Review");
    this.node = el("div", { class: "room grid", tabindex: "-1" }, title, header, this.progress.bar, ...below);
    root.appendChild(this.node);
    this.columns = 1;
    this.unfill = fillWindow(this.node);
    this.resized = new ResizeObserver(() => this.lay());
    this.resized.observe(this.node);
  }

  /** @param {GridPage} page @param {string} where which page it is */
  show(page, where) {
    this.area.replaceChildren(...page.cells.map((cell) => cell.node));
    this.lay();
    say(this.where, where);
  }

  nothing() {
    this.area.replaceChildren(
      el("div", { class: "problem" }, el("p", {}, NOTHING), onwardLinks(this.data.links, this.draw)),
    );
    delete this.node.dataset.page;
    for (const node of [this.where, this.shared, this.prompt]) say(node, "");
  }

  /** The largest cells with which the whole page fits; the buttons follow few of them, instead of an empty page. */
  lay() {
    const count = this.area.querySelectorAll(".cell").length;
    if (!count || this.node.hidden) return;
    this.node.classList.remove("few");
    const { columns, side } = roomiest(count, this.area.clientWidth, this.area.clientHeight);
    this.columns = columns;
    this.node.classList.toggle("few", side >= WIDEST);
    this.area.style.setProperty("--side", `${Math.max(NARROWEST, Math.floor(side))}px`);
    this.area.style.setProperty("--columns", String(columns));
  }

  /** @param {GridPage | undefined} page @param {number} focused place */
  focus(page, focused) {
    const cells = page?.cells ?? [];
    cells.forEach((cell, place) => {
      cell.node.tabIndex = place === focused ? 0 : -1;
    });
    (cells[focused]?.node ?? this.node).focus({ preventScroll: true });
  }

  /** @param {boolean} swap */
  tellSwap(swap) {
    const button = part(this.buttons, "[data-act=swap]");
    say(/** @type {Node} */ (button.lastChild), swap ? "Left out: other label" : "Left out: undecided");
    button.setAttribute("aria-pressed", String(swap));
  }

  /** @param {GridPage} page @param {Plan | null} plan @param {boolean} swap */
  tellPlan(page, plan, swap) {
    for (const cell of page.cells) this.tellCell(page, cell, page.decided ?? plan, swap);
    for (const name of ["keep", "relabel"]) {
      part(this.buttons, `[data-act=${name}]`).setAttribute("aria-pressed", String(plan === name));
    }
    if (page.decided) say(this.prompt, "Decided. Z takes the last step back.");
    else if (!plan) say(this.prompt, "Leave out what does not fit, then keep or relabel all.");
    else say(this.prompt, `${countWords(page, plan, swap, this.data.pair)}. Enter decides, Esc goes back.`);
  }

  /** @param {GridPage} page @param {Cell} cell @param {Plan | null} plan @param {boolean} swap */
  tellCell(page, cell, plan, swap) {
    const { given, suggested } = cell.told;
    const fates = { keep: `keep ${given.name}`, relabel: `→ ${suggested.name}`, open: "undecided" };
    const fate = plan && page.fate(cell, plan, swap);
    const { suspicion, agreeing, voting } = cell.told;
    const experts = suggestedLabel(cell.told)?.name ?? `${agreeing} of ${voting} agree`;
    const told = [this.data.pair ? "" : experts, suspicion === undefined ? "" : suspicion.toFixed(2)];
    const unplanned = told.filter(Boolean).join("  ·  ");
    cell.show(fate, page.out.has(cell.place), fate ? fates[fate] : unplanned);
  }

  /** What all have in common, above them. @param {number} left */
  tellShared(left) {
    say(this.shared, `${this.data.question}: ${left.toLocaleString("en")}`);
  }

  hide() {
    this.loupe.leave();
    this.node.hidden = true;
  }

  /** @param {number} top how far the thumbnails were scrolled */
  unhide(top) {
    this.node.hidden = false;
    this.lay();
    this.area.scrollTop = top;
  }

  close() {
    this.loupe.leave();
    this.resized.disconnect();
    this.unfill();
    this.saving.close();
    this.node.remove();
  }
}

/**
 * What each key and button of the grid does.
 * @param {Grid} grid
 * @returns {Act[]}
 */
export function gridActs(grid) {
  return [
    { key: "K", words: "Keep all", name: "keep", run: () => grid.preview("keep") },
    { key: "R", words: "Relabel all", name: "relabel", run: () => grid.preview("relabel") },
    { key: "X", words: "Leave one out", name: "out", run: () => grid.toggle(grid.focus) },
    { key: "V", words: "Enlarge", name: "peek", run: () => grid.peek() },
    { key: "E", words: "Left out: undecided", name: "swap", run: () => grid.swapOut() },
    { key: "Enter", words: "Decide", name: "decide", run: () => grid.decide() },
    { key: ",", words: "Page before", name: "before", run: () => void grid.turnPage(-1) },
    { key: ".", words: "Next page", name: "next", run: () => void grid.turnPage(1) },
    { key: "Z", words: "Undo step", name: "undo", run: () => grid.undo() },
    { key: "?", words: "Keys", name: "help", run: () => grid.view.help.show() },
  ];
}

/** @param {Act} act */
function button({ key, words, name, run }) {
  return el("button", { type: "button", class: "verdict", "data-act": name, onclick: run }, keycap(key), words);
}

/**
 * How many columns give the largest cells, and the side of a picture then.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 */
export function roomiest(count, width, height) {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const [across, down] = [(width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows - CAPTION];
    const side = Math.min(across, down, WIDEST);
    if (side > best.side) best = { columns, side };
  }
  return best;
}

/**
 * How many samples get what, in words.
 * @param {GridPage} page
 * @param {Plan} plan
 * @param {boolean} swap
 * @param {boolean} pair all share the given and the suggested label
 */
function countWords(page, plan, swap, pair) {
  const fates = page.cells.map((cell) => page.fate(cell, plan, swap));
  const first = page.cells[0]?.told;
  /** @type {[Fate, string][]} */
  const parts = [
    ["keep", `keep ${pair ? first?.given.name : "the given label"}`],
    ["relabel", pair ? `become ${first?.suggested.name}` : "take the suggested label"],
    ["open", "stay undecided"],
  ];
  return parts
    .map(([fate, words]) => ({ words, count: fates.filter((one) => one === fate).length }))
    .filter(({ count }) => count)
    .map(({ count, words }) => `${count} ${words}`)
    .join("  ·  ");
}

const KEYS = [
  ["K", "Keep all", "shows what would be kept; Enter decides"],
  ["R", "Relabel all", "the same for the suggested label"],
  ["X", "Leave one out", "or click; with Shift a whole range"],
  ["Space", "Enlarge", "the sample that is marked (also V); or rest the mouse on it"],
  ["Enter", "Show as a card", "what is enlarged; or click it twice. Esc comes back"],
  ["E", "Left out", "stay undecided, or get the other of the two labels"],
  ["Enter", "Decide", "all that is shown, as one step"],
  ["Esc", "Back", "to choosing"],
  [".  ,", "Pages", "next, before (also Page Down, Page Up)"],
  ["Z", "Undo step", "takes the whole last step back"],
  ["← ↑ → ↓", "Move", "from sample to sample"],
  ["?", "All keys", "this list"],
];
