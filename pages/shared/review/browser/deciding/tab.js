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

const OTHER_TABS = "You review this run in another tab too. Both share your cards: none comes twice.";

/** Says that it is there until it is closed; its cards are then free after a while. */
export class Tab {
  /** @param {Post} post @param {() => string[]} held ids of its samples @param {(sentence: string) => void} say */
  constructor(post, held, say = () => {}) {
    this.say = say;
    this.told = false;
    const tell = (/** @type {boolean} */ leaving) => post("held", { held: held(), leaving }).catch(() => {});
    this.timer = setInterval(() => tell(false), HERE_MS);
    this.leaves = () => void tell(true);
    addEventListener("pagehide", this.leaves);
  }

  /** @param {boolean} open the reviewer has another tab open: said once */
  others(open) {
    if (open && !this.told) this.say(OTHER_TABS);
    this.told = open;
  }

  close() {
    clearInterval(this.timer);
    removeEventListener("pagehide", this.leaves);
  }
}
