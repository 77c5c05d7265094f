// Elements and texts. Data only ever becomes text nodes and attributes from fixed lists, never markup.
const MATHML = "http://www.w3.org/1998/Math/MathML";
const MATHML_ELEMENTS = new Set(("math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mpadded mphantom msub " +
  "msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose merror").split(" "));
const MATHML_ATTRIBUTES = new Set(("display mathvariant stretchy fence separator accent accentunder linethickness " +
  "columnalign rowalign rowspacing columnspacing columnlines rowlines lspace rspace width height depth movablelimits " +
  "minsize maxsize form displaystyle scriptlevel notation").split(" "));

/** An element with attributes, listeners ("on...") and children (elements or texts). */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function keycap(key, label = key) {
  return el("kbd", { "aria-hidden": "true", "data-cap": key }, label);
}

/** Sets a text only when it changed, so that nothing repaints for nothing. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function mathNode(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const [name, attributes, children] = node;
  const made = document.createElementNS(MATHML, MATHML_ELEMENTS.has(name) ? name : "mrow");
  for (const [key, value] of Object.entries(attributes)) {
    if (MATHML_ATTRIBUTES.has(key)) made.setAttribute(key, value);
  }
  made.append(...children.map(mathNode));
  return made;
}

function inlineNode(part) {
  if (typeof part === "string") return document.createTextNode(part);
  const [kind, value, display] = part;
  if (kind === "code") return el("code", {}, value);
  if (kind === "math") {
    const math = mathNode(value);
    if (display) math.setAttribute("display", "block");
    return math;
  }
  return el(kind === "b" ? "strong" : "em", {}, ...value.map(inlineNode));
}

/** Question text from its tree (see question_text.py). */
function textNodes(blocks) {
  return blocks.map(([kind, value]) => {
    if (kind === "code") return el("pre", { tabindex: "0" }, el("code", {}, value));
    if (kind === "list") return el("ul", {}, ...value.map((item) => el("li", {}, ...item.map(inlineNode))));
    return el("p", {}, ...value.map(inlineNode));
  });
}

/** The words of a question text, for screen readers and titles. */
function plainText(blocks) {
  return textNodes(blocks).map((node) => node.textContent).join(" ");
}
