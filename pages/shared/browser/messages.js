// What a person chose on its way to the server: sent again until the server says that it acted on it.

const [FIRST_MS, LONGEST_MS] = [1500, 30000];
const SETTLED_MS = 400; // after the last key

/** What is done once no key has come for a moment. */
export class AfterKeys {
  /** @param {() => void} act */
  constructor(act) {
    this.act = act;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
  }

  get waiting() {
    return this.timer !== null;
  }

  pressed() {
    this.stop();
    this.timer = setTimeout(() => this.act(), SETTLED_MS);
  }

  /** Not waiting any longer, where something waits. */
  now() {
    if (this.waiting) this.act();
  }

  stop() {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
  }
}

/** @typedef {{ stamp: string, attempt: number }} Stamped */

/** @template {object} Chosen */
export class Messages {
  /**
   * @param {(message: Chosen & Stamped) => void} send may be lost, as by a reconnect
   * @param {(words: string) => void} tell
   * @param {string} saved what is told once the server acted on it
   */
  constructor(send, tell, saved) {
    this.send = send;
    this.tell = tell;
    this.saved = saved;
    /** @type {(Chosen & Stamped) | null} */
    this.pending = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
  }

  /** @param {Chosen} chosen */
  choose(chosen) {
    this.pending = { ...chosen, stamp: Math.random().toString(36).slice(2), attempt: 0 };
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
      this.tell(this.saved);
    }
    return this.pending === null;
  }

  close() {
    this.pending = null;
    clearTimeout(this.retry);
  }
}
