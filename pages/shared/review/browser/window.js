// The window that the review shares with Streamlit: its keys and its height.

/**
 * Whether a key belongs to something else: a chord, a text field, one of Streamlit's own dialogs.
 * @param {KeyboardEvent} event
 */
export function notForUs(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (at(event, "input, textarea, select, [contenteditable=true], [contenteditable='']")) return true;
  return Boolean(document.querySelector("[role=dialog], [data-testid=stPopoverBody]"));
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
