// History, votes and session: what was decided, a way back to each card, what the experts said, how the sitting goes.

/** Own decisions, latest first; choosing one brings its card back. */
class History extends Sheet {
  constructor(words, jump) {
    const list = el("ul", { role: "listbox", "aria-label": "Your decisions", tabindex: "0" });
    const more = el("p", { class: "quiet", role: "status" });
    super("History", el("h2", {}, "Your decisions"), list, more);
    Object.assign(this, { list, more, words, jump, entries: [], place: 0 });
    this.node.classList.add("history");
    list.addEventListener("keydown", (event) => this.key(event));
  }

  start(entries, base) {
    this.entries = entries.slice(0, 200);
    this.place = 0;
    this.list.replaceChildren(...this.entries.map((entry, place) => this.line(entry, place, base)));
    say(this.more, this.entries.length ? "Enter or a click brings the card back; a new decision replaces the old one."
      : "Nothing decided yet.");
    this.mark();
    this.show(this.list);
  }

  line(entry, place, base) {
    const thumb = entry.thumb || entry.own?.picture?.thumb;
    const picture = el("span", { class: "thumb" }, thumb ? el("img", { alt: "", src: base + thumb }) : null);
    const what = el("b", {}, entry.step ? `${entry.step.length} in the grid` : this.said(entry));
    return el("li", { role: "option", id: `past-${place}`, onclick: () => this.choose(place) },
      picture, el("span", { class: "lines" }, what, el("span", { class: "told" }, entry.note || entry.sample_id)));
  }

  said(entry) {
    const names = (entry.names || entry.labels.map((one) => one.name)).join(" + ");
    if (entry.verdict === PICKED) return names;
    return names ? `${this.words[entry.verdict]}: ${names}` : this.words[entry.verdict];
  }

  mark() {
    [...this.list.children].forEach((line, place) => line.setAttribute("aria-selected", place === this.place));
    this.list.setAttribute("aria-activedescendant", this.entries.length ? `past-${this.place}` : "");
    this.list.children[this.place]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.entries.length) {
      this.place = Math.min(this.entries.length - 1, Math.max(0, this.place + step));
      this.mark();
    } else if (event.key === "Enter" && !event.repeat) this.choose(this.place);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(place) {
    const entry = this.entries[place];
    this.close();
    if (entry) this.jump(entry);
  }
}

/** What the experts say about a card that is decided or open: each by name, pooled by class, and what they find alike. */
class VotesSheet extends Sheet {
  constructor(question) {
    const head = el("h2");
    const body = el("div", { class: "said-by" });
    super("Votes", head, body);
    Object.assign(this, { head, body, question });
    this.node.classList.add("insight");
    this.node.tabIndex = -1;
  }

  start(title, found, base) {
    say(this.head, title);
    this.body.replaceChildren(...this.parts(found, base));
    this.show();
  }

  parts(found, base) {
    const abstained = found.abstained ? `  ·  ${found.abstained} abstained` : "";
    const parts = [el("p", { class: "quiet" }, `given ${found.given.name}  ·  suggested ${found.suggested.name}  ·  ` +
      `suspicion ${found.suspicion.toFixed(2)}${abstained}`)];
    const told = (found.probabilities || []).filter((one) => this.question || one.probability >= 0.005 || this.tags(one, found));
    if (told.length) parts.push(this.table("All experts together", told.map((one) => [one.name, this.tags(one, found), one.probability])));
    parts.push(this.table("Each expert, by calibrated confidence", found.votes.map((vote) => [vote.expert, vote.name, vote.confidence])));
    if (found.alike?.length) parts.push(el("h3", {}, "Alike to the experts, with their given labels"),
      el("div", { class: "alike" }, ...alikeNodes(found.alike, base)));
    return parts;
  }

  tags(one, found) {
    return [[found.given, "given"], [found.suggested, "suggested"]].filter(([label]) => label.code === one.code).map(([, word]) => word).join(", ");
  }

  table(title, lines) {
    return el("table", {}, el("caption", {}, title), el("tbody", {}, ...lines.map(([name, word, share]) => {
      const bar = el("span", { class: "share" });
      bar.style.setProperty("--share", share.toFixed(3));
      return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, word), el("td", { "aria-hidden": "true" }, bar), el("td", {}, percent(share)));
    })));
  }
}

/** The sitting in figures. */
class SessionSheet extends Sheet {
  constructor(words) {
    const body = el("div", { class: "session", role: "status" });
    super("This session", el("h2", {}, "This session"), body);
    Object.assign(this, { body, words });
    this.node.tabIndex = -1;
  }

  async start(fetchSession) {
    say(this.body, "Counting …");
    this.show();
    try {
      this.body.replaceChildren(...sessionLines(await fetchSession(), this.words));
    } catch {
      say(this.body, "The server does not answer. Close this and try again.");
    }
  }
}

/** Cards, pace, verdicts, and what seeing the given label does. */
function sessionLines(told, words) {
  const pace = told.cards_per_minute ? `, ${told.cards_per_minute.toFixed(1)} a minute` : "";
  const verdicts = told.verdicts.map(([name, count]) => el("div", {}, el("b", {}, count.toLocaleString("en")), ` ${words[name]}`));
  return [el("p", { class: "figure" }, `${told.cards.toLocaleString("en")} ${told.cards === 1 ? "card" : "cards"}${pace}`),
    el("div", { class: "tally" }, ...verdicts),
    el("p", { class: "quiet expected" }, expectedWords(told.expected)),
    el("p", { class: "quiet anchoring" }, anchoringWords(told.anchoring))];
}

function expectedWords(found) {
  if (!found) return "Wrong labels among the next cards: not known yet; it takes 40 audit cards, 5 of them right and 5 wrong.";
  const whole = (count) => Math.round(count).toLocaleString("en");
  return `Wrong labels expected among the next ${found.cards} cards: ${whole(found.point)} ` +
    `(95 % interval ${whole(found.low)} to ${whole(found.high)}).`;
}

function anchoringWords(found) {
  const agreeing = (hits, count) => `${Math.round((100 * hits) / count)} % of ${count.toLocaleString("en")}`;
  const points = (share) => `${share < 0 ? "−" : "+"}${Math.abs(Math.round(100 * share))}`;
  if (!found.enough) return `Effect of seeing the given label: not known yet, from ${found.blind_cards} blind and ` +
    `${found.open_cards} open cards; it takes at least 5 of each.`;
  return `Effect of seeing the given label: all reviewers agree with it on ${agreeing(found.open_agreeing, found.open_cards)} ` +
    `open cards and on ${agreeing(found.blind_agreeing, found.blind_cards)} blind ones, a difference of ` +
    `${points(found.difference)} points (95 % interval ${points(found.low)} to ${points(found.high)}).`;
}
