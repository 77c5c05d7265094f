// Elements of a drawing.
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number>} Attributes */

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Element} parent
 * @param {Tag} name
 * @param {Attributes} [attributes]
 */
export function add(parent, name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  parent.append(element);
  return element;
}

/** @param {Element} element @param {Attributes} attributes */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** @param {Element} parent @param {string} kind @param {number} x @param {number} y @param {string} words */
export function text(parent, kind, x, y, words) {
  const element = add(parent, "text", { x, y, class: kind });
  element.textContent = words;
  return element;
}
