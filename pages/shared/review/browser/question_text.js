// Question text from its tree (see question_text.py), node by node.
/** @import { Block, Card, Inline, MathTree } from "./told.d.ts" */
import { el } from "../../browser/dom.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const MATHML_ELEMENTS = new Set(
  (
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mpadded mphantom msub " +
    "msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose merror"
  ).split(" "),
);
const MATHML_ATTRIBUTES = new Set(
  (
    "display mathvariant stretchy fence separator accent accentunder linethickness " +
    "columnalign rowalign rowspacing columnspacing columnlines rowlines lspace rspace width height depth movablelimits " +
    "minsize maxsize form displaystyle scriptlevel notation"
  ).split(" "),
);

/** @param {MathTree} tree @returns {Text | Element} */
function mathNode(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [name, attributes, children] = tree;
  const made = document.createElementNS(MATHML, MATHML_ELEMENTS.has(name) ? name : "mrow");
  for (const [key, value] of Object.entries(attributes)) {
    if (MATHML_ATTRIBUTES.has(key)) made.setAttribute(key, value);
  }
  made.append(...children.map(mathNode));
  return made;
}

/** @param {Inline} inline @returns {Node} */
function inlineNode(inline) {
  if (typeof inline === "string") return document.createTextNode(inline);
  if (inline[0] === "code") return el("code", {}, inline[1]);
  if (inline[0] === "math") return formula(inline[1], inline[2]);
  return el(inline[0] === "b" ? "strong" : "em", {}, ...inline[1].map(inlineNode));
}

/** @param {MathTree} tree @param {boolean} display */
function formula(tree, display) {
  const math = mathNode(tree);
  if (display && math instanceof Element) math.setAttribute("display", "block");
  return math;
}

/** @param {Block[]} blocks @returns {HTMLElement[]} */
export function textNodes(blocks) {
  return blocks.map(([kind, value]) => {
    if (kind === "code") return el("pre", { tabindex: "0" }, el("code", {}, value));
    if (kind === "list") return el("ul", {}, ...value.map((item) => el("li", {}, ...item.map(inlineNode))));
    return el("p", {}, ...value.map(inlineNode));
  });
}

/**
 * The words of a question text, for screen readers and titles.
 * @param {Block[]} blocks
 */
export function plainText(blocks) {
  return textNodes(blocks)
    .map((node) => node.textContent)
    .join(" ");
}

const SHORT = 60; // characters of an option's or a question's text where a line must hold it

/** @param {string} text */
export function shortened(text, most = SHORT) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/**
 * A label as a card calls it: an option of a question with the beginning of its text.
 * @param {Card | undefined} card
 * @param {{ code?: number, name: string, text?: string }} one
 */
export function labelWords(card, { code, name, text }) {
  const blocks = card?.candidates.find((other) => other.code === code)?.text;
  const words = text || (blocks ? plainText(blocks) : "");
  return words ? `${name}: ${shortened(words)}` : name;
}
