// Elements and texts. Data only ever becomes text nodes and attributes from fixed lists, never markup.

/** @typedef {string | number | boolean | null | undefined | ((event: MouseEvent) => void)} Attribute */
/** @typedef {Node | string | null | undefined} Child */

/**
 * An element with attributes, listeners for clicks ("onclick") and children (elements or texts).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) give(node, name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {Attribute} value */
function give(node, name, value) {
  if (typeof value === "function")
    node.addEventListener(name.slice(2), (event) => value(/** @type {MouseEvent} */ (event)));
  else if (value === true) node.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
}

/**
 * A small picture; where it cannot be loaded nothing shows in its place.
 * @param {string} source
 */
export function thumbnail(source) {
  const image = el("img", { alt: "", src: source });
  image.addEventListener("error", () => {
    image.hidden = true;
  });
  return image;
}

/**
 * Sets a text only when it changed, so that nothing repaints for nothing.
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * What a component's own HTML holds under a selector.
 * @template {Element} [Found=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {Found}
 */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`The component's HTML has no ${selector}.`);
  return /** @type {Found} */ (found);
}

/**
 * The element that an event began at, if it is one of these.
 * @param {Event} event
 * @param {string} selector
 * @returns {Element | null}
 */
export function at(event, selector) {
  const target = event.composedPath()[0];
  return target instanceof Element && target.matches(selector) ? target : null;
}
