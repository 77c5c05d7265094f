// The grid: a page of thumbnails of one confusion pair or class, decided at once, with exceptions.
const AHEAD = 2; // pages fetched and decoded before they are wanted
const GAP = 8;
const CAPTION = 20;

class Page {
  constructor(answer, base, toggle) {
    this.out = new Set(); // places left out
    this.next = answer.next;
    this.cells = answer.cells.map((cell, place) => new Cell(cell, place, base, toggle));
  }

  get ready() {
    return this.cells.every((cell) => cell.settled);
  }
}

class Cell {
  constructor(told, place, base, toggle) {
    Object.assign(this, told, { place, broken: !told.thumb, settled: !told.thumb });
    this.caption = el("span", { class: "caption" });
    this.image = told.thumb ? el("img", { alt: "", draggable: "false", src: base + told.thumb }) : null;
    this.node = el("button", { type: "button", class: "cell", tabindex: "-1", onclick: (event) => toggle(place, event.shiftKey) },
      el("span", { class: "shot" }, this.image), this.caption);
    this.image?.addEventListener("load", () => {
      this.settled = true;
      this.image.classList.toggle("pixels", Math.max(this.image.naturalWidth, this.image.naturalHeight) <= 64);
    }, { once: true });
    this.image?.addEventListener("error", () => Object.assign(this, { settled: true, broken: true }) && this.show(), { once: true });
    this.image?.decode().catch(() => {});
    this.show();
  }

  /** plan: what it will get ("keep", "relabel", "open"), or nothing while no plan is made. */
  show(plan = "", out = false, words = "") {
    this.node.dataset.plan = this.broken ? "open" : plan;
    this.node.setAttribute("aria-pressed", out);
    const text = this.broken ? "cannot be shown" : words || (out ? "✕ left out" : "");
    say(this.caption, text);
    this.node.setAttribute("aria-label", `${this.place + 1}: ${text || "in"}`);
  }
}

class Grid {
  constructor(root, data) {
    Object.assign(this, { root, data, pages: [], at: 0, focus: 0, steps: [], plan: "", swap: false, cursor: 0, total: 0, left: 0, turn: 0 });
    this.outbox = new Outbox(data.identity, (items) => ask(this.data, "decisions", { decisions: items, sent_at: Date.now() }),
      () => this.saving.changed(this.outbox));
    this.build();
    this.keydown = (event) => this.key(event);
    addEventListener("keydown", this.keydown, true);
    this.saving.changed(this.outbox);
    this.outbox.flush().then(() => this.begin());
  }

  build() {
    [this.progress, this.saving, this.toast] = [new Progress(), new Saving(), new Toast()];
    this.area = el("div", { class: "cells", role: "group", "aria-label": "Samples" });
    this.prompt = el("p", { class: "prompt", role: "status" });
    this.where = el("span", { class: "where" });
    this.help = new Help(GRID_KEYS);
    this.help.closed = () => this.focusCell();
    const button = (key, words, act, name) => el("button", { type: "button", class: "verdict", "data-act": name, onclick: act }, keycap(key), words);
    this.buttons = el("div", { class: "verdicts", role: "group", "aria-label": "Decide" },
      button("K", "Keep all", () => this.preview("keep"), "keep"), button("R", "Relabel all", () => this.preview("relabel"), "relabel"),
      button("Space", "Leave one out", () => this.toggle(this.focus), "out"), this.swapper = button("E", "", () => this.swapOut(), "swap"),
      button("Enter", "Decide", () => this.decide(), "decide"), button(",", "Page before", () => this.turnPage(-1), "before"),
      button(".", "Next page", () => this.turnPage(1), "next"), button("Z", "Undo step", () => this.undo(), "undo"),
      button("?", "Keys", () => this.help.show(), "help"));
    this.node = el("div", { class: "room grid", tabindex: "-1" }, el("header", {}, this.progress.count, this.where, this.saving.node),
      this.progress.bar, this.area, this.prompt, this.buttons, this.toast.node, this.help.node);
    this.root.append(this.node);
    this.unfill = fillWindow(this.node);
    this.resized = new ResizeObserver(() => this.lay());
    this.resized.observe(this.area);
    this.tellSwap();
  }

  get page() {
    return this.pages[this.at];
  }

  // -- pages ------------------------------------------------------------------------------------------------------

  async begin() {
    Object.assign(this, { pages: [], at: 0, cursor: 0, steps: [] });
    delete this.node.dataset.page;
    while (!this.closed) {
      try {
        await this.ensure(0);
        return this.show();
      } catch (problem) {
        this.toast.say(problem.sentence || "The server does not answer. Trying again …");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Fetches pages up to the one at ``place``, one after the other. */
  async ensure(place) {
    while (this.pages.length <= place && this.cursor !== null) {
      this.fetching ||= this.fetchPage().finally(() => (this.fetching = null));
      await this.fetching;
    }
  }

  async fetchPage() {
    const answer = await ask(this.data, "grid", { after: this.cursor, count: this.data.size });
    this.cursor = answer.next;
    this.total = answer.progress.total;
    this.left = answer.progress.left - this.outbox.pending().filter((item) => item.verdict !== "undo").length;
    if (answer.cells.length) this.pages.push(new Page(answer, this.data.base, (which, range) => this.toggle(which, range)));
  }

  show() {
    this.plan = "";
    this.focus = 0;
    this.since = performance.now();
    this.progress.show(this.total, this.left);
    if (!this.page) return this.nothing();
    this.area.replaceChildren(...this.page.cells.map((cell) => cell.node));
    this.lay();
    this.tellPlan();
    this.focusCell();
    say(this.where, `page ${this.at + 1}${this.cursor === null ? ` of ${this.pages.length}` : ""}`);
    this.node.dataset.page = this.at + 1;
    this.ensure(this.at + AHEAD).catch(() => {});
  }

  nothing() {
    this.area.replaceChildren(el("p", { class: "problem" }, "No sample here waits for a decision. Choose another pair or class above."));
    delete this.node.dataset.page;
    say(this.where, "");
    say(this.prompt, "");
  }

  async turnPage(step) {
    const wanted = this.at + step;
    if (wanted < 0) return this.toast.say("This is the first page.");
    if (wanted >= this.pages.length) {
      if (this.cursor === null) return this.toast.say("This is the last page.");
      try {
        await this.ensure(wanted);
      } catch (problem) {
        return this.toast.say(problem.sentence || "The server does not answer.");
      }
      if (wanted >= this.pages.length) return this.toast.say("This is the last page.");
    }
    this.at = wanted;
    this.show();
  }

  /** The largest cells with which the whole page fits. */
  lay() {
    const count = this.page ? this.page.cells.length : 0;
    if (!count) return;
    const [width, height] = [this.area.clientWidth, this.area.clientHeight];
    let [side, columns] = [0, 1];
    for (let tried = 1; tried <= count; tried++) {
      const rows = Math.ceil(count / tried);
      const fits = Math.min((width - GAP * (tried - 1)) / tried, (height - GAP * (rows - 1)) / rows - CAPTION, 200);
      if (fits > side) [side, columns] = [fits, tried];
    }
    this.columns = columns;
    this.area.style.setProperty("--side", `${Math.max(56, Math.floor(side))}px`);
    this.area.style.setProperty("--columns", columns);
  }

  // -- choosing ---------------------------------------------------------------------------------------------------

  focusCell() {
    const cells = this.page ? this.page.cells : [];
    cells.forEach((cell, place) => (cell.node.tabIndex = place === this.focus ? 0 : -1));
    (cells[this.focus]?.node || this.node).focus({ preventScroll: true });
  }

  move(step) {
    if (!this.page) return;
    this.focus = Math.min(this.page.cells.length - 1, Math.max(0, this.focus + step));
    this.focusCell();
  }

  toggle(place, range = false) {
    const { page } = this;
    if (!page || page.decided) return this.toast.say("This page is decided. Z takes the last step back.");
    const [from, to] = range && this.lastToggled !== undefined ? [this.lastToggled, place].sort((a, b) => a - b) : [place, place];
    const out = !page.out.has(place);
    for (let one = from; one <= to; one++) out ? page.out.add(one) : page.out.delete(one);
    this.lastToggled = this.focus = place;
    this.tellPlan();
    this.focusCell();
  }

  swapOut() {
    this.swap = !this.swap;
    this.tellSwap();
    this.tellPlan();
  }

  tellSwap() {
    this.swapper.lastChild.textContent = this.swap ? "Left out: other label" : "Left out: stay open";
    this.swapper.setAttribute("aria-pressed", this.swap);
  }

  /** What a cell gets under the plan: "keep", "relabel" or "open". */
  fate(cell, plan = this.plan) {
    if (cell.broken || !plan) return "open";
    const out = this.page.out.has(cell.place);
    const wished = !out ? plan : this.swap ? { keep: "relabel", relabel: "keep" }[plan] : "open";
    return wished === "relabel" && cell.suggested.code === cell.given.code ? "open" : wished;
  }

  preview(plan) {
    if (!this.page) return;
    if (this.page.decided) return this.toast.say("This page is decided. Z takes the last step back.");
    if (!this.page.ready) return this.toast.say("Not all pictures are visible yet. Nothing was decided.");
    this.plan = plan;
    this.tellPlan();
  }

  tellPlan() {
    const { page } = this;
    for (const cell of page.cells) {
      const fate = this.fate(cell, page.decided || this.plan);
      const plan = page.decided || this.plan ? fate : "";
      const words = { keep: `keep ${cell.given.name}`, relabel: `→ ${cell.suggested.name}`, open: "stays open" }[plan];
      cell.show(plan, page.out.has(cell.place), words || (this.data.pair ? "" : cell.suggested.name));
    }
    for (const name of ["keep", "relabel"]) this.buttons.querySelector(`[data-act=${name}]`).setAttribute("aria-pressed", this.plan === name);
    say(this.prompt, page.decided ? "Decided. Z takes the last step back." : this.plan ? `${this.counts()}. Enter decides, Esc goes back.` : this.data.question);
  }

  counts() {
    const fates = this.page.cells.map((cell) => this.fate(cell));
    const count = (fate) => fates.filter((one) => one === fate).length;
    const parts = [[count("keep"), `keep ${this.data.pair ? this.page.cells[0].given.name : "the given label"}`],
      [count("relabel"), this.data.pair ? `become ${this.page.cells[0].suggested.name}` : "take the suggested label"], [count("open"), "stay open"]];
    return parts.filter(([number]) => number).map(([number, words]) => `${number} ${words}`).join("  ·  ");
  }

  // -- deciding ---------------------------------------------------------------------------------------------------

  decide() {
    const { page, plan } = this;
    if (!page || !plan) return this.toast.say("Press K or R first: it shows what would be decided.");
    const chosen = page.cells.filter((cell) => this.fate(cell) !== "open");
    if (!chosen.length) return this.toast.say("Every sample is left out, so there is nothing to decide.");
    const step = newUuid().slice(0, 24); // a step's decisions share all but the last group of their uuid
    const seconds = (performance.now() - this.since) / 1000 / chosen.length;
    const items = chosen.map((cell, place) => ({ uuid: step + place.toString(16).padStart(12, "0"), sample_id: cell.sample_id,
      verdict: "picked", labels: [(this.fate(cell) === "keep" ? cell.given : cell.suggested).code], note: "", seconds, mode: "open",
      card: "grid", at: Date.now(), turn: this.turn++ }));
    page.decided = plan;
    this.steps.push({ page, items });
    this.left = Math.max(0, this.left - items.length);
    this.outbox.addAll(items);
    this.goOn();
  }

  async goOn() {
    const following = this.pages.findIndex((page, place) => place > this.at && !page.decided);
    if (following >= 0) this.at = following;
    else if (this.cursor !== null) return this.turnPage(1);
    this.show();
    if (following < 0) this.toast.say("That was the last page of this pair or class.");
  }

  async undo() {
    if (this.goingBack) return;
    const last = this.steps.pop();
    if (!last) return this.undoOlder();
    this.takeBack(last.items.map((item) => [item.uuid, item.sample_id]));
    last.page.decided = "";
    this.at = this.pages.indexOf(last.page);
    this.show();
    this.toast.say(`${last.items.length} decisions taken back.`);
  }

  /** A step made before this page was opened. */
  async undoOlder() {
    this.goingBack = true;
    try {
      await this.outbox.flush();
      const { decisions } = await ask(this.data, "history", { count: 1 });
      if (!decisions.length) return this.toast.say("There is nothing to undo.");
      const taken = decisions[0].step || [[decisions[0].uuid, decisions[0].sample_id]];
      this.takeBack(taken);
      await this.outbox.flush();
      await this.begin();
      this.toast.say(`${taken.length} ${taken.length === 1 ? "decision" : "decisions"} taken back.`);
    } catch (problem) {
      this.toast.say(problem.sentence || "The server does not answer, so nothing was taken back.");
    } finally {
      this.goingBack = false;
    }
  }

  takeBack(taken) {
    this.outbox.addAll(taken.map(([uuid, sample]) => ({ uuid: newUuid(), sample_id: sample, verdict: "undo", undoes: uuid, labels: [],
      note: "", seconds: 0, mode: "open", card: "grid", at: Date.now(), turn: this.turn++ })));
    this.left += taken.length;
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  key(event) {
    if (notForUs(event)) return;
    const target = event.composedPath()[0];
    const elsewhere = target.matches?.("button, summary, a, [role=button], [role=tab], [role=option]") && !target.closest(".cell");
    if (elsewhere && (event.key === "Enter" || event.key === " ")) return;
    const act = this.action(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat && !event.key.startsWith("Arrow")) return this.toast.say("A held key decides once. Let go and press again.");
    act();
  }

  action(key) {
    if (this.help.open) return key === "?" || key === "Escape" ? () => this.help.close() : null;
    return { k: () => this.preview("keep"), r: () => this.preview("relabel"), " ": () => this.toggle(this.focus), e: () => this.swapOut(),
      Enter: () => this.decide(), Escape: () => this.preview(""), z: () => this.undo(), Backspace: () => this.undo(), ".": () => this.turnPage(1),
      PageDown: () => this.turnPage(1), ",": () => this.turnPage(-1), PageUp: () => this.turnPage(-1), "?": () => this.help.show(),
      ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1), ArrowUp: () => this.move(-this.columns),
      ArrowDown: () => this.move(this.columns) }[key];
  }

  close() {
    this.closed = true;
    removeEventListener("keydown", this.keydown, true);
    this.resized.disconnect();
    this.unfill();
    this.outbox.flush();
    this.outbox.close();
    this.saving.close();
    this.node.remove();
  }
}

const GRID_KEYS = [["K", "Keep all", "shows what would be kept; Enter decides"], ["R", "Relabel all", "the same for the suggested label"],
  ["Space", "Leave one out", "or click; with Shift a whole range"], ["E", "Left out", "stay open, or get the other of the two labels"],
  ["Enter", "Decide", "all that is shown, as one step"], ["Esc", "Back", "to choosing"], [".  ,", "Pages", "next, before (also Page Down, Page Up)"],
  ["Z", "Undo step", "takes the whole last step back"], ["← ↑ → ↓", "Move", "from sample to sample"], ["?", "All keys", "this list"]];

/** Streamlit calls this at mounting and whenever the data change; only another view of the run begins anew. */
export default function (component) {
  const { parentElement: root, data } = component;
  if (root.grid && root.grid.data.view === data.view) root.grid.data = { ...root.grid.data, token: data.token };
  else {
    root.grid?.close();
    root.grid = new Grid(root, data);
  }
  return () => {
    root.grid?.close();
    root.grid = null;
  };
}
