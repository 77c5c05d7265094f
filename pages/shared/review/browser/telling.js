// What stands over the cards: what is saved, how far the queue is, and why a key did nothing.
/** @import { Outbox } from "./deciding/outbox.js" */
/** @import { News } from "./told.d.ts" */
import { el, say } from "../../browser/dom.js";

const CALM_MS = 250; // saving that takes no longer is not worth a word
const TOAST_MS = 1800;

/**
 * The dataset and who reviews it. Where there is little room the dataset's name is cut, never the person's.
 * @param {{ dataset: string, reviewer: string }} about
 */
export function namedNode({ dataset, reviewer }) {
  const by = ", reviewed by ";
  const who = el("span", { class: "who" }, el("span", { class: "by" }, by), reviewer);
  return el("span", { class: "named", title: dataset + by + reviewer }, el("span", { class: "dataset" }, dataset), who);
}

/** Says at all times what is saved. */
export class Saving {
  constructor() {
    this.node = el("span", { class: "saving", role: "status" });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined;
  }

  /** @param {Outbox} outbox */
  changed(outbox) {
    this.node.dataset.waiting = String(outbox.items.size);
    clearTimeout(this.later);
    const calm = outbox.pending().length && !outbox.trouble && !outbox.refused().length;
    if (calm) this.later = setTimeout(() => this.tell(outbox), CALM_MS);
    else this.tell(outbox);
  }

  /** @param {Outbox} outbox */
  tell(outbox) {
    const [words, state] = savingWords(outbox);
    say(this.node, words);
    this.node.dataset.state = state;
  }

  close() {
    clearTimeout(this.later);
  }
}

/**
 * The words and the state of what is saved.
 * @param {Outbox} outbox
 * @returns {[string, string]}
 */
export function savingWords(outbox) {
  const waiting = outbox.pending().length;
  const [refused] = outbox.refused();
  const lost = waiting && !outbox.storage ? " Do not close this page." : "";
  if (refused) return [`✕ ${outbox.refused().length} not saved: ${refused.refused}`, "failed"];
  if (waiting && outbox.trouble) return [`⚠ ${waiting} not saved: ${outbox.trouble} Trying again.${lost}`, "trouble"];
  if (waiting) return [`↻ saving ${waiting}${lost}`, "sending"];
  return ["✓ Everything saved", "saved"];
}

/** How far the queue is decided: a bar and words. */
export class Progress {
  constructor() {
    this.filled = el("i");
    const told = { class: "bar", role: "progressbar", "aria-label": "Decided", "aria-valuemin": "0" };
    this.bar = el("div", told, this.filled);
    this.count = el("span", { class: "count" });
  }

  /** @param {number} total @param {number} left */
  show(total, left) {
    const decided = Math.max(0, total - left);
    say(this.count, `${decided.toLocaleString("en")} of ${total.toLocaleString("en")} decided`);
    this.filled.style.transform = `scaleX(${total ? decided / total : 0})`;
    this.bar.setAttribute("aria-valuenow", String(decided));
    this.bar.setAttribute("aria-valuemax", String(total));
  }
}

/** The setting that somebody else changed meanwhile, in words; gone at a press. */
export class NewsLine {
  /** @param {number} seen place in the settings log up to which changes were told before */
  constructor(seen) {
    this.seen = seen;
    const dismissed = { type: "button", class: "news", title: "Press to hide", hidden: true };
    this.button = el("button", { ...dismissed, onclick: () => this.hide() });
    this.node = el("span", { class: "news-line", role: "status" }, this.button);
  }

  /** @param {News | null} news */
  tell(news) {
    if (!news || news.seq <= this.seen) return;
    this.seen = news.seq;
    say(this.button, news.words);
    this.button.hidden = false;
  }

  hide() {
    this.button.hidden = true;
  }
}

/** A short sentence over the page: why a key did nothing. */
export class Toast {
  constructor() {
    this.node = el("div", { class: "toast", role: "status", "aria-live": "assertive" });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.hush = undefined;
  }

  /** @param {string} sentence */
  say(sentence) {
    say(this.node, sentence);
    this.node.classList.add("visible");
    clearTimeout(this.hush);
    this.hush = setTimeout(() => this.node.classList.remove("visible"), TOAST_MS);
  }
}

/** @param {string} key */
export function keycap(key, label = key) {
  return el("kbd", { "aria-hidden": "true", "data-cap": key }, label);
}
