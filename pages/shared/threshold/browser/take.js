// The explorer's figure and table as files: made in the browser, nothing is asked of anybody.
/** @import { ExplorerData } from "./told.d.ts" */

const LOOK = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity"];
const WORDS = ["font-family", "font-size", "font-weight", "text-anchor", "paint-order", "display"];
const SHARPER = 2; // pixels of the picture for each of the page

/** A row for each threshold. @param {ExplorerData} data */
export function tableOf({ thresholds, flagged, cards, bands }) {
  const names = ["precision", "detection"];
  const head = names.flatMap((name) => ["low", "high", "best"].map((end) => `${name}_${end}`));
  const value = (/** @type {(number | null)[] | undefined} */ values, /** @type {number} */ at) => values?.[at] ?? "";
  const known = new Map(bands.thresholds.map((threshold, place) => [threshold, place]));
  const rows = thresholds.map((threshold, place) => {
    const at = known.get(threshold) ?? -1;
    const ends = [bands.precision, bands.detection].flatMap((one) => [one.low, one.high, one.points]);
    return [threshold, flagged[place], cards[place], ...ends.map((values) => value(values, at))].join(",");
  });
  return [["threshold", "flagged", "cards", ...head].join(","), ...rows, ""].join("\n");
}

/** The figure by itself, with the look that the page gives it. @param {SVGSVGElement} svg */
export function standing(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const { width, height } = svg.getBoundingClientRect();
  const [seen, made] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  seen.forEach((one, place) => {
    const style = getComputedStyle(one);
    const told = [...LOOK, ...WORDS].map((name) => `${name}:${style.getPropertyValue(name)}`);
    made[place]?.setAttribute("style", told.join(";"));
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const paper = getComputedStyle(svg).getPropertyValue("--st-background-color") || "white";
  copy.setAttribute("style", `background:${paper}`);
  return { text: new XMLSerializer().serializeToString(copy), width, height, paper };
}

/** @param {SVGSVGElement} svg @returns {Promise<Blob>} */
async function picture(svg) {
  const { text, width, height, paper } = standing(svg);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * SHARPER, height * SHARPER];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((take, fail) => canvas.toBlob((made) => (made ? take(made) : fail(new Error("no picture")))));
}

/** @param {string} kind "png", "svg" or "csv" @param {SVGSVGElement} svg @param {ExplorerData} data */
export async function take(kind, svg, data) {
  const made =
    kind === "png"
      ? await picture(svg)
      : new Blob([kind === "svg" ? standing(svg).text : tableOf(data)], {
          type: kind === "svg" ? "image/svg+xml" : "text/csv",
        });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made);
  link.download = `threshold.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
