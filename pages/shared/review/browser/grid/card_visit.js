// From the grid to a card and back to the same place.
/** @import { Grid } from "../grid.js" */
/** @import { Entry } from "../sheets/history.js" */
/** @import { Cell, GridPage } from "./grid_page.js" */
import { GridCard } from "./grid_card.js";

export class CardVisit {
  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    /** @type {GridCard | null} */
    this.card = null;
  }

  /** The marked sample opens as a card over the grid, which waits as it is. */
  open() {
    const { pages, focus, view, keys, root } = this.grid;
    const page = pages.current;
    const cell = page?.cells[focus];
    if (!page || !cell || this.card) return;
    if (page.decided || cell.decided) return this.grid.refuse("This sample is decided. Z takes the last step back.");
    const top = view.area.scrollTop;
    keys.close();
    view.hide();
    const home = (/** @type {Entry | undefined} */ made) => this.comeBack(page, cell, top, made);
    this.card = new GridCard(root, this.data(), cell.told.sample_id, { total: pages.total, left: pages.left }, home);
    this.card.view.focusCard();
  }

  /** What a card is told; its token is renewed with the grid's. */
  data() {
    const { grid } = this;
    const data = { ...grid.data, ...grid.data.card };
    return Object.defineProperty(data, "token", { get: () => grid.data.token });
  }

  /** @param {GridPage} page @param {Cell} cell @param {number} top @param {Entry} [made] */
  comeBack(page, cell, top, made) {
    if (!this.card) return;
    const { grid } = this;
    this.close();
    grid.keys.listen();
    grid.view.unhide(top);
    grid.outbox.readStored(); // what the card could not send yet
    grid.view.saving.changed(grid.outbox);
    grid.outbox.flush();
    if (made) grid.decidedAsCard(page, cell, made);
    grid.tellPlan();
    grid.focusCell();
  }

  close() {
    this.card?.close();
    this.card = null;
  }
}
