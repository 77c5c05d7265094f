// Where Plotly has drawn a figure: its plot's place in the window, and the ranges it shows, zoomed or not.

const EDGE = 2; // pixels by which a place may lie beyond the plot

/** @typedef {HTMLElement & { layout?: { xaxis?: { range?: number[] }, yaxis?: { range?: number[] } } }} Drawn */

class Plotted {
  /** @param {Element} plot @param {[number, number]} costs @param {[number, number]} shares @param {SVGElement | null} mark */
  constructor(plot, costs, shares, mark) {
    this.box = plot.getBoundingClientRect();
    this.costs = costs;
    this.shares = shares;
    /** The figure's own mark of the chosen point, which is drawn last. */
    this.mark = mark;
  }

  /** The cost under a place of the window; may lie beyond the plot. @param {number} clientX */
  costAt(clientX) {
    const [from, to] = this.costs;
    return from + ((clientX - this.box.left) / this.box.width) * (to - from);
  }

  /** A point's place in the window; null where it lies beyond what is shown. @param {number} cost @param {number} share */
  over(cost, share) {
    const { left, right, top, bottom, width, height } = this.box;
    const x = left + ((cost - this.costs[0]) / (this.costs[1] - this.costs[0])) * width;
    const y = bottom - ((share - this.shares[0]) / (this.shares[1] - this.shares[0])) * height;
    const within = x >= left - EDGE && x <= right + EDGE && y >= top - EDGE && y <= bottom + EDGE;
    return within ? { x, y } : null;
  }
}

/** What is drawn within an element; null as long as nothing is. @param {Element | null} around */
export function plotIn(around) {
  /** @type {Drawn | null | undefined} */
  const figure = around?.querySelector(".js-plotly-plot");
  const plot = figure?.querySelector(".nsewdrag");
  const [costs, shares] = [ends(figure?.layout?.xaxis?.range), ends(figure?.layout?.yaxis?.range)];
  if (!figure || !plot || !costs || !shares) return null;
  /** @type {NodeListOf<SVGElement>} */
  const traces = figure.querySelectorAll(".scatterlayer .trace");
  const drawn = new Plotted(plot, costs, shares, traces[traces.length - 1] ?? null);
  return drawn.box.width ? drawn : null;
}

/** @param {number[] | undefined} range @returns {[number, number] | null} */
function ends(range) {
  const [from, to] = range ?? [];
  return from === undefined || to === undefined || from === to ? null : [Number(from), Number(to)];
}
