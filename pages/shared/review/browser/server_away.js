// While the server is away the review goes on: what is decided waits in the browser, and the room says so itself.
import { takeFocus } from "./window.js";

const APP = "[data-testid=stApp]";
const CONNECTED = "CONNECTED";
const CLOSE = "[role=dialog] button[aria-label=Close]";

/**
 * Closes the dialog by which Streamlit says, after some seconds, that its server does not answer: it covers the card
 * and makes the page deaf to keys. Until what this returns is called.
 * @param {HTMLElement} node gets the keys back
 */
export function workOnWhileAway(node) {
  const watch = new MutationObserver(() => {
    const state = document.querySelector(APP)?.getAttribute("data-test-connection-state");
    const close = state && state !== CONNECTED ? document.querySelector(CLOSE) : null;
    if (!(close instanceof HTMLElement)) return;
    close.click();
    requestAnimationFrame(() => takeFocus(node));
  });
  watch.observe(document.body, { childList: true });
  return () => watch.disconnect();
}
