// The chosen threshold on its way to the server: sent again until the server says that it acted on it.
/** @import { Chosen } from "./told.d.ts" */

const [FIRST_MS, LONGEST_MS] = [1500, 30000];

export class Messages {
  /**
   * @param {(message: Chosen) => void} send may be lost, as by a reconnect
   * @param {(words: string) => void} tell
   */
  constructor(send, tell) {
    this.send = send;
    this.tell = tell;
    /** @type {Chosen | null} */
    this.pending = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
  }

  /** @param {number} threshold */
  choose(threshold) {
    this.pending = { threshold, stamp: Math.random().toString(36).slice(2), attempt: 0 };
    this.tell("Saving …");
    this.deliver();
  }

  deliver() {
    if (!this.pending) return;
    this.pending.attempt += 1;
    this.send({ ...this.pending });
    clearTimeout(this.retry);
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.pending.attempt);
    this.retry = setTimeout(() => {
      this.tell("Not saved yet, trying again …");
      this.deliver();
    }, wait);
  }

  /**
   * Whether nothing is on its way any more. stamp: of the last message that the server acted on.
   * @param {string} stamp
   */
  answered(stamp) {
    if (this.pending?.stamp === stamp) {
      this.close();
      this.tell("Threshold saved");
    }
    return this.pending === null;
  }

  close() {
    this.pending = null;
    clearTimeout(this.retry);
  }
}
