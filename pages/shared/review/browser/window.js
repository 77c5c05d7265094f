// The window that the review shares with Streamlit: its keys and its height.
import { at } from "../../browser/dom.js";

/**
 * Whether a key belongs to something else: a chord, a text field, one of Streamlit's own dialogs.
 * @param {KeyboardEvent} event
 */
export function notForUs(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (isTyped(event)) return true;
  if (at(event, "input") && [" ", "Enter", "Tab"].includes(event.key)) return true;
  if (at(event, "input, [role=radio], [role=tab]") && event.key.startsWith("Arrow")) return true;
  return Boolean(document.querySelector("[role=dialog], [data-testid=stPopoverBody]"));
}

/**
 * Whether a key is typed into a field. A switch or a radio button is none: the room's keys work on after its use.
 * @param {KeyboardEvent} event
 */
function isTyped(event) {
  const plain = ["radio", "checkbox", "button", "range"].map((type) => `:not([type=${type}])`).join("");
  return at(event, `input${plain}, textarea, select, [contenteditable=true], [contenteditable='']`) !== null;
}

/**
 * Whether this is the key that takes a step back everywhere, and not in a text.
 * @param {KeyboardEvent} event
 */
export function isUndo(event) {
  const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return chord && event.key.toLowerCase() === "z" && !isTyped(event);
}

/** Gives the keys back to the room when a control of the bar above it has been used, unless it is still in use. */
export function takeFocus(/** @type {HTMLElement} */ node) {
  const used = document.activeElement;
  const inUse = document.querySelector("[role=dialog], [data-testid=stPopoverBody], [role=listbox]");
  const inBar = used?.closest("[data-testid=stSelectbox], [data-testid=stButtonGroup]");
  if (!inUse && (!used || used === document.body || inBar)) node.focus({ preventScroll: true });
}

/**
 * Keeps a node as high as the window allows below where it begins, so that the page itself never scrolls; also when
 * what stands above it changes, as it does while Streamlit draws the page. Returns a function that ends this.
 * @param {HTMLElement} node
 */
export function fillWindow(node) {
  const fill = () => {
    const top = node.getBoundingClientRect().top + (document.scrollingElement?.scrollTop || 0);
    const wanted = `${Math.max(0, Math.min(top, 260))}px`;
    if (node.style.getPropertyValue("--top") !== wanted) node.style.setProperty("--top", wanted);
  };
  const page = document.querySelector("[data-testid=stMainBlockContainer]") || document.body;
  const watch = new ResizeObserver(fill);
  watch.observe(page);
  addEventListener("resize", fill);
  fill();
  return () => {
    watch.disconnect();
    removeEventListener("resize", fill);
  };
}
