// Controls that unfold, by key: what unfolds lies at the end of the page, so the focus is led there and back.
import { at } from "./dom.js";

const BUTTON = "[data-testid=stPopoverButton]";
const BODY = "[data-testid=stPopoverBody]";
const HELP = "[data-testid=stTooltipIcon] *"; // says what something is; nothing is done there
const USABLE = `:is(input:not([disabled]), button:not([disabled]), [tabindex='0']):not(${HELP})`;
const PATIENCE = 40; // frames

/** Mounted by Streamlit beside every page: leads the focus until what this returns is called. */
export default function leadFocus() {
  /** @type {HTMLElement | null} the button that unfolded what is open */
  let opened = null;
  /** @param {KeyboardEvent} event */
  const heard = (event) => {
    const button = at(event, BUTTON);
    if (button instanceof HTMLElement && [" ", "Enter"].includes(event.key) && !document.querySelector(BODY)) {
      opened = button;
      when(
        () => document.querySelector(`${BODY} :is(${USABLE})`) !== null,
        () => focus(document.querySelector(`${BODY} :is(${USABLE})`)),
      );
    } else if (event.key === "Escape" && opened) {
      when(
        () => !document.querySelector(BODY),
        () => focus(opened),
      );
    }
  };
  addEventListener("keydown", heard, true);
  return () => removeEventListener("keydown", heard, true);
}

/** @param {Element | null} node */
function focus(node) {
  if (node instanceof HTMLElement && node.isConnected) node.focus();
}

/**
 * Acts once something is so, looking at every frame; gives up after a while.
 * @param {() => boolean} so
 * @param {() => void} act
 */
function when(so, act, frames = PATIENCE) {
  requestAnimationFrame(() => {
    if (so()) act();
    else if (frames) when(so, act, frames - 1);
  });
}
