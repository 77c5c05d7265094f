// What the review room looks like. It is built once and refilled for each card, so that nothing jumps or flickers.
/** @import { Entry } from "./sheets/history.js" */
/** @import { Card, CardData, Verdict } from "./told.d.ts" */
/** @import { Held } from "./deciding/deck.js" */
import { el, part, say } from "../../browser/dom.js";
import { Choices } from "./choices.js";
import { LastCard } from "./last_card.js";
import { alikeNodes } from "./opinions.js";
import { textNodes } from "./question_text.js";
import { History, said } from "./sheets/history.js";
import { helpLines } from "./sheets/room_help.js";
import { Search } from "./sheets/search.js";
import { SessionSheet } from "./sheets/session.js";
import { Help, Note } from "./sheets/sheets.js";
import { VotesSheet } from "./sheets/votes.js";
import { Stage } from "./stage.js";
import { keycap, NewsLine, Progress, Saving, Toast } from "./telling.js";
import { fillWindow } from "./window.js";

/**
 * @typedef {object} Acts what the view's buttons do
 * @property {(place: number) => void} pickPlace
 * @property {(code: number, name: string) => void} pickCode
 * @property {(name: string) => void} verdict
 * @property {(entry: Entry) => void} jump
 * @property {() => Promise<string[]>} classNames
 * @property {() => void} searchAll
 * @property {() => void} openNote
 * @property {() => void} openVotes
 * @property {() => void} openHistory
 * @property {() => void} openSession
 * @property {() => void} openHelp
 */

const LEAST_PACES = 5;
const MODE_MEANING =
  "An open card shows the given label and the votes. After the votes: they were shown when you first decided this card.";

export class RoomView {
  /** @param {Node} root @param {CardData} data @param {Acts} acts */
  constructor(root, data, acts) {
    this.question = data.kind === "question";
    this.base = data.base;
    /** @type {Record<string, string>} by verdict */
    this.words = Object.fromEntries(data.verdicts.map((verdict) => [verdict.name, verdict.words]));
    this.progress = new Progress();
    this.saving = new Saving();
    this.toast = new Toast();
    this.news = new NewsLine(data.settings);
    this.pace = el("span", { class: "pace" });
    this.prompt = el("p", { class: "prompt" });
    this.mode = el("span", { class: "mode", title: MODE_MEANING });
    this.choices = new Choices(data.keys, this.question, acts.pickPlace);
    this.stage = this.question ? null : new Stage();
    this.stem = el("div", { class: "stem" });
    this.last = new LastCard(this.words, this.question, data.base);
    this.facts = el("dl");
    this.meta = el("details", { class: "meta" }, el("summary", {}, "About this sample"), this.facts);
    this.alike = el("div", { class: "alike" });
    this.help = new Help(helpLines(data));
    this.search = new Search(acts.classNames, (one) => acts.pickCode(one.code, one.name));
    this.note = new Note();
    this.past = new History(this.words, acts.jump);
    this.session = new SessionSheet(this.words);
    this.votes = new VotesSheet(this.question);
    this.table = el("div", { class: `table ${data.kind} waiting` }, ...this.halves());
    this.finished = el("div", { class: "finished", hidden: true });
    this.verdicts = verdictButtons(data, acts);
    this.node = this.assembled();
    this.listenToSheets();
    root.appendChild(this.node);
    this.unfill = fillWindow(this.node);
  }

  get sheets() {
    return [this.help, this.search, this.note, this.past, this.session, this.votes];
  }

  halves() {
    if (!this.stage) {
      const column = el("div", { class: "column" }, this.stem, this.prompt, this.choices.node, this.meta);
      return [el("div", { class: "reading", tabindex: "0" }, column)];
    }
    const under = el("div", { class: "under" }, this.meta, this.alike);
    const aside = el("aside", {}, this.prompt, this.choices.node);
    return [el("div", { class: "looking" }, this.stage.node, under), aside];
  }

  assembled() {
    const header = el("header", {}, this.progress.count, this.pace, this.mode, this.news.node, this.saving.node);
    const sheets = this.sheets.map((sheet) => sheet.node);
    const below = [this.verdicts, this.last.node, this.toast.node, ...sheets];
    return el("div", { class: "room", tabindex: "-1" }, header, this.progress.bar, this.table, this.finished, ...below);
  }

  listenToSheets() {
    for (const sheet of this.sheets) sheet.closed = () => this.focusCard();
    this.note.closed = () => {
      this.markNote();
      this.focusCard();
    };
  }

  /** @param {Held} card */
  show(card) {
    this.table.hidden = false;
    this.finished.hidden = true;
    this.table.classList.remove("waiting");
    this.choices.show(card, this.base);
    this.ask(this.promptWords(card, false));
    say(this.mode, modeWords(card));
    if (card.decided) this.note.text = card.decided.note;
    this.markSeveral(false);
    this.markNote();
    const alike = card.open?.alike ?? [];
    const words = alike.length ? [el("span", {}, "Alike to the experts:")] : [];
    this.alike.replaceChildren(...words, ...alikeNodes(alike, this.base));
    this.facts.replaceChildren(...card.metadata.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  }

  /** @param {Card} card */
  showStem(card) {
    this.stem.replaceChildren(...textNodes(card.stem ?? []));
    const reading = this.stem.closest(".reading");
    if (reading) reading.scrollTop = 0;
  }

  /** @param {string} words */
  ask(words) {
    say(this.prompt, words);
  }

  /** @param {Held | undefined} card @param {boolean} several */
  promptWords(card, several) {
    if (several) return "Mark every label that fits, then Enter";
    if (card?.decided) return `You decided: ${said(card.decided, this.words)}. Decide again, or Esc leaves it so.`;
    return this.question ? "Which option is right?" : "Which label fits?";
  }

  /** While the next card is on its way. */
  wait() {
    this.table.classList.add("waiting");
    this.ask("Waiting for the server …");
  }

  finish() {
    const words =
      "Every card in it has your decision. Undo (Z) still works; another order, filter or threshold gives more cards.";
    this.table.hidden = true;
    this.finished.hidden = false;
    this.finished.replaceChildren(el("h2", {}, "This queue is done."), el("p", {}, words));
  }

  /** @param {boolean} several whether several labels may be marked */
  markSeveral(several) {
    part(this.verdicts, "[data-verdict=several_fit]").setAttribute("aria-pressed", String(several));
  }

  markNote() {
    part(this.verdicts, "[data-tool=T]").classList.toggle("filled", Boolean(this.note.text));
  }

  focusCard() {
    this.node.focus({ preventScroll: true });
  }

  /**
   * @param {number} total
   * @param {number} left
   * @param {number[]} paces seconds of the last cards
   */
  tellProgress(total, left, paces) {
    this.progress.show(total, left);
    say(this.pace, !left || paces.length < LEAST_PACES ? "" : paceWords(left, paces));
  }

  close() {
    this.saving.close();
    this.unfill();
    this.stage?.close();
    this.node.remove();
  }
}

/** @param {CardData} data @param {Acts} acts */
function verdictButtons(data, acts) {
  const keyed = data.verdicts.filter((verdict) => verdict.key);
  const undo = keyed.filter((one) => one.name === "undo").map((one) => verdictButton(one, acts));
  const named = keyed.filter((one) => one.name !== "undo").map((one) => verdictButton(one, acts));
  const another = tool("/", "Another label", acts.searchAll);
  another.hidden = !data.search;
  const tools = [
    tool("T", "Note", acts.openNote),
    tool("V", "Votes", acts.openVotes),
    tool("Y", "History", acts.openHistory),
    tool("P", "Session", acts.openSession),
    tool("?", "Keys", acts.openHelp),
  ];
  const group = { class: "verdicts", role: "group", "aria-label": "Verdicts" };
  return el("div", group, another, ...named, el("div", { class: "tools" }, ...undo, ...tools));
}

/** @param {Verdict} verdict @param {Acts} acts */
function verdictButton({ name, key, words, meaning }, acts) {
  const told = { type: "button", class: "verdict", title: meaning, "data-verdict": name };
  return el("button", { ...told, onclick: () => acts.verdict(name) }, keycap(key), words);
}

/** @param {string} key @param {string} words @param {() => void} act */
function tool(key, words, act) {
  return el("button", { type: "button", class: "verdict", "data-tool": key, onclick: act }, keycap(key), words);
}

/** @param {Held} card */
function modeWords({ mode, told }) {
  if (mode === "open") return "open card";
  return told ? "after the votes" : "";
}

/** @param {number} left @param {number[]} paces seconds of the last cards, at least one */
function paceWords(left, paces) {
  const seconds = paces.reduce((sum, one) => sum + one, 0) / paces.length;
  const minutes = (left * seconds) / 60;
  const time = minutes < 90 ? `${Math.max(1, Math.round(minutes))} min` : `${(minutes / 60).toFixed(1)} h`;
  return `about ${time} left`;
}
