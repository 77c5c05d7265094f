// The buttons under the card: the verdicts that are needed often, the tools, and the way to the rest.
/** @import { CardData } from "./told.d.ts" */
import { el } from "../../browser/dom.js";
import { keycap } from "./telling.js";

const OFTEN = ["several_fit", "grader_wrong", "none_fits", "right_is", "unsure"];

/**
 * @typedef {object} Act a key and a button that do the same
 * @property {string} name
 * @property {string} key
 * @property {string} words
 * @property {string} [meaning]
 * @property {() => void} run
 */

/**
 * @typedef {object} Acts what the bar's buttons do
 * @property {(name: string) => void} verdict
 * @property {() => void} searchAll
 * @property {() => void} openNote
 * @property {() => void} openVotes
 * @property {() => void} openHistory
 * @property {() => void} openSession
 * @property {() => void} openGuide
 * @property {() => void} openTalk
 * @property {() => void} openHelp
 * @property {() => void} openMore
 */

/**
 * The verdicts as acts, by how often they are needed.
 * @param {CardData} data
 * @param {Pick<Acts, "verdict">} acts
 */
export function verdictActs(data, acts) {
  const keyed = data.verdicts.filter((verdict) => verdict.key);
  const all = keyed.map((one) => ({ ...one, run: () => acts.verdict(one.name) }));
  return {
    often: all.filter((one) => OFTEN.includes(one.name)),
    undo: all.filter((one) => one.name === "undo"),
    rest: all.filter((one) => one.name !== "undo" && !OFTEN.includes(one.name)),
  };
}

/** @param {Acts} acts @returns {Act[]} */
export function toolActs(acts) {
  return [
    { name: "note", key: "T", words: "Note", meaning: "kept with your decision", run: acts.openNote },
    {
      name: "votes",
      key: "V",
      words: "Votes",
      meaning: "what each expert says, after the decision",
      run: acts.openVotes,
    },
    { name: "history", key: "Y", words: "History", meaning: "what you decided, and back to it", run: acts.openHistory },
    { name: "session", key: "P", words: "Session", meaning: "this sitting in figures", run: acts.openSession },
    { name: "guide", key: "R", words: "Guidelines", meaning: "how to decide, with examples", run: acts.openGuide },
    { name: "talk", key: "K", words: "Message", meaning: "to colleagues, on the last card", run: acts.openTalk },
    { name: "help", key: "?", words: "Keys", meaning: "all of them", run: acts.openHelp },
  ];
}

/**
 * @param {CardData} data
 * @param {Acts} acts
 */
export function verdictBar(data, acts) {
  const { often, undo } = verdictActs(data, acts);
  const another = button({ name: "another", key: "/", words: "Another label", run: acts.searchAll });
  another.hidden = !data.search;
  const more = button({ name: "more", key: "W", words: "More …", run: acts.openMore });
  const tools = toolActs(acts).map((act) => button(act));
  for (const tool of tools.slice(1)) tool.classList.add("spare");
  const group = { class: "verdicts", role: "group", "aria-label": "Verdicts" };
  const right = el("div", { class: "tools" }, ...undo.map((act) => button(act)), ...tools);
  return el("div", group, another, ...often.map((act) => button(act)), more, right);
}

/** @param {Act} act */
function button({ name, key, words, meaning, run }) {
  const told = { type: "button", class: "verdict", title: meaning, "data-act": name, onclick: run };
  return el("button", told, keycap(key), words);
}
