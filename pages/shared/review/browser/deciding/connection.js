// How the review's modules talk to the app's own routes.
/** @import { Answered, Asked, Route, Told } from "../told.d.ts" */
import { tabName } from "./tab.js";

export const RETRY_MS = 2000;
const PATIENCE_MS = 15000;

/** The server answered, and its message says in a sentence why it did not do what was asked. */
export class Refusal extends Error {}

/**
 * Posts to a route. told: what the page was told (its token may be renewed meanwhile).
 * @template {Route} R
 * @param {Told} told
 * @param {R} route
 * @param {Asked[R]} body
 * @returns {Promise<Answered[R]>}
 */
export async function ask(told, route, body) {
  const answer = await fetch(`${told.base}api/review/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${told.token}` },
    body: JSON.stringify({ order: told.order, filters: told.filters, tab: tabName(), ...body }),
    keepalive: route === "held",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refusal(said.problem);
  return said;
}

/**
 * The server's own sentence, or another where it did not answer.
 * @param {unknown} problem
 */
export function sentenceOf(problem, otherwise = "The server does not answer.") {
  return (problem instanceof Refusal && problem.message) || otherwise;
}

/** @returns {Promise<void>} */
export function pause() {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
