// Which cards this tab took back and has not decided again: after a reload they come first, as they did before.

const MOST = 50;

export class TakenBack {
  /** @param {string} name of the reviewer's view of a run */
  constructor(name) {
    this.key = `second-opinion:taken-back:${name}`;
  }

  /** Sample ids, the one that was before the eyes first. @returns {string[]} */
  ids() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }

  /** @param {string} sample */
  add(sample) {
    this.keep([sample, ...this.ids().filter((one) => one !== sample)].slice(0, MOST));
  }

  /** @param {string} sample */
  drop(sample) {
    const ids = this.ids();
    if (ids.includes(sample)) this.keep(ids.filter((one) => one !== sample));
  }

  /** @param {string[]} ids */
  keep(ids) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(ids));
    } catch {
      // no storage: after a reload they come in their turn
    }
  }
}
