// A sample of the grid as a card: decided or left, the grid comes back as it was.
/** @import { Entry } from "../sheets/history.js" */
/** @import { CardData, Progress } from "../told.d.ts" */
import { el, part } from "../../../browser/dom.js";
import { pause, sentenceOf } from "../deciding/connection.js";
import { Room } from "../room.js";

export class GridCard extends Room {
  /**
   * @param {ParentNode} root
   * @param {CardData} data
   * @param {string} sample its id
   * @param {Progress} progress of the grid
   * @param {(made?: Entry) => void} home back to the grid, with what was decided of the sample
   */
  constructor(root, data, sample, progress, home) {
    super(root, data);
    this.sample = sample;
    this.deck.total = progress.total;
    this.deck.left = progress.left;
    this.home = home;
    const back = el(
      "button",
      { type: "button", class: "verdict home", onclick: () => this.leave() },
      "‹ Back to the grid",
    );
    part(this.view.node, "header").prepend(back);
  }

  /**
   * Shows the one card. Its labels were seen in the grid, so its verdict counts among the grid's, not as a blind one.
   * @override
   */
  async start() {
    this.view.ask("Fetching the card …");
    await this.outbox.flush();
    this.deck.ended = true;
    while (!this.closed) {
      try {
        const { cards } = await this.post("cards", { sample_ids: [this.sample] });
        this.deck.cards = cards.map((card) => ({ ...card, mode: "open", told: false, fromGrid: true }));
        return this.closed ? undefined : this.next();
      } catch (problem) {
        this.refuse(sentenceOf(problem, "The server does not answer. Trying again …"));
        await pause();
      }
    }
  }

  /** @override */
  next() {
    if (this.deck.cards.length) return super.next();
    this.leave();
  }

  /** @override */
  leave() {
    this.home(this.back.done.find((one) => one.sample_id === this.sample));
  }

  /** @override */
  undo = async () => this.refuse("Esc goes back to the grid; there Z takes the last step back.");

  /** @override */
  jump = async () => this.refuse("This is one card of the grid. Esc goes back; other cards open from there.");

  /** @override */
  escape() {
    if (this.sheets.open || this.several) super.escape();
    else this.leave();
  }
}
