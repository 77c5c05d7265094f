// The review room between two cards.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Room } from "../../pages/shared/review/browser/room.js";
import { setUp } from "./browser.js";

const idle = () => {};
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A room that has run dry: what it shows is told in `shown`, and `answers` settles its questions for cards. */
function dryRoom() {
  const [shown, answers] = [[], []];
  const deck = { cards: [], low: false, ended: false, left: 1, pause: 150, preload: idle };
  deck.refill = () => new Promise((resolve) => answers.push(resolve));
  const room = Object.create(Room.prototype);
  const view = { node: { dataset: {} }, wait: idle, show: (card) => shown.push(card.sample_id) };
  const sheets = { note: { text: "", close: idle } };
  Object.assign(room, { deck, view, sheets, marking: { end: idle }, again: undefined });
  Object.assign(room, { tellProgress: idle, draw: idle });
  return { room, shown, answers };
}

describe("a room that has run dry", () => {
  beforeEach(() => {
    setUp();
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => mock.timers.reset());

  it("shows the card that comes", async () => {
    const { room, shown, answers } = dryRoom();
    room.runDry();
    mock.timers.tick(1000);
    room.deck.cards.push({ sample_id: "a" });
    answers[0]();
    await settled();
    assert.deepEqual(shown, ["a"]);
  });

  it("shows a card once, and leaves its note, though two questions for it were under way", async () => {
    const { room, shown, answers } = dryRoom();
    room.runDry();
    mock.timers.tick(1000);
    room.runDry(); // a decision was saved meanwhile
    mock.timers.tick(1000);
    room.deck.cards.push({ sample_id: "a" });
    for (const came of answers) {
      came();
      await settled();
      room.sheets.note.text = "a note begun";
    }
    assert.equal(answers.length, 2);
    assert.deepEqual(shown, ["a"]);
    assert.equal(room.sheets.note.text, "a note begun");
  });

  it("asks again when no answer came, and no more once it is closed", async () => {
    const { room, shown } = dryRoom();
    let asked = 0;
    room.deck.refill = async () => {
      asked += 1;
      throw new Error("away");
    };
    room.runDry();
    for (let turn = 0; turn < 3; turn += 1) {
      mock.timers.tick(1000);
      await settled();
    }
    assert.equal(asked, 3);
    Object.assign(room, { keys: { close: idle }, tab: { close: idle }, outbox: { flush: idle, close: idle } });
    room.view.close = idle;
    room.close();
    mock.timers.tick(1000);
    assert.equal(asked, 3);
    assert.deepEqual(shown, []);
  });

  it("says how many cards others have open, and shows one that they let go", async () => {
    const { room, shown, answers } = dryRoom();
    const finished = [];
    Object.assign(room.deck, { ended: true, left: 9 });
    room.finish = async () => finished.push(room.deck.left);
    room.runDry();
    assert.deepEqual(finished, [9]);
    mock.timers.tick(60_000);
    room.deck.cards.push({ sample_id: "let go" });
    answers[0]();
    await settled();
    assert.deepEqual(shown, ["let go"]);
  });

  it("does not look again where nothing is left", async () => {
    const { room, answers } = dryRoom();
    Object.assign(room.deck, { ended: true, left: 0 });
    room.finish = async () => {};
    room.runDry();
    mock.timers.tick(600_000);
    await settled();
    assert.equal(answers.length, 0);
  });
});
