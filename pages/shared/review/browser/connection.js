// How the browser part talks to the app's own routes and says whether everything is saved.
const RETRY_MS = 2000;

/** Posts to a route. data: what the page was told (its token may be renewed meanwhile). */
async function ask(data, route, body) {
  const answer = await fetch(`${data.base}api/review/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${data.token}` },
    body: JSON.stringify({ order: data.order, filters: data.filters, ...body }),
    signal: AbortSignal.timeout(15000),
  });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.problem), { sentence: told.problem });
  return told;
}

/** Says at all times what is saved; the quarter of a second that saving takes is not worth a word. */
class Saving {
  constructor() {
    this.node = el("span", { class: "saving", role: "status" });
  }

  changed(outbox) {
    this.node.dataset.waiting = outbox.items.size;
    clearTimeout(this.later);
    const calm = outbox.pending().length && !outbox.trouble && !outbox.refused().length;
    if (calm) this.later = setTimeout(() => this.tell(outbox), 250);
    else this.tell(outbox);
  }

  tell(outbox) {
    const waiting = outbox.pending().length;
    const refused = outbox.refused();
    const lost = waiting && !outbox.storage ? " Do not close this page." : "";
    let words = outbox.saved > 0 ? `✓ ${outbox.saved} saved` : "✓ Everything saved";
    let state = "saved";
    if (refused.length) [words, state] = [`✕ ${refused.length} not saved: ${refused[0].refused}`, "failed"];
    else if (waiting && outbox.trouble) [words, state] = [`⚠ ${waiting} not saved: ${outbox.trouble} Trying again.${lost}`, "trouble"];
    else if (waiting) [words, state] = [`↻ saving ${waiting}${lost}`, "sending"];
    say(this.node, words);
    this.node.dataset.state = state;
  }

  close() {
    clearTimeout(this.later);
  }
}

/** How far the queue is decided: a bar and words. */
class Progress {
  constructor() {
    this.bar = el("div", { class: "bar", role: "progressbar", "aria-label": "Decided", "aria-valuemin": "0" }, el("i"));
    this.count = el("span", { class: "count" });
  }

  show(total, left) {
    const decided = Math.max(0, total - left);
    say(this.count, `${decided.toLocaleString("en")} of ${total.toLocaleString("en")} decided`);
    this.bar.firstChild.style.transform = `scaleX(${total ? decided / total : 0})`;
    this.bar.setAttribute("aria-valuenow", decided);
    this.bar.setAttribute("aria-valuemax", total);
  }
}

/** A short sentence over the page: why a key did nothing. */
class Toast {
  constructor() {
    this.node = el("div", { class: "toast", role: "status", "aria-live": "assertive" });
  }

  say(sentence) {
    say(this.node, sentence);
    this.node.classList.add("visible");
    clearTimeout(this.hush);
    this.hush = setTimeout(() => this.node.classList.remove("visible"), 1800);
  }
}

/** Whether a key belongs to something else: a chord, a text field, one of Streamlit's own dialogs. */
function notForUs(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.composedPath()[0];
  if (target.matches?.("input, textarea, select, [contenteditable=true], [contenteditable='']")) return true;
  return Boolean(document.querySelector("[role=dialog], [data-testid=stPopoverBody]"));
}

/** Keeps a node as high as the window allows below where it begins, so that the page itself never scrolls; also when
 * what stands above it changes, as it does while Streamlit draws the page. Returns a function that ends this. */
function fillWindow(node) {
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
