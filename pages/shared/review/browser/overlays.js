// Help, search and note: small sheets over the page that keep the card where it is.

class Sheet {
  constructor(title, ...content) {
    this.node = el("div", { class: "sheet", role: "dialog", "aria-label": title, hidden: true }, ...content);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    });
  }

  get open() {
    return !this.node.hidden;
  }

  show(focused) {
    this.node.hidden = false;
    (focused || this.node).focus();
  }

  close() {
    if (!this.open) return;
    this.node.hidden = true;
    this.closed && this.closed();
  }
}

class Help extends Sheet {
  constructor(lines) {
    const rows = lines.map(([key, words, meaning]) =>
      el("div", { class: "line" }, el("kbd", {}, key), el("b", {}, words), el("span", {}, meaning)));
    super("Keys", el("h2", {}, "Keys"), el("div", { class: "lines" }, ...rows),
      el("p", { class: "quiet" }, "The same keys always do the same. Esc closes this."));
    this.node.classList.add("keys");
    this.node.tabIndex = -1;
  }
}

/** Type-to-search over all classes. */
class Search extends Sheet {
  constructor(fetchNames, pick) {
    const input = el("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": "Search all labels",
      placeholder: "Type a part of the label", role: "combobox", "aria-expanded": "true", "aria-controls": "found" });
    const list = el("ul", { id: "found", role: "listbox", "aria-label": "Labels found" });
    const count = el("p", { class: "quiet", role: "status" });
    super("Another label", el("h2", {}, "Another label"), input, list, count);
    Object.assign(this, { input, list, count, fetchNames, pick, names: null, found: [], place: 0 });
    this.node.classList.add("search");
    input.addEventListener("input", () => this.look());
    input.addEventListener("keydown", (event) => this.key(event));
  }

  async start() {
    this.input.value = "";
    this.show(this.input);
    if (!this.names) {
      say(this.count, "Fetching the labels ...");
      try {
        this.names = (await this.fetchNames()).map((name, code) => ({ name, code, low: name.toLowerCase() }));
      } catch {
        return say(this.count, "The labels could not be fetched. Close this and try again.");
      }
    }
    this.look();
  }

  /** Names that begin with the text, then words in them that do, then the rest that contain it. */
  look() {
    const text = this.input.value.trim().toLowerCase();
    const ranked = [[], [], []];
    for (const one of this.names || []) {
      const at = text ? one.low.indexOf(text) : 0;
      if (at < 0) continue;
      ranked[at === 0 ? 0 : /[\s_,-]/.test(one.low[at - 1]) ? 1 : 2].push(one);
    }
    const all = [].concat(...ranked);
    this.found = all.slice(0, 8);
    this.place = 0;
    say(this.count, `${all.length.toLocaleString("en")} of ${(this.names || []).length.toLocaleString("en")} labels`);
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.found.map((one, place) =>
      el("li", { role: "option", id: `found-${place}`, "aria-selected": place === this.place,
        onclick: () => this.choose(place) }, one.name)));
    this.input.setAttribute("aria-activedescendant", this.found.length ? `found-${this.place}` : "");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      this.place = (this.place + step + this.found.length) % this.found.length;
      this.draw();
      event.preventDefault();
    } else if (event.key === "Enter" && !event.repeat && this.found.length) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.place);
    }
  }

  choose(place) {
    const one = this.found[place];
    this.close();
    this.pick(one);
  }
}

class Note extends Sheet {
  constructor() {
    const area = el("textarea", { rows: "4", maxlength: "2000", "aria-label": "Note on this card" });
    super("Note", el("h2", {}, "Note on this card"), area,
      el("p", { class: "quiet" }, "Saved with your decision. Enter or Esc goes back, Shift + Enter begins a new line."));
    this.area = area;
    this.node.classList.add("note");
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      }
    });
  }
}
