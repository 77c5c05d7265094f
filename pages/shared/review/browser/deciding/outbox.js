// Decisions on their way to the server. Each lies in localStorage under a key of its own from the moment it is made
// until the server has said that it is durable; so neither a reload, a crash nor a second tab can lose one.
/** @import { Answered, Item, Reveals } from "../told.d.ts" */
import { RETRY_MS, sentenceOf } from "./connection.js";

const BATCH = 200;

/** @typedef {Item & { refused?: string }} Waiting refused: the server's reason */

export class Outbox {
  /**
   * @param {string} name of the reviewer's work on a run: what waits in the storage under it is sent too
   * @param {(items: Item[]) => Promise<Answered["decisions"]>} send throws when the server did not answer
   * @param {(reveals?: Reveals, later?: string[]) => void} changed later: uuids whose reveal is to be asked for
   */
  constructor(name, send, changed) {
    this.prefix = `second-opinion:decision:${name}:`;
    this.send = send;
    this.changed = changed;
    /** @type {Map<string, Waiting>} */
    this.items = new Map();
    this.trouble = ""; // a sentence while the server does not take decisions
    this.storage = true;
    /** @type {Promise<void> | null} */
    this.sending = null;
    this.readStored();
    this.timer = setInterval(() => this.flush(), RETRY_MS);
    /** @param {BeforeUnloadEvent} event */
    this.leaving = (event) => {
      if (this.items.size) event.preventDefault();
    };
    addEventListener("beforeunload", this.leaving);
    this.online = () => void this.flush();
    addEventListener("online", this.online);
  }

  readStored() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      /** @type {Waiting[]} */
      const found = keys.map((key) => JSON.parse(localStorage.getItem(key) ?? ""));
      found.sort((a, b) => a.at - b.at || a.turn - b.turn);
      for (const item of found) this.items.set(item.uuid, item);
    } catch {
      this.storage = false;
    }
  }

  /** @param {Item[]} items */
  add(...items) {
    for (const item of items) {
      this.items.set(item.uuid, item);
      try {
        localStorage.setItem(this.prefix + item.uuid, JSON.stringify(item));
      } catch {
        this.storage = false; // full or forbidden: still kept here and sent; leaving the page is warned about
      }
    }
    this.changed();
    this.flush();
  }

  /** @param {string} uuid */
  drop(uuid) {
    this.items.delete(uuid);
    try {
      localStorage.removeItem(this.prefix + uuid);
    } catch {
      this.storage = false;
    }
  }

  pending() {
    return [...this.items.values()].filter((item) => !item.refused);
  }

  refused() {
    return [...this.items.values()].filter((item) => item.refused);
  }

  /** Uuids of decisions that a waiting one takes back. */
  undone() {
    return new Set(this.pending().flatMap((item) => item.undoes ?? []));
  }

  /**
   * Sends everything that waits; one request at a time, and again until nothing waits.
   * @returns {Promise<void>}
   */
  async flush() {
    if (!this.sending && this.pending().length) {
      this.sending = this.sendAll().finally(() => {
        this.sending = null;
        this.changed();
      });
    }
    await this.sending;
  }

  async sendAll() {
    while (this.pending().length) {
      const batch = this.pending().slice(0, BATCH);
      let answer;
      try {
        answer = await this.send(batch.map(({ refused, ...item }) => item));
      } catch (problem) {
        this.trouble = sentenceOf(problem);
        return;
      }
      this.trouble = "";
      const before = this.pending().length;
      this.settle(answer);
      if (this.pending().length === before) return; // an answer that settles nothing is tried again later
    }
  }

  /** @param {Answered["decisions"]} answer */
  settle(answer) {
    for (const uuid of answer.saved) this.drop(uuid);
    for (const [uuid, sentence] of answer.refused) {
      const item = this.items.get(uuid);
      if (item) item.refused = sentence;
    }
    this.changed(answer.reveals, answer.later);
  }

  close() {
    clearInterval(this.timer);
    removeEventListener("beforeunload", this.leaving);
    removeEventListener("online", this.online);
  }
}
