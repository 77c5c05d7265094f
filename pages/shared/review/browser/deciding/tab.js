// This tab among all others that review: its name outlives a reload, and now and then it says that it is still open, so
// that its cards go to nobody else; when it is closed, they do.
/** @import { Post } from "../told.d.ts" */
import { newUuid } from "./items.js";

const HERE_MS = 60000;
const KEY = "second-opinion:tab";
let name = "";

export function tabName() {
  if (name) return name;
  try {
    name = sessionStorage.getItem(KEY) ?? newUuid();
    sessionStorage.setItem(KEY, name);
  } catch {
    name ||= newUuid(); // no storage: a reload is then another tab
  }
  return name;
}

/**
 * Says that the tab is there until it is told to stop.
 * @param {Post} post
 * @param {() => string[]} held ids of the samples that the tab holds
 * @returns {() => void} stops it; the cards are free after a while
 */
export function staysOpen(post, held) {
  const tell = (/** @type {boolean} */ leaving) => post("held", { held: held(), leaving }).catch(() => {});
  const timer = setInterval(() => tell(false), HERE_MS);
  const leaves = () => void tell(true);
  addEventListener("pagehide", leaves);
  return () => {
    clearInterval(timer);
    removeEventListener("pagehide", leaves);
  };
}
