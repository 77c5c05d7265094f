// What a card, a vote and a reveal look like. Views are built once and refilled, so that nothing jumps or flickers.

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** One bar for each expert that voted a class; the words say what the bars show. */
function voteBars(votes) {
  const words = votes.map((vote) => `${vote.expert} ${percent(vote.confidence)}`).join(", ");
  const bars = votes.map((vote) => {
    const bar = el("i", { title: `${vote.expert}: ${percent(vote.confidence)}` });
    bar.style.setProperty("--share", vote.confidence.toFixed(3));
    return bar;
  });
  return el("span", { class: "bars", role: "img", "aria-label": words }, ...bars);
}

/** Samples that the experts find alike, each with its given label. */
function alikeNodes(alike, base) {
  return alike.filter((one) => one.thumb).map((one) => el("figure", {},
    el("img", { alt: "", src: base + one.thumb }), el("figcaption", { title: one.name }, one.name)));
}

/** The options of a card at their fixed keys: ten rows that are refilled for each card. */
class Choices {
  constructor(keys, question, pick) {
    this.keys = keys;
    this.question = question;
    this.rows = [...keys].map((key, place) => {
      const row = {
        cap: keycap(key), letter: el("b", { class: "letter" }), name: el("span", { class: "name" }),
        said: el("span", { class: "said" }), examples: el("span", { class: "examples", "aria-hidden": "true" }),
      };
      row.button = el("button", { type: "button", class: "choice", "data-place": place, onclick: () => pick(place) },
        row.cap, row.letter, row.name, row.said, row.examples);
      return row;
    });
    this.node = el("div", { class: question ? "choices options" : "choices", role: "group", "aria-label": "Labels" },
      ...this.rows.map((row) => row.button));
  }

  /** Digits 0 to 9 as class names sit at their own key; everything else in order. */
  show(card, base) {
    this.offered = card.candidates;
    this.rows.forEach((row, place) => {
      const one = card.candidates[place];
      row.button.hidden = !one;
      if (!one) return;
      say(row.letter, this.question ? one.name : "");
      if (one.text) row.name.replaceChildren(...textNodes(one.text));
      else say(row.name, this.question && card.candidates[place].text === undefined ? "" : one.name);
      row.button.setAttribute("aria-label", this.label(one, place));
      this.showExamples(row, one, base);
      this.showSaid(row, one, card.open);
    });
    this.mark([]);
  }

  label(one, place) {
    return `${this.keys[place]}: ${one.name}${one.text ? `, ${plainText(one.text)}` : ""}`;
  }

  showExamples(row, one, base) {
    const wanted = one.examples.filter(Boolean).map((url) => base + url);
    while (row.examples.children.length < wanted.length) row.examples.append(el("img", { alt: "" }));
    [...row.examples.children].forEach((image, place) => {
      image.hidden = place >= wanted.length;
      if (!image.hidden && image.src !== new URL(wanted[place], location.href).href) image.src = wanted[place];
    });
  }

  showSaid(row, one, open) {
    if (!open) return row.said.replaceChildren();
    const tags = [];
    if (open.given.code === one.code) tags.push(el("span", { class: "tag" }, "given"));
    if (open.suggested.code === one.code) tags.push(el("span", { class: "tag" }, "suggested"));
    const votes = open.votes.filter((vote) => vote.code === one.code);
    row.said.replaceChildren(...tags, ...(votes.length ? [voteBars(votes)] : []));
  }

  /** Shows which classes are marked while several may be. */
  mark(codes, several = false) {
    this.node.classList.toggle("several", several);
    this.rows.forEach((row, place) => {
      const one = this.offered[place];
      if (several && one) row.button.setAttribute("aria-pressed", codes.includes(one.code));
      else row.button.removeAttribute("aria-pressed");
    });
  }
}

/** The picture with zoom and pan; small ones are scaled by whole steps without blur. */
class Stage {
  constructor() {
    this.frame = el("div", { class: "frame", tabindex: "-1" });
    this.inset = el("div", { class: "inset", hidden: true, "aria-hidden": "true" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.node = el("div", { class: "stage" }, this.frame, this.inset, this.problem);
    this.node.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.node.addEventListener("pointerdown", (event) => this.grab(event));
    this.node.addEventListener("dblclick", () => (this.scale > 1 ? this.fit() : this.zoom(2)));
    this.resized = new ResizeObserver(() => this.image && this.lay());
    this.resized.observe(this.node);
    this.fit();
  }

  /** Shows a card's picture, or the sentence that says why not. Returns whether it can be judged by now. */
  show(card, image, done) {
    this.image = null;
    const problem = card.picture.problem || (image && image.state === "failed" ? "The picture could not be loaded." : "");
    this.problem.hidden = !problem;
    say(this.problem, problem ? `This picture cannot be shown. ${problem}` : "");
    this.inset.hidden = true;
    this.fit();
    if (problem) {
      this.frame.replaceChildren();
      return done();
    }
    this.image = image;
    image.alt = "The picture to judge";
    image.draggable = false;
    this.size = [card.picture.width, card.picture.height];
    this.frame.replaceChildren(image);
    this.lay();
    if (image.complete && image.naturalWidth) return done();
    const settled = () => {
      if (this.image === image) image.naturalWidth ? done() : this.show(card, Object.assign(image, { state: "failed" }), done);
    };
    image.addEventListener("load", settled, { once: true });
    image.addEventListener("error", settled, { once: true });
  }

  lay() {
    const [width, height] = this.size;
    const room = [this.node.clientWidth - 24, this.node.clientHeight - 24];
    const most = Math.min(room[0] / width, room[1] / height);
    const small = Math.max(width, height) <= 256;
    const step = small ? Math.max(1, Math.min(Math.floor(most), 32, Math.floor(640 / Math.max(width, height)))) : Math.min(most, 1.5);
    this.image.style.width = `${Math.max(1, Math.round(width * (most < 1 ? most : step)))}px`;
    this.image.classList.toggle("pixels", small);
    this.inset.hidden = Math.max(width, height) > 64;
    if (!this.inset.hidden) {
      const copy = this.inset.firstChild || this.inset.appendChild(el("img", { alt: "" }));
      if (copy.src !== this.image.src) copy.src = this.image.src;
      copy.style.width = `${Math.round((72 * width) / Math.max(width, height))}px`;
    }
  }

  fit() {
    this.scale = 1;
    this.at = [0, 0];
    this.place();
  }

  zoom(factor) {
    const scale = Math.min(16, Math.max(0.25, this.scale * factor));
    this.at = this.at.map((one) => (one * scale) / this.scale);
    this.scale = scale;
    this.place();
  }

  pan(x, y) {
    this.at = [this.at[0] + x, this.at[1] + y];
    this.place();
  }

  place() {
    this.frame.style.transform = `translate(${this.at[0]}px, ${this.at[1]}px) scale(${this.scale})`;
    this.node.classList.toggle("zoomed", this.scale > 1);
  }

  wheel(event) {
    if (!this.image) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }

  grab(event) {
    if (event.button || !this.image) return;
    const move = (moved) => this.pan(moved.movementX, moved.movementY);
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  close() {
    this.resized.disconnect();
  }
}

/** What the previous card was: own verdict at once, the hidden things as soon as the server has the decision. */
class LastCard {
  constructor(words, question) {
    this.words = words; // verdict name -> words
    this.question = question;
    this.picture = el("span", { class: "thumb", "aria-hidden": "true" });
    this.own = el("span", { class: "own" });
    this.told = el("span", { class: "told" });
    this.votes = el("span", { class: "votes" });
    this.alike = el("span", { class: "alike", title: "Alike to the experts, with their given labels" });
    this.node = el("section", { class: "last", "aria-label": "The last card" }, this.picture,
      el("div", { class: "lines" }, this.own, this.told), this.alike, this.votes);
    this.clear();
  }

  clear(text = "What the experts said shows here after each decision.") {
    this.uuid = this.found = null;
    this.picture.replaceChildren();
    this.alike.replaceChildren();
    say(this.own, text);
    say(this.told, "");
    this.votes.replaceChildren();
  }

  decided(card, item, names, base) {
    [this.uuid, this.found, this.base] = [item.uuid, null, base];
    const thumb = card.picture && card.picture.thumb;
    this.picture.replaceChildren(...(thumb ? [el("img", { alt: "", src: base + thumb })] : []));
    const what = item.verdict === "picked" ? names.join(" + ") : this.words[item.verdict];
    this.own.replaceChildren("Last card: ", el("strong", {}, what));
    say(this.told, item.verdict === "later" ? "It comes back at the end." : "");
    this.votes.replaceChildren();
    this.alike.replaceChildren();
  }

  reveal(reveals) {
    const found = reveals && this.uuid && reveals[this.uuid];
    if (!found || found.verdict === "later") return;
    this.found = found;
    const verdict = this.words[found.verdict];
    const picked = found.picked.map((one) => one.name).join(" + ");
    this.own.replaceChildren("Last card: ", el("strong", {}, picked ? `${verdict}: ${picked}` : verdict));
    const said = [`given ${found.given.name}`, `suggested ${found.suggested.name}`,
      `suspicion ${found.suspicion.toFixed(2)}`];
    const others = new Map();
    for (const { verdict: one } of found.colleagues) others.set(one, (others.get(one) || 0) + 1);
    for (const [one, count] of others) said.push(`${count === 1 ? "a colleague" : `${count} colleagues`}: ${this.words[one].toLowerCase()}`);
    say(this.told, said.join("  ·  "));
    this.votes.replaceChildren(...this.columns(found).map(([name, votes]) =>
      el("span", { class: "vote" }, voteBars(votes), el("span", { class: "voted" }, name))));
    this.alike.replaceChildren(...alikeNodes(found.alike || [], this.base));
  }

  /** Of a question each option with its pooled probability, of an image each class that got votes with their number. */
  columns(found) {
    if (!this.question || !found.probabilities) return this.byClass(found).map(([name, votes]) => [`${name}  ${votes.length}`, votes]);
    return found.probabilities.map((one) => [`${one.name}  ${percent(one.probability)}`, found.votes.filter((vote) => vote.code === one.code)]);
  }

  byClass(found) {
    const classes = new Map();
    for (const vote of found.votes) classes.set(vote.name, [...(classes.get(vote.name) || []), vote]);
    return [...classes].sort((a, b) => b[1].length - a[1].length).slice(0, 5);
  }
}
