// The grid: a page of thumbnails of one confusion pair or class, decided at once, with exceptions.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { GridPage, Plan } from "./grid_page.js" */
/** @import { GridData, Item, Post } from "./told.d.ts" */
import { ask, pause, sentenceOf } from "./deciding/connection.js";
import { itemOf, newUuid, PICKED, undosOf } from "./deciding/items.js";
import { Outbox } from "./deciding/outbox.js";
import { Tab, tabName } from "./deciding/tab.js";
import { GridPages } from "./grid_pages.js";
import { GridView, gridActs } from "./grid_view.js";
import { mounted } from "./mounting.js";
import { at, isUndo, notForUs } from "./window.js";

const IS_DECIDED = "This page is decided. Z takes the last step back.";
const ON_BUTTONS = "button, summary, a, [role=button], [role=tab], [role=option]";
const SAME = new Map([
  [" ", "space"],
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
const STEP = 24; // characters: a step's decisions share all but the last group of their uuid

export class Grid {
  /** @param {Node} root @param {GridData} data @param {(name: string, value: unknown) => void} [tell] tells the server */
  constructor(root, data, tell = () => {}) {
    this.tell = tell;
    this.data = data;
    this.focus = 0;
    /** @type {{ page: GridPage, items: Item[] }[]} */
    this.steps = [];
    /** @type {Plan | null} */
    this.plan = null;
    this.swap = false; // samples left out get the other of the two labels
    /** @type {number | null} */
    this.lastToggled = null;
    this.since = 0;
    this.goingBack = this.closed = false;
    /** @type {Post} */
    this.post = (route, body) => ask(this.data, route, body);
    this.view = new GridView(root, data, gridActs(this));
    this.outbox = new Outbox(
      data.identity,
      (decisions) => this.post("decisions", { decisions, sent_at: Date.now() }),
      () => this.view.saving.changed(this.outbox),
    );
    const unsaved = () => this.outbox.pending().filter((item) => item.verdict !== "undo").length;
    this.pages = new GridPages(this.post, data.size, unsaved, this.toggle.bind(this), data.base);
    this.keydown = (/** @type {KeyboardEvent} */ event) => this.key(event);
    addEventListener("keydown", this.keydown, true);
    for (const sheet of this.view.sheets) sheet.closed = () => this.focusCell();
    this.view.tellSwap(this.swap);
    this.view.saving.changed(this.outbox);
    const cells = () => this.pages.held.flatMap((page) => page.cells);
    this.tab = new Tab(this.post, () => cells().map((cell) => cell.told.sample_id));
    this.outbox.flush().then(() => this.begin());
  }

  // -- pages -----------------------------------------------------------------------------------------------------

  async begin() {
    this.pages.restart();
    this.steps = [];
    delete this.view.node.dataset.page;
    while (!this.closed) {
      try {
        await this.pages.ensure(0);
        this.show();
        return this.pages.current ? undefined : this.tellEnded();
      } catch (problem) {
        this.refuse(sentenceOf(problem, "The server does not answer. Trying again …"));
        await pause();
      }
    }
  }

  show() {
    const { pages, view } = this;
    this.plan = null;
    this.focus = 0;
    this.since = performance.now();
    view.progress.show(pages.total, pages.left);
    if (!pages.current) return view.nothing();
    view.show(pages.current, `page ${pages.at + 1}${pages.all ? ` of ${pages.held.length}` : ""}`);
    this.tellPlan();
    this.focusCell();
    view.node.dataset.page = String(pages.at + 1);
    pages.ahead();
  }

  /** @param {number} step */
  async turnPage(step) {
    const wanted = this.pages.at + step;
    if (wanted < 0) return this.refuse("This is the first page.");
    try {
      await this.pages.ensure(wanted);
    } catch (problem) {
      return this.refuse(sentenceOf(problem));
    }
    if (wanted >= this.pages.held.length) return this.refuse("This is the last page.");
    this.pages.at = wanted;
    this.show();
  }

  // -- choosing --------------------------------------------------------------------------------------------------

  focusCell() {
    this.view.focus(this.pages.current, this.focus);
  }

  /** @param {number} step */
  move(step) {
    const page = this.pages.current;
    if (!page) return;
    this.focus = Math.min(page.cells.length - 1, Math.max(0, this.focus + step));
    this.focusCell();
  }

  /** @param {number} place @param {boolean} range from the one before */
  toggle(place, range = false) {
    const page = this.pages.current;
    if (!page || page.decided) return this.refuse(IS_DECIDED);
    page.toggle(range ? (this.lastToggled ?? place) : place, place);
    this.lastToggled = this.focus = place;
    this.tellPlan();
    this.focusCell();
  }

  swapOut() {
    this.swap = !this.swap;
    this.view.tellSwap(this.swap);
    this.tellPlan();
  }

  /** @param {Plan | null} plan */
  preview(plan) {
    const page = this.pages.current;
    if (!page) return;
    if (page.decided) return this.refuse(IS_DECIDED);
    if (!page.ready) return this.refuse("Not all pictures are visible yet. Nothing was decided.");
    this.plan = plan;
    this.tellPlan();
  }

  tellPlan() {
    const page = this.pages.current;
    if (page) this.view.tellPlan(page, this.plan, this.swap);
  }

  // -- deciding --------------------------------------------------------------------------------------------------

  decide() {
    const [page, plan] = [this.pages.current, this.plan];
    if (!page || !plan) return this.refuse("Press K or R first: it shows what would be decided.");
    const items = this.itemsOf(page, plan);
    if (!items.length) return this.refuse("Every sample is left out, so there is nothing to decide.");
    page.decided = plan;
    this.steps.push({ page, items });
    this.pages.left = Math.max(0, this.pages.left - items.length);
    this.outbox.add(...items);
    this.goOn();
  }

  /** @param {GridPage} page @param {Plan} plan */
  itemsOf(page, plan) {
    const chosen = page.cells.flatMap((cell) => {
      const fate = page.fate(cell, plan, this.swap);
      const label = fate === "keep" ? cell.told.given : cell.told.suggested;
      return fate === "open" ? [] : [{ sample_id: cell.told.sample_id, labels: [label.code] }];
    });
    const step = newUuid().slice(0, STEP);
    const seconds = (performance.now() - this.since) / 1000 / chosen.length;
    return chosen.map((one, place) => {
      const uuid = step + place.toString(16).padStart(12, "0");
      return itemOf({ ...one, uuid, verdict: PICKED, seconds, mode: "open", card: "grid" });
    });
  }

  async goOn() {
    const more = this.pages.goOn();
    if (!more && !this.pages.all) await this.turnPage(1);
    else this.show();
    if (this.pages.all && this.pages.current?.decided) this.end();
  }

  /** All of the group is decided: the server brings the next one, once it has everything. */
  async end() {
    this.refuse("This group is done.");
    await this.outbox.flush();
    if (!this.outbox.pending().length) this.tellEnded();
  }

  /** This tab has nothing left of its group: all is decided, or before others. */
  tellEnded() {
    this.tell("ended", [tabName(), newUuid()]);
  }

  /** A sample enlarged. */
  peek() {
    const cell = this.pages.current?.cells[this.focus];
    if (cell) this.view.peek.start(cell.told, this.data.base);
  }

  undo() {
    if (this.goingBack) return;
    const last = this.steps.pop();
    if (!last) return void this.undoOlder();
    this.takeBack(last.items.map((item) => [item.uuid, item.sample_id]));
    last.page.decided = null;
    this.pages.at = this.pages.held.indexOf(last.page);
    this.show();
    this.refuse(`${last.items.length} decisions taken back.`);
  }

  /** A step made before this page was opened. */
  async undoOlder() {
    this.goingBack = true;
    try {
      await this.outbox.flush();
      const [last] = (await this.post("history", { count: 1 })).decisions;
      if (!last) return this.refuse("There is nothing to undo.");
      const taken = last.step ?? [[last.uuid, last.sample_id]];
      this.takeBack(taken);
      await this.outbox.flush();
      await this.begin();
      this.refuse(`${taken.length} ${taken.length === 1 ? "decision" : "decisions"} taken back.`);
    } catch (problem) {
      this.refuse(sentenceOf(problem, "The server does not answer, so nothing was taken back."));
    } finally {
      this.goingBack = false;
    }
  }

  /** @param {[string, string][]} taken uuid and sample id of each */
  takeBack(taken) {
    this.outbox.add(...undosOf(taken));
    this.pages.left += taken.length;
  }

  // -- keys and buttons ------------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  key(event) {
    if (isUndo(event)) return this.undoByChord(event);
    if (notForUs(event)) return;
    const button = at(event, ON_BUTTONS);
    if (button && !button.closest(".cell") && (event.key === "Enter" || event.key === " ")) return;
    const act = this.action(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    const held = event.repeat && !event.key.startsWith("Arrow");
    if (held) this.refuse("A held key decides once. Let go and press again.");
    else act();
  }

  /** @param {KeyboardEvent} event */
  undoByChord(event) {
    event.preventDefault();
    if (!event.repeat) this.undo();
  }

  /** @param {string} key @returns {(() => void) | undefined} */
  action(key) {
    const open = this.view.sheets.find((sheet) => sheet.open);
    if (open) return key === open.ownKey || key === "Escape" ? () => open.close() : undefined;
    const label = SAME.get(key) ?? key.toLowerCase();
    const act = gridActs(this).find((one) => one.key.toLowerCase() === label);
    if (act) return act.run;
    if (key === "Escape") return () => this.preview(null);
    const [across, down] = ARROWS.get(key) ?? [];
    if (across === undefined || down === undefined) return undefined;
    return () => this.move(across + down * this.view.columns);
  }

  /** @param {string} sentence */
  refuse(sentence) {
    this.view.toast.say(sentence);
  }

  close() {
    this.closed = true;
    this.tab.close();
    removeEventListener("keydown", this.keydown, true);
    this.outbox.flush();
    this.outbox.close();
    this.view.close();
  }
}

/** @param {Component<GridData, Grid>} component */
export default function mount(component) {
  return mounted(component, (root, data) => new Grid(root, data, component.setTriggerValue));
}
