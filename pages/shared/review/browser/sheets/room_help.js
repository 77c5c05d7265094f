// The list of the review room's keys.
/** @import { CardData } from "../told.d.ts" */

/**
 * Key, words and meaning of each.
 * @param {CardData} data
 * @returns {string[][]}
 */
export function helpLines({ keys, kind, search, verdicts }) {
  const question = kind === "question";
  const lines = [[`${keys.at(0)} … ${keys.at(-1)}`, "This label fits", "decides and goes on to the next card"]];
  if (question) lines.push(["A … J", "This option fits", "the same by letter"]);
  if (search) {
    lines.push(["/", "Another label", "type a part of its name; Shift + Enter pins it to a key of its own"]);
    lines.push(["⇧ 1 … 9", "Pinned label", "the same on every card"], [".", "Once more", "the label of the last card"]);
  }
  lines.push(...verdicts.filter((one) => one.key).map((one) => [one.key, one.words, one.meaning]));
  lines.push(
    ["Enter", "Done marking", "after marking: decides for all marked labels"],
    ["W", "More", "rarer verdicts, other sheets, what a swipe does"],
    ["T", "Note", "write a note on this card"],
    ["V", "Votes", "what each expert said about the last card, or about this one when it is open"],
    ["R", "Guidelines", "how to decide, of the dataset and of each class, with examples"],
    ["K", "Message", "a note, a question or an answer on the last card, for colleagues who decided it too"],
    ["Y", "History", "what you decided, and back to any of it"],
    ["P", "Session", "cards per minute, verdicts, expected finds, effect of seeing the given label"],
  );
  if (!question) {
    lines.push(["+  −  F", "Zoom", "in, out, fit; arrow keys move; or wheel and drag"]);
    lines.push(["I", "Smooth or sharp", "how small pictures are enlarged"]);
  }
  lines.push(["?", "All keys", "this list"]);
  return lines;
}
