// The grid: a page of thumbnails of one confusion pair or class, decided at once, with exceptions.
/** @import { Component } from "../../browser/component.d.ts" */
/** @import { Cell, GridPage, Plan } from "./grid/grid_page.js" */
/** @import { Entry } from "./sheets/history.js" */
/** @import { GridData, Post } from "./told.d.ts" */
import { ask, pause, sentenceOf } from "./deciding/connection.js";
import { itemOf, newUuid, PICKED, undosOf } from "./deciding/items.js";
import { Outbox } from "./deciding/outbox.js";
import { Tab, tabName } from "./deciding/tab.js";
import { CardVisit } from "./grid/card_visit.js";
import { GridKeys } from "./grid/grid_keys.js";
import { GridPages } from "./grid/grid_pages.js";
import { GridView, gridActs } from "./grid/grid_view.js";
import { mounted } from "./mounting.js";
import { drawing } from "./sheets/closing.js";

const IS_DECIDED = "This page is decided. Z takes the last step back.";
const STEP = 24; // characters: a step's decisions share all but the last group of their uuid

export class Grid {
  /** @param {ParentNode} root @param {GridData} data @param {(name: string, value: unknown) => void} [tell] tells the server */
  constructor(root, data, tell = () => {}) {
    this.root = root;
    this.tell = tell;
    this.data = data;
    this.focus = 0;
    /** @type {{ page: GridPage, cell?: Cell, taken: [string, string][] }[]} cell: decided as a card, alone */
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
    this.view = new GridView(root, data, gridActs(this), () => this.visit.open());
    this.view.draw = drawing(this.post, (sentence) => this.refuse(sentence));
    this.outbox = new Outbox(
      data.identity,
      (decisions) => this.post("decisions", { decisions, sent_at: Date.now() }),
      () => this.view.saving.changed(this.outbox),
    );
    const unsaved = () => this.outbox.pending().filter((item) => item.verdict !== "undo").length;
    this.pages = new GridPages(this.post, data, unsaved, this);
    this.keys = new GridKeys(this);
    this.visit = new CardVisit(this);
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
    this.view.loupe.leave();
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
    this.view.loupe.leave();
    if (!page.ready) return this.refuse("Not all pictures are visible yet. Nothing was decided.");
    this.plan = plan;
    this.tellPlan();
  }

  tellPlan() {
    const page = this.pages.current;
    if (page) this.view.tellPlan(page, this.plan, this.swap);
    this.view.tellShared(this.pages.left);
  }

  // -- deciding --------------------------------------------------------------------------------------------------

  decide() {
    const [page, plan] = [this.pages.current, this.plan];
    if (!page || !plan) return this.refuse("Press K or R first: it shows what would be decided.");
    const items = this.itemsOf(page, plan);
    if (!items.length) return this.refuse("Every sample is left out, so there is nothing to decide.");
    page.decided = plan;
    this.steps.push({ page, taken: items.map((item) => [item.uuid, item.sample_id]) });
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

  /** The mouse is over a thumbnail, or left it. @param {Cell | null} cell */
  hover(cell) {
    if (cell) this.view.loupe.over(cell.node, cell.told, this.data.base);
    else this.view.loupe.leave();
  }

  /** @param {number} place */
  openAt(place) {
    this.focus = place;
    this.visit.open();
  }

  /** A sample enlarged. */
  peek() {
    this.view.loupe.leave();
    const cell = this.pages.current?.cells[this.focus];
    if (cell) this.view.peek.start(cell.told, this.data.base);
  }

  undo() {
    if (this.goingBack) return;
    const last = this.steps.pop();
    if (!last) return void this.undoOlder();
    this.takeBack(last.taken);
    last.page.decided = null;
    if (last.cell) last.cell.decided = false;
    this.pages.at = this.pages.held.indexOf(last.page);
    this.show();
    this.refuse(takenWords(last.taken));
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
      this.refuse(takenWords(taken));
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

  /** @param {GridPage} page @param {Cell} cell @param {Entry} made as a card, alone */
  decidedAsCard(page, cell, made) {
    cell.decided = true;
    this.steps.push({ page, cell, taken: [[made.uuid, made.sample_id]] });
    this.pages.left = Math.max(0, this.pages.left - 1);
    this.view.progress.show(this.pages.total, this.pages.left);
    if (!page.cells.every((one) => one.decided)) return;
    page.decided = "keep";
    this.goOn();
  }

  /** @param {string} sentence */
  refuse(sentence) {
    this.view.toast.say(sentence);
  }

  close() {
    this.closed = true;
    this.tab.close();
    this.keys.close();
    this.visit.close();
    this.outbox.flush();
    this.outbox.close();
    this.view.close();
  }
}

/** @param {unknown[]} taken */
function takenWords(taken) {
  return `${taken.length} ${taken.length === 1 ? "decision" : "decisions"} taken back.`;
}

/** @param {Component<GridData, Grid>} component */
export default function mount(component) {
  return mounted(component, (root, data) => new Grid(root, data, component.setTriggerValue));
}
