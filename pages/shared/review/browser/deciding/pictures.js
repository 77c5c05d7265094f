// Pictures of the coming cards, fetched and decoded before they are wanted.
/** @import { Card } from "../told.d.ts" */

/**
 * @typedef {object} Loading
 * @property {HTMLImageElement} image
 * @property {boolean} failed
 * @property {Promise<void>} [decoded]
 */

export class Pictures {
  /** @param {string} base the app's address */
  constructor(base) {
    this.base = base;
    /** @type {Map<string, Loading>} by address, kept while a card is near */
    this.held = new Map();
  }

  /**
   * Fetches the pictures of the coming cards, decodes those of the first, and forgets those of cards long gone.
   * @param {Card[]} coming
   * @param {number} decodedAhead cards
   * @param {Card[]} recent cards that may come back
   */
  near(coming, decodedAhead, recent) {
    /** @type {Map<string, Loading>} */
    const near = new Map();
    coming.forEach((card, place) => {
      for (const url of addresses(card)) {
        const picture = near.get(url) ?? this.held.get(url) ?? this.load(url);
        near.set(url, picture);
        if (place < decodedAhead) decode(picture);
      }
    });
    for (const url of recent.flatMap(addresses)) {
      const picture = this.held.get(url);
      if (picture) near.set(url, picture);
    }
    this.held = near;
  }

  /**
   * The large picture of a card; null where it has none.
   * @param {Card} card
   */
  of(card) {
    const url = card.picture?.full;
    if (!url) return null;
    const picture = this.held.get(url) ?? this.load(url);
    this.held.set(url, picture);
    return picture;
  }

  /** @param {string} url @returns {Loading} */
  load(url) {
    /** @type {Loading} */
    const picture = { image: new Image(), failed: false };
    picture.image.decoding = "async";
    picture.image.addEventListener("error", () => {
      picture.failed = true;
    });
    picture.image.src = this.base + url;
    return picture;
  }
}

/** @param {Loading} picture */
function decode(picture) {
  picture.decoded ??= picture.image.decode().catch(() => {
    if (picture.image.complete && !picture.image.naturalWidth) picture.failed = true;
  });
}

/** @param {Card} card @returns {string[]} */
function addresses(card) {
  const shown = card.picture?.full ? [card.picture.full] : [];
  const alike = (card.open?.alike ?? []).map((one) => one.thumb);
  const examples = card.candidates.flatMap((one) => one.examples);
  return [...shown, ...alike, ...examples].filter((url) => url !== null);
}
