// What the review room looks like. It is built once and refilled for each card, so that nothing jumps or flickers.
/** @import { Room } from "./room.js" */
/** @import { Card, CardData, Closing } from "./told.d.ts" */
/** @import { Held } from "./deciding/deck.js" */
import { el, part, say } from "../../browser/dom.js";
import { Choices } from "./choices.js";
import { MARKED } from "./deciding/marking.js";
import { LastCard } from "./last_card.js";
import { alikeNodes } from "./opinions.js";
import { Pins } from "./pins.js";
import { textNodes } from "./question_text.js";
import { closingLines, drawing, endWords, onwardLinks, tellRandom } from "./sheets/closing.js";
import { said } from "./sheets/history.js";
import { Stage } from "./stage.js";
import { NewsLine, namedNode, Progress, Saving, Toast } from "./telling.js";
import { verdictBar } from "./verdict_bar.js";
import { fillWindow } from "./window.js";

const LEAST_PACES = 5;
const MARKING = MARKED.map((name) => `[data-act=${name}]`).join(", ");
const MODE_MEANING =
  "An open card shows the given label and the votes. After the votes: they were shown when you first decided this card.";

export class RoomView {
  /** @param {Node} root @param {CardData} data @param {Room} room */
  constructor(root, data, room) {
    this.question = data.kind === "question";
    this.open = data.open_answers;
    this.base = data.base;
    this.words = room.words;
    this.sheets = room.sheets;
    this.progress = new Progress();
    this.saving = new Saving();
    this.toast = new Toast();
    this.news = new NewsLine(data.settings);
    this.pace = el("span", { class: "pace" });
    this.prompt = el("p", { class: "prompt" });
    this.mode = el("span", { class: "mode", title: MODE_MEANING });
    this.choices = new Choices(data.keys, this.question, room.pickPlace);
    this.pins = new Pins(room.hand, room, data.search);
    this.noted = el("p", { class: "noted" });
    this.spoken = el("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.stage = this.question ? null : new Stage();
    this.stem = el("div", { class: "stem" });
    this.last = new LastCard(this.words, this.question, data.base);
    this.facts = el("dl");
    this.meta = el("details", { class: "meta" }, el("summary", {}, "About this sample"), this.facts);
    this.alike = el("div", { class: "alike" });
    this.table = el("div", { class: `table ${data.kind} waiting` }, ...this.halves());
    this.finished = el("section", { class: "finished", "aria-label": "The end of the queue", hidden: true });
    this.brought = el("div", { class: "brought" });
    this.links = data.links;
    this.draw = drawing(room.post, (sentence) => this.toast.say(sentence));
    this.verdicts = verdictBar(data, { ...room.sheets.openers(), verdict: room.verdict });
    this.node = this.assembled(data);
    this.listenToSheets();
    root.appendChild(this.node);
    this.sheets.swipes.listen(this.table, () => (this.stage?.scale ?? 1) > 1);
    this.unfill = fillWindow(this.node);
  }

  get note() {
    return this.sheets.note;
  }

  halves() {
    if (!this.stage) {
      const asked = [this.prompt, this.noted, this.choices.node, this.pins.node];
      const column = el("div", { class: "column" }, this.stem, ...asked, this.meta);
      return [el("div", { class: "reading", tabindex: "0" }, column)];
    }
    const under = el("div", { class: "under" }, this.meta, this.alike);
    const aside = el("aside", {}, this.prompt, this.noted, this.choices.node, this.pins.node);
    return [el("div", { class: "looking" }, this.stage.node, under), aside];
  }

  /** @param {CardData} data */
  assembled(data) {
    const named = namedNode(data.about);
    const filtered = el("span", { class: "filtered", title: data.filtered.join(", ") }, filterWords(data.filtered));
    const header = el(
      "header",
      {},
      this.progress.count,
      this.pace,
      this.mode,
      this.news.node,
      filtered,
      named,
      this.saving.node,
    );
    const above = [el("h1", { class: "unseen" }, "Review"), header, this.progress.bar];
    const sheets = this.sheets.all.map((sheet) => sheet.node);
    const below = [this.verdicts, this.last.node, this.spoken, this.toast.node, ...sheets];
    return el("div", { class: "room", tabindex: "-1" }, ...above, this.table, this.finished, ...below);
  }

  listenToSheets() {
    for (const sheet of this.sheets.all) sheet.closed = () => this.focusCard();
    this.sheets.search.pinned = () => this.pins.show();
    this.note.closed = () => {
      this.markNote();
      this.focusCard();
    };
  }

  /** @param {Held} card */
  show(card) {
    this.table.hidden = false;
    this.finished.hidden = true;
    this.node.classList.remove("ended");
    this.table.classList.remove("waiting");
    this.choices.show(card, this.base);
    this.ask(this.promptWords(card, null));
    say(this.mode, modeWords(card));
    if (card.decided) this.note.text = card.decided.note;
    this.markSeveral(null);
    this.markNote();
    say(this.spoken, `${this.last.spoken} ${this.progress.count.textContent}. ${this.prompt.textContent}`);
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

  /** @param {Held | undefined} card @param {string | null} marking the verdict that marked labels will have */
  promptWords(card, marking) {
    if (marking === "grader_wrong") return "Mark the right answers that say the same, then Enter";
    if (marking) return "Mark every label that fits, then Enter";
    if (card?.decided) return `You decided: ${said(card.decided, this.words)}. Decide again, or Esc leaves it so.`;
    if (this.open) return "Which answer is right?";
    return this.question ? "Which option is right?" : "Which label fits?";
  }

  /** While the next card is on its way. */
  wait() {
    this.table.classList.add("waiting");
    this.ask("Waiting for the server …");
  }

  /** @param {number} left cards that others have open @returns {boolean} whether that is news */
  finish(left) {
    if (!this.finished.hidden && this.finished.dataset.left === String(left)) return false;
    this.finished.dataset.left = String(left);
    this.table.hidden = true;
    this.finished.hidden = false;
    this.node.classList.add("ended");
    const { heading, words } = endWords(left);
    this.brought.replaceChildren();
    this.finished.replaceChildren(
      el("h2", {}, heading),
      this.brought,
      el("p", {}, words),
      onwardLinks(this.links, this.draw),
    );
    say(this.spoken, `${this.last.spoken} ${heading}`);
    return true;
  }

  /** @param {Closing} told */
  tellClosing(told) {
    this.brought.replaceChildren(...closingLines(told));
    tellRandom(this.finished, told.random);
  }

  /** @param {string | null} marking the verdict that marked labels will have */
  markSeveral(marking) {
    for (const button of this.verdicts.querySelectorAll(MARKING)) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-act") === marking));
    }
  }

  markNote() {
    part(this.verdicts, "[data-act=note]").classList.toggle("filled", Boolean(this.note.text));
    say(this.noted, this.note.text && `✎ ${this.note.text}`);
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

/** @param {string[]} filtered */
function filterWords(filtered) {
  return filtered.length ? `Filtered: ${filtered.join(", ")}` : "";
}

/** @param {Held} card */
function modeWords({ mode, told, fromGrid }) {
  if (fromGrid) return "from the grid";
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
