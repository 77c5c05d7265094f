// What a swipe over the card does, as set in this browser; at first nothing, so that no card is decided by chance.

const FAR = 70; // pixels that make a swipe
const STEEP = 0.6; // of its width a swipe may also go up or down
const PLACE = "second-opinion:swipes";

/** @typedef {"left" | "right"} Side */

export class Swipes {
  /**
   * @param {[string, string][]} offered name and words of what a swipe may do; the first is nothing
   * @param {(name: string) => void} run
   */
  constructor(offered, run) {
    this.offered = offered;
    this.run = run;
    /** @type {Side[]} */
    this.sides = ["left", "right"];
    this.chosen = stored(offered.map(([name]) => name));
    /** @type {{ x: number, y: number } | null} */
    this.from = null;
  }

  /** @param {Side} side @param {string} name */
  choose(side, name) {
    this.chosen[side] = name;
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.chosen));
    } catch {
      // kept until the page is left
    }
  }

  /** @param {HTMLElement} node @param {() => boolean} busy whether a finger means something else now, as when zoomed */
  listen(node, busy) {
    node.addEventListener("pointerdown", (event) => {
      this.from =
        event.pointerType === "touch" && event.isPrimary && !busy() ? { x: event.clientX, y: event.clientY } : null;
    });
    node.addEventListener("pointerup", (event) => this.ended(event.clientX, event.clientY));
    node.addEventListener("pointercancel", () => {
      this.from = null;
    });
  }

  /** @param {number} x @param {number} y */
  ended(x, y) {
    const { from } = this;
    this.from = null;
    if (!from || Math.abs(x - from.x) < FAR || Math.abs(y - from.y) > STEEP * Math.abs(x - from.x)) return;
    const name = this.chosen[x < from.x ? "left" : "right"];
    if (name) this.run(name);
  }
}

/** @param {string[]} known @returns {Record<Side, string>} */
function stored(known) {
  try {
    const { left, right } = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return { left: known.includes(left) ? left : "", right: known.includes(right) ? right : "" };
  } catch {
    return { left: "", right: "" };
  }
}
