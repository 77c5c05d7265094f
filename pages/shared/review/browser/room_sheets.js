// The sheets of the review room: what opens each, and what it is told.
/** @import { Room } from "./room.js" */
/** @import { Message } from "./told.d.ts" */
import { MARKED } from "./deciding/marking.js";
import { Swipes } from "./deciding/swipes.js";
import { Guide } from "./sheets/guide.js";
import { History } from "./sheets/history.js";
import { More } from "./sheets/more.js";
import { RightAnswer } from "./sheets/right_answer.js";
import { helpLines } from "./sheets/room_help.js";
import { Search } from "./sheets/search.js";
import { SessionSheet } from "./sheets/session.js";
import { Help, Note, oneAtATime } from "./sheets/sheets.js";
import { Talk } from "./sheets/talk.js";
import { VotesSheet } from "./sheets/votes.js";
import { toolActs, verdictActs } from "./verdict_bar.js";

const MOST_HISTORY = 200;

export class RoomSheets {
  /** @param {Room} room @param {Record<string, string>} words by verdict */
  constructor(room, words) {
    const { data } = room;
    this.room = room;
    this.swipes = new Swipes(swipeActs(room, words), (name) => room.verdict(name));
    this.help = new Help(helpLines(data));
    this.search = new Search(
      () => this.classNames(),
      (one) => room.pickCode(one.code, one.name),
      room.hand,
    );
    this.note = new Note();
    this.answer = new RightAnswer((text) => room.decideInWords(text));
    this.past = new History(words, room.jump);
    this.session = new SessionSheet(words);
    this.votes = new VotesSheet(data.kind === "question");
    this.guide = new Guide();
    this.talk = new Talk((kind, text) => this.send(kind, text));
    const acts = { ...this.openers(), verdict: room.verdict };
    this.more = new More([...verdictActs(data, acts).rest, ...toolActs(acts)], this.swipes);
    this.all = [this.help, this.search, this.note, this.past, this.session, this.votes, this.more];
    this.all.push(this.guide, this.talk, this.answer);
    oneAtATime(this.all);
  }

  /** The one that is open. */
  get open() {
    return this.all.find((sheet) => sheet.open);
  }

  /** By name what opens each. */
  openers() {
    return {
      searchAll: () => this.openSearch(),
      openNote: () => this.openNote(),
      openVotes: () => this.openVotes(),
      openHistory: () => void this.openHistory(),
      openSession: () => void this.openSession(),
      openGuide: () => void this.guide.start(() => this.room.post("guidelines", {}), this.room.data.base),
      openTalk: () => this.openTalk(),
      openHelp: () => this.help.show(),
      openMore: () => this.more.show(),
    };
  }

  async classNames() {
    return (await this.room.post("classes", {})).names;
  }

  openSearch() {
    if (!this.room.data.search) this.room.refuse("Every label is already shown.");
    else if (this.room.current()) this.search.start();
  }

  openNote() {
    if (this.room.current()) this.note.write();
  }

  openVotes() {
    const { last } = this.room.view;
    const { base } = this.room.data;
    const shown = this.room.shown?.card;
    if (shown?.open) this.votes.start("This card", shown, shown.open, base);
    else if (last.found && last.card) this.votes.start("The last card", last.card, last.found, base);
    else this.room.refuse("What the experts said shows after the decision.");
  }

  openTalk() {
    const { found } = this.room.view.last;
    if (found) this.talk.start(found.messages);
    else this.room.refuse("Decide a card first; then you can write to your colleagues about it.");
  }

  /** @param {Message["kind"]} kind @param {string} text */
  async send(kind, text) {
    const { last } = this.room.view;
    if (!last.found) return;
    await this.room.outbox.flush();
    const { messages } = await this.room.post("message", { sample_id: last.found.sample_id, kind, text });
    last.wrote(messages);
  }

  async openHistory() {
    const { back, data } = this.room;
    this.past.start(back.done, data.base);
    if (back.done.length >= MOST_HISTORY) return;
    await back.readMore();
    if (this.past.open && this.past.place === 0) this.past.start(back.done, data.base);
  }

  async openSession() {
    await this.room.outbox.flush();
    this.session.start(() => this.room.post("session", {}));
  }
}

/** @param {Room} room @param {Record<string, string>} words by verdict @returns {[string, string][]} */
function swipeActs(room, words) {
  const named = room.data.verdicts.filter((one) => one.key && !MARKED.includes(one.name) && one.name !== "right_is");
  return [
    ["", "does nothing"],
    ...named.map((one) => /** @type {[string, string]} */ ([one.name, words[one.name] ?? ""])),
  ];
}
