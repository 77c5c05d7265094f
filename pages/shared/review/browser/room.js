// The review room: shows a card, takes a key, shows the next, and sends the decision in the background.

const PICKED = "picked";

class Room {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.base = data.base;
    this.question = data.kind === "question";
    this.words = Object.fromEntries(data.verdicts.map((verdict) => [verdict.name, verdict.words]));
    this.byKey = Object.fromEntries(data.verdicts.filter((v) => v.key).map((v) => [v.key.toLowerCase(), v.name]));
    this.done = []; // own decisions, latest first: {uuid, sample_id, verdict, seconds, card?}
    this.paces = [];
    this.turn = 0;
    this.shown = null;
    this.outbox = new Outbox(data.identity, (items) => this.post("decisions", { decisions: items, sent_at: Date.now() }),
      (reveals) => this.outboxChanged(reveals));
    this.deck = new Deck((route, body) => this.post(route, body), this.outbox, this.base, data.filters.status !== "open");
    this.build();
    this.keydown = (event) => this.key(event);
    addEventListener("keydown", this.keydown, true);
    this.start();
  }

  post(route, body) {
    return ask(this.data, route, body);
  }

  // -- building ---------------------------------------------------------------------------------------------------

  build() {
    [this.progress, this.saving, this.toast] = [new Progress(), new Saving(), new Toast()];
    this.pace = el("span", { class: "pace" });
    this.prompt = el("p", { class: "prompt" });
    this.mode = el("span", { class: "mode" });
    this.choices = new Choices(this.data.keys, this.question, (place) => this.pickPlace(place));
    this.stage = this.question ? null : new Stage();
    this.stem = this.question ? el("div", { class: "stem" }) : null;
    this.last = new LastCard(this.words, this.question);
    this.meta = el("details", { class: "meta" }, el("summary", {}, "About this sample"), el("dl"));
    this.help = new Help(this.helpLines());
    this.search = new Search(() => this.post("classes", {}).then((told) => told.names), (one) => this.pickCode(one.code, one.name));
    this.note = new Note();
    this.past = new History(this.words, (entry) => this.jump(entry));
    this.session = new SessionSheet(this.words);
    this.votes = new VotesSheet(this.question);
    this.alike = el("div", { class: "alike" });
    this.note.closed = () => this.noteClosed();
    this.search.closed = () => this.focusCard();
    for (const sheet of [this.help, this.past, this.session, this.votes]) sheet.closed = () => this.focusCard();
    const parts = this.question
      ? [el("div", { class: "reading", tabindex: "0" },
        el("div", { class: "column" }, this.stem, this.prompt, this.choices.node, this.meta))]
      : [el("div", { class: "looking" }, this.stage.node, el("div", { class: "under" }, this.meta, this.alike)), el("aside", {}, this.prompt, this.choices.node)];
    this.table = el("div", { class: this.question ? "table question" : "table image" }, ...parts);
    this.finished = el("div", { class: "finished", hidden: true });
    this.node = el("div", { class: "room", tabindex: "-1" },
      el("header", {}, this.progress.count, this.pace, this.mode, this.saving.node), this.progress.bar, this.table, this.finished,
      this.verdictButtons(), this.last.node, this.toast.node,
      ...[this.help, this.search, this.note, this.past, this.session, this.votes].map((sheet) => sheet.node));
    this.root.append(this.node);
    this.table.classList.add("waiting");
    this.unfill = fillWindow(this.node);
  }

  verdictButtons() {
    this.buttons = {};
    const small = this.data.verdicts.filter((verdict) => verdict.key).map((verdict) => {
      const button = el("button", { type: "button", class: "verdict", title: verdict.meaning, "data-verdict": verdict.name,
        onclick: () => this.verdict(verdict.name) }, keycap(verdict.key), verdict.words);
      this.buttons[verdict.name] = button;
      return button;
    });
    const extra = [["/", "Another label", () => this.searchAll()], ["T", "Note", () => this.openNote()],
      ["V", "Votes", () => this.openVotes()],
      ["Y", "History", () => this.openHistory()], ["P", "Session", () => this.openSession()], ["?", "Keys", () => this.help.show()]].map(([key, words, act]) =>
      (this.buttons[key] = el("button", { type: "button", class: "verdict", onclick: act }, keycap(key), words)));
    extra[0].hidden = !this.data.search;
    const tools = el("div", { class: "tools" }, this.buttons.undo, ...extra.slice(1));
    return el("div", { class: "verdicts", role: "group", "aria-label": "Verdicts" }, extra[0], ...small.filter((one) => one !== this.buttons.undo), tools);
  }

  helpLines() {
    const keys = [...this.data.keys];
    const lines = [[`${keys[0]} … ${keys[keys.length - 1]}`, "This label fits", "decides and goes on to the next card"]];
    if (this.question) lines.push(["A … J", "This option fits", "the same by letter"]);
    if (this.data.search) lines.push(["/", "Another label", "type a part of its name"]);
    for (const verdict of this.data.verdicts) if (verdict.key) lines.push([verdict.key, verdict.words, verdict.meaning]);
    lines.push(["Enter", "Done marking", "after M: decides for all marked labels"]);
    lines.push(["T", "Note", "write a note on this card"]);
    lines.push(["V", "Votes", "what each expert said about the last card, or about this one when it is open"]);
    lines.push(["Y", "History", "what you decided, and back to any of it"]);
    lines.push(["P", "Session", "cards per minute, verdicts, expected finds, effect of seeing the given label"]);
    if (!this.question) lines.push(["+  −  F", "Zoom", "in, out, fit; arrow keys move; or wheel and drag"]);
    lines.push(["?", "All keys", "this list"]);
    return lines;
  }

  // -- starting and going on -------------------------------------------------------------------------------------

  async start() {
    say(this.prompt, "Fetching the first cards …");
    this.outboxChanged();
    await this.outbox.flush();
    for (;;) {
      if (this.closed) return;
      try {
        await this.deck.refill();
        await this.readHistory();
        break;
      } catch (problem) {
        this.refuse(problem.sentence || "The server does not answer. Trying again …");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.next();
  }

  async readHistory() {
    const waiting = this.outbox.pending();
    const undone = new Set(waiting.map((item) => item.undoes).filter(Boolean));
    const { decisions } = await this.post("history", { count: 50 });
    const own = waiting.filter((item) => item.verdict !== "undo").reverse();
    this.done = [...own, ...decisions].filter((one) => !undone.has(one.uuid));
  }

  /** Shows the first card of the deck. */
  next() {
    this.refillSoon();
    const card = this.deck.cards[0];
    this.shown = null;
    this.several = null;
    this.note.area.value = "";
    this.note.close();
    this.tellProgress();
    if (!card) return this.runDry();
    this.table.hidden = false;
    this.finished.hidden = true;
    this.table.classList.remove("waiting");
    this.choices.show(card, this.base);
    say(this.prompt, this.promptWords());
    say(this.mode, card.mode === "open" ? "open card" : "");
    if (card.decided) this.note.area.value = card.decided.note;
    this.markButtons();
    this.alike.replaceChildren(...(card.open?.alike?.length ? [el("span", {}, "Alike to the experts:"), ...alikeNodes(card.open.alike, this.base)] : []));
    this.showMeta(card);
    const painted = () => requestAnimationFrame(() => {
      if (this.deck.cards[0] !== card || this.shown) return;
      this.shown = { card, since: performance.now() };
      this.node.dataset.sample = card.sample_id; // what is before the reviewer's eyes, and may be decided
    });
    if (this.question) {
      this.stem.replaceChildren(...textNodes(card.stem));
      this.stem.closest(".reading").scrollTop = 0;
      painted();
    } else this.stage.show(card, this.deck.picture(card), painted);
    this.deck.preload();
  }

  runDry() {
    delete this.node.dataset.sample;
    if (!this.deck.ended) {
      this.table.classList.add("waiting");
      say(this.prompt, "Waiting for the server …");
      clearTimeout(this.again);
      this.again = setTimeout(() => this.deck.refill().then(() => this.next(), () => this.runDry()), 150);
      return;
    }
    this.table.hidden = true;
    this.finished.hidden = false;
    this.finished.replaceChildren(...this.summary());
    this.outbox.flush().then(() => this.post("session", {})).then((told) =>
      this.finished.append(...sessionLines(told, this.words)), () => {});
  }

  refillSoon() {
    if (this.deck.cards.length >= REFILL_BELOW || this.deck.ended) return;
    this.deck.refill().then(() => this.tellProgress(), () => {});
  }

  summary() {
    return [el("h2", {}, "This queue is done."), el("p", {}, "Every card in it has your decision. Undo (Z) still works; " +
      "another order, filter or threshold gives more cards.")];
  }

  promptWords() {
    if (this.several) return "Mark every label that fits, then Enter";
    const own = this.deck.cards[0]?.decided;
    if (own) return `You decided: ${this.past.said(own)}. Decide again, or Esc leaves it so.`;
    return this.question ? "Which option is right?" : "Which label fits?";
  }

  showMeta(card) {
    const list = this.meta.lastChild;
    list.replaceChildren(...card.metadata.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  }

  // -- deciding --------------------------------------------------------------------------------------------------

  /** The card before the reviewer's eyes; says so and gives null when there is none (yet). */
  current() {
    if (this.shown) return this.shown.card;
    this.refuse(this.deck.cards.length ? "Too fast: the next card was not visible yet. Nothing was decided."
      : "No card is shown, so nothing was decided.");
    return null;
  }

  pickPlace(place) {
    const card = this.current();
    if (!card) return;
    const one = card.candidates[place];
    if (!one) return this.refuse(`Key ${this.data.keys[place]} has no label on this card.`);
    this.pickCode(one.code, one.name);
  }

  pickCode(code, name) {
    if (!this.current()) return;
    if (!this.several) return this.decide(PICKED, [code], [name]);
    const marked = this.several;
    if (marked.has(code)) marked.delete(code);
    else marked.set(code, name);
    this.choices.mark([...marked.keys()], true);
    say(this.prompt, marked.size ? `${[...marked.values()].join(" + ")}  —  Enter decides` : this.promptWords());
  }

  verdict(name) {
    if (name === "undo") return this.undo();
    if (!this.current()) return;
    if (name === "several_fit") return this.toggleSeveral();
    this.decide(name, [], []);
  }

  toggleSeveral() {
    this.several = this.several ? null : new Map();
    this.choices.mark([], Boolean(this.several));
    say(this.prompt, this.promptWords());
    this.markButtons();
  }

  confirmSeveral() {
    if (!this.current()) return;
    if (!this.several.size) return this.refuse("Nothing is marked. Mark the labels that fit, or press M to go back.");
    this.decide(PICKED, [...this.several.keys()], [...this.several.values()]);
  }

  markButtons() {
    this.buttons.several_fit.setAttribute("aria-pressed", Boolean(this.several));
    this.buttons.T.classList.toggle("filled", Boolean(this.note.area.value));
  }

  decide(verdict, labels, names) {
    const { card, since } = this.shown;
    const item = { uuid: newUuid(), sample_id: card.sample_id, verdict, labels, note: this.note.area.value.trim(),
      seconds: (performance.now() - since) / 1000, mode: card.mode, card: "card", at: Date.now(), turn: this.turn++ };
    this.shown = null;
    this.deck.take();
    this.done.unshift({ ...item, names, own: card });
    if (verdict === "later") {
      this.deck.left += 1;
      this.deck.ended = false;
    } else this.paces = [item.seconds, ...this.paces].slice(0, 30);
    this.outbox.add(item); // before the next card: from here on nothing can lose it, and no answer brings it back
    this.last.decided(card, item, names, this.base);
    this.next();
  }

  async undo() {
    const last = this.done[0];
    if (this.goingBack) return this.refuse("One moment: the card before is on its way.");
    if (!last) return this.refuse("There is nothing to undo.");
    if (last.step) return this.undoStep(last);
    const card = last.own || (await this.fetchBack(last));
    if (!card) return;
    this.done.shift();
    this.outbox.add({ uuid: newUuid(), sample_id: last.sample_id, verdict: "undo", undoes: last.uuid, labels: [], note: "",
      seconds: 0, mode: card.mode, card: "card", at: Date.now(), turn: this.turn++ });
    this.deck.putBack(card);
    if (last.verdict !== "later") this.deck.left += 1;
    this.last.clear("Taken back. Decide again.");
    this.next();
    this.note.area.value = last.note || "";
    this.markButtons();
    if (this.done.length < 10) this.moreHistory();
  }

  /** Takes a whole step of the grid back; its samples come again as cards. */
  async undoStep(last) {
    this.done.shift();
    this.outbox.addAll(last.step.map(([uuid, sample]) => ({ uuid: newUuid(), sample_id: sample, verdict: "undo", undoes: uuid,
      labels: [], note: "", seconds: 0, mode: "open", card: "grid", at: Date.now(), turn: this.turn++ })));
    this.last.clear(`${last.step.length} decisions of the grid taken back.`);
    await this.outbox.flush();
    this.deck.restart();
    this.next();
  }

  /** Brings a decided card back; the new decision replaces the old one. */
  async jump(entry) {
    if (entry.step) return this.refuse("A step of the grid is taken back as a whole: with Z, when it is the last.");
    if (this.goingBack) return this.refuse("One moment: a card is on its way.");
    await this.outbox.flush();
    const card = (await this.fetchBack(entry)) || entry.own;
    if (!card) return;
    if (this.deck.cards[0]?.revisit) this.leave();
    this.deck.putBack({ ...card, revisit: true, decided: card.decided || { ...entry, labels: (entry.names || []).map((name) => ({ name })) } });
    this.deck.left += 1;
    this.next();
  }

  /** A card that was decided before stays as it was. */
  leave() {
    this.deck.take();
    this.next();
  }

  openHistory() {
    this.past.start(this.done, this.base);
    if (this.done.length < 200) this.moreHistory().then(() => this.past.open && this.past.place === 0 && this.past.start(this.done, this.base));
  }

  openVotes() {
    const open = this.shown?.card.open;
    if (open) return this.votes.start("This card", open, this.base);
    if (!this.last.found) return this.refuse("What the experts said shows after the decision.");
    this.votes.start("The last card", this.last.found, this.base);
  }

  openSession() {
    this.outbox.flush().then(() => this.session.start(() => this.post("session", {})));
  }

  async fetchBack(last) {
    this.goingBack = true;
    try {
      const { cards } = await this.post("cards", { sample_ids: [last.sample_id] });
      return cards[0];
    } catch (problem) {
      this.refuse(problem.sentence || "The server does not answer, so the card before cannot be shown yet.");
    } finally {
      this.goingBack = false;
    }
  }

  async moreHistory() {
    const oldest = this.done.filter((one) => one.seq).at(-1);
    if (this.done.length && !oldest) return;
    try {
      const { decisions } = await this.post("history", { count: 50, before: oldest ? oldest.seq : null });
      const known = new Set(this.done.map((one) => one.uuid));
      const undone = new Set(this.outbox.pending().map((item) => item.undoes));
      this.done.push(...decisions.filter((one) => !known.has(one.uuid) && !undone.has(one.uuid)));
    } catch { /* the next undo tries again */ }
  }

  // -- keys ------------------------------------------------------------------------------------------------------

  key(event) {
    if (notForUs(event)) return;
    const target = event.composedPath()[0];
    const onButton = target.matches?.("button, summary, a, [role=button], [role=tab], [role=option]");
    if (onButton && (event.key === "Enter" || event.key === " ")) {
      if (event.repeat && this.root.contains(target)) event.preventDefault(); // a held key decides once
      return;
    }
    if (event.key === "Escape") return this.escape();
    const act = this.action(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !act.repeats) return this.holding();
    act.run();
  }

  action(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (this.help.open) return key === "?" ? { run: () => this.help.close() } : null;
    if (this.past.open) return key === "y" ? { run: () => this.past.close() } : null;
    if (this.votes.open) return key === "v" ? { run: () => this.votes.close() } : null;
    if (this.session.open) return key === "p" ? { run: () => this.session.close() } : null;
    const place = this.data.keys.indexOf(key);
    if (key.length === 1 && place >= 0) return { run: () => this.pickPlace(place) };
    if (this.question && /^[a-j]$/.test(key)) return { run: () => this.pickPlace(key.charCodeAt(0) - 97) };
    if (key in this.byKey) return { run: () => this.verdict(this.byKey[key]) };
    if (key === "Enter" && this.several) return { run: () => this.confirmSeveral() };
    const named = { "/": () => this.searchAll(), t: () => this.openNote(), y: () => this.openHistory(),
      p: () => this.openSession(), v: () => this.openVotes(), "?": () => this.help.show(),
      Backspace: () => this.undo() };
    if (named[key]) return { run: named[key] };
    return this.stage ? this.zoomAction(key) : null;
  }

  zoomAction(key) {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[key];
    if (step) return { run: () => this.stage.pan(...step), repeats: true };
    if (key === "+" || key === "=") return { run: () => this.stage.zoom(1.25), repeats: true };
    if (key === "-") return { run: () => this.stage.zoom(0.8), repeats: true };
    return key === "f" ? { run: () => this.stage.fit() } : null;
  }

  holding() {
    this.refuse("A held key decides once. Let go and press again.");
  }

  escape() {
    for (const sheet of [this.help, this.past, this.session, this.votes]) if (sheet.open) return sheet.close();
    if (this.several) return this.toggleSeveral();
    if (this.shown?.card.decided) this.leave();
  }

  searchAll() {
    if (!this.data.search) return this.refuse("Every label is already shown.");
    if (this.current()) this.search.start();
  }

  openNote() {
    if (this.current()) this.note.show(this.note.area);
  }

  noteClosed() {
    this.markButtons();
    this.focusCard();
  }

  focusCard() {
    this.node.focus({ preventScroll: true });
  }

  // -- telling ---------------------------------------------------------------------------------------------------

  refuse(sentence) {
    this.toast.say(sentence);
  }

  outboxChanged(reveals) {
    this.last.reveal(reveals);
    this.saving.changed(this.outbox);
    if (reveals && !this.deck.cards.length && !this.deck.ended) this.next();
  }

  tellProgress() {
    const { total, left } = this.deck;
    this.progress.show(total, left);
    if (this.paces.length < 5) return say(this.pace, "");
    const seconds = [...this.paces].sort((a, b) => a - b)[Math.floor(this.paces.length / 2)];
    const minutes = (left * seconds) / 60;
    const time = minutes < 90 ? `${Math.max(1, Math.round(minutes))} min` : `${(minutes / 60).toFixed(1)} h`;
    say(this.pace, `${Math.min(99, Math.round(60 / Math.max(seconds, 0.1)))} cards a minute, ${time} left`);
  }

  close() {
    this.closed = true;
    clearTimeout(this.again);
    this.saving.close();
    removeEventListener("keydown", this.keydown, true);
    this.unfill();
    this.stage?.close();
    this.outbox.flush();
    this.outbox.close();
    this.node.remove();
  }
}

/** Streamlit calls this at mounting and whenever the data change; only another view of the run begins anew. */
export default function (component) {
  const { parentElement: root, data } = component;
  if (root.room && root.room.data.view === data.view) root.room.data = { ...root.room.data, token: data.token };
  else {
    root.room?.close();
    root.room = new Room(root, data);
  }
  return () => {
    root.room?.close();
    root.room = null;
  };
}
