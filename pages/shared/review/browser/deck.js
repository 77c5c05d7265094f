// The cards the browser holds: the first is shown, the others wait with their pictures fetched and decoded.
const WINDOW = 20;
const REFILL_BELOW = 12;
const DECODED_AHEAD = 6;

class Deck {
  constructor(post, outbox, base, again) {
    this.again = again; // the view shows decided cards: what was seen here does not come back
    this.post = post; // async (route, body) -> answer
    this.outbox = outbox;
    this.base = base;
    this.cards = [];
    this.decidedAt = new Map(); // sample id -> performance.now(), to sift answers that were under way
    this.pictures = new Map(); // url -> Image, kept while a card is near
    this.total = 0;
    this.left = 0;
    this.ended = false;
  }

  async refill() {
    if (this.fetching || this.ended) return this.fetching;
    this.fetching = this.fetchMore().finally(() => (this.fetching = null));
    return this.fetching;
  }

  async fetchMore() {
    const asked = performance.now();
    const pending = this.outbox.pending();
    const undone = new Set(pending.map((item) => item.undoes).filter(Boolean));
    const unsaved = pending.filter((item) => item.verdict !== "undo" && !undone.has(item.uuid));
    const seen = this.again ? [...this.decidedAt.keys()] : [];
    const held = [...new Set([...this.cards, ...unsaved].map((one) => one.sample_id).concat(seen))].slice(0, 10000);
    const answer = await this.post("cards", { held, count: WINDOW });
    const here = new Set(held.concat(this.cards.map((card) => card.sample_id)));
    for (const card of answer.cards) {
      const since = this.decidedAt.get(card.sample_id);
      if (here.has(card.sample_id) || (since !== undefined && since >= asked)) continue;
      this.cards.push(card);
    }
    this.total = answer.progress.total;
    const during = [...this.decidedAt.values()].filter((at) => at >= asked).length;
    this.left = Math.max(0, answer.progress.left - (this.again ? seen.length : unsaved.length + during));
    this.left += this.cards.filter((card) => card.revisit).length;
    this.ended = answer.cards.length === 0;
    this.preload();
  }

  /** Fetches and decodes the pictures of the coming cards; forgets those long gone. */
  preload() {
    const near = new Map();
    this.cards.slice(0, WINDOW + 4).forEach((card, place) => {
      for (const url of cardPictures(card)) {
        const image = this.pictures.get(url) || this.load(url);
        near.set(url, image);
        if (place < DECODED_AHEAD) this.decode(image);
      }
    });
    for (const card of this.recent || []) {
      for (const url of cardPictures(card)) if (this.pictures.has(url)) near.set(url, this.pictures.get(url));
    }
    this.pictures = near;
  }

  load(url) {
    const image = new Image();
    image.decoding = "async";
    image.state = "loading";
    image.addEventListener("load", () => (image.state = "loaded"));
    image.addEventListener("error", () => (image.state = "failed"));
    image.src = this.base + url;
    return image;
  }

  decode(image) {
    image.decoded ||= image.decode().then(() => (image.state = "ready"), () => {
      if (image.complete && !image.naturalWidth) image.state = "failed";
    });
    return image.decoded;
  }

  picture(card) {
    const url = card.picture && card.picture.full;
    if (!url) return null;
    if (!this.pictures.has(url)) this.pictures.set(url, this.load(url));
    return this.pictures.get(url);
  }

  /** The shown card leaves; it stays at hand for undo. */
  take() {
    const card = this.cards.shift();
    this.recent = [card, ...(this.recent || [])].slice(0, 12);
    this.decidedAt.set(card.sample_id, performance.now());
    this.left = Math.max(0, this.left - 1);
    return card;
  }

  /** Forgets what is held and begins anew. */
  restart() {
    this.cards = [];
    this.decidedAt.clear();
    this.ended = false;
  }

  putBack(card) {
    this.cards = [card, ...this.cards.filter((other) => other.sample_id !== card.sample_id)];
    this.decidedAt.delete(card.sample_id);
    this.ended = false;
    this.preload();
  }
}

function cardPictures(card) {
  const shown = card.picture && card.picture.full ? [card.picture.full] : [];
  const alike = (card.open?.alike || []).map((one) => one.thumb);
  return shown.concat(alike, ...card.candidates.map((one) => one.examples)).filter(Boolean);
}
