// Decisions on their way to the server. Each lies in localStorage under a key of its own from the moment it is made
// until the server has said that it is durable; so neither a reload, a crash nor a second tab can lose one.
const BATCH = 200;

class Outbox {
  constructor(name, send, changed) {
    this.prefix = `second-opinion:decision:${name}:`;
    this.send = send; // async (items) -> {saved, refused, reveals}; throws when the server did not answer
    this.changed = changed;
    this.items = new Map();
    this.saved = 0;
    this.trouble = ""; // a sentence while the server does not take decisions
    this.storage = true;
    this.readStored();
    this.timer = setInterval(() => this.flush(), RETRY_MS);
    this.leaving = (event) => {
      if (this.items.size) event.preventDefault();
    };
    addEventListener("beforeunload", this.leaving);
    this.online = () => this.flush();
    addEventListener("online", this.online);
  }

  readStored() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
      const found = keys.map((key) => JSON.parse(localStorage.getItem(key)));
      found.sort((a, b) => a.at - b.at || a.turn - b.turn);
      for (const item of found) this.items.set(item.uuid, item);
    } catch {
      this.storage = false;
    }
  }

  add(item) {
    this.addAll([item]);
  }

  addAll(items) {
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

  /** Sends everything that waits; one request at a time, and again until nothing waits. */
  async flush() {
    if (this.sending || !this.pending().length) return this.sending;
    this.sending = this.sendAll().finally(() => {
      this.sending = null;
      this.changed();
    });
    return this.sending;
  }

  async sendAll() {
    while (this.pending().length) {
      const batch = this.pending().slice(0, BATCH);
      let answer;
      try {
        answer = await this.send(batch.map(({ refused, ...item }) => item));
      } catch (problem) {
        this.trouble = problem.sentence || "The server does not answer.";
        return;
      }
      this.trouble = "";
      const before = this.pending().length;
      this.settle(answer);
      if (this.pending().length === before) return; // an answer that settles nothing is tried again later
    }
  }

  settle(answer) {
    for (const uuid of answer.saved) {
      if (this.items.has(uuid)) this.saved += this.items.get(uuid).verdict === "undo" ? -1 : 1;
      this.drop(uuid);
    }
    for (const [uuid, sentence] of answer.refused) {
      if (this.items.has(uuid)) this.items.get(uuid).refused = sentence;
    }
    this.changed(answer.reveals);
  }

  close() {
    clearInterval(this.timer);
    removeEventListener("beforeunload", this.leaving);
    removeEventListener("online", this.online);
  }
}

function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
