// The pages of the grid that the browser holds: the next ones are fetched before they are wanted.
/** @import { Touched } from "./grid_page.js" */
/** @import { GridData, Post } from "../told.d.ts" */
import { GridPage } from "./grid_page.js";

const AHEAD = 2; // pages fetched and decoded before they are wanted

export class GridPages {
  /**
   * @param {Post} post
   * @param {Pick<GridData, "size" | "pair" | "base">} data
   * @param {() => number} unsaved decisions that the server does not count yet
   * @param {Touched} touched
   */
  constructor(post, data, unsaved, touched) {
    this.post = post;
    this.data = data;
    this.unsaved = unsaved;
    this.touched = touched;
    /** @type {GridPage[]} */
    this.held = [];
    this.at = 0;
    /** @type {number | null} where the page after the held ones begins; null at the end */
    this.cursor = 0;
    this.total = 0;
    this.left = 0;
    /** @type {Promise<void> | null} */
    this.fetching = null;
  }

  get current() {
    return this.held[this.at];
  }

  /** Whether all pages are held. */
  get all() {
    return this.cursor === null;
  }

  restart() {
    this.held = [];
    this.at = 0;
    this.cursor = 0;
  }

  /**
   * Fetches pages up to the one at ``place``, one after the other.
   * @param {number} place
   */
  async ensure(place) {
    while (this.held.length <= place && this.cursor !== null) {
      this.fetching ??= this.fetch(this.cursor).finally(() => {
        this.fetching = null;
      });
      await this.fetching;
    }
  }

  ahead() {
    this.ensure(this.at + AHEAD).catch(() => {});
  }

  /** @param {number} after */
  async fetch(after) {
    const answer = await this.post("grid", { after, count: this.data.size });
    this.cursor = answer.next;
    this.total = answer.progress.total;
    this.left = answer.progress.left - this.unsaved();
    if (answer.cells.length) this.held.push(new GridPage(answer, this.data, this.touched));
  }

  /** The next page that is not decided, as far as pages are held; whether there is one. */
  goOn() {
    const following = this.held.findIndex((page, place) => place > this.at && !page.decided);
    if (following >= 0) this.at = following;
    return following >= 0;
  }
}
