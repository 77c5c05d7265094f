// Places in a rising list of values, found by a value or walked by keys.

const KEY_STEPS = new Map([
  ["ArrowLeft", -1],
  ["ArrowDown", -1],
  ["ArrowRight", 1],
  ["ArrowUp", 1],
  ["PageDown", -20],
  ["PageUp", 20],
]);

/**
 * Place of the first value >= wanted in a rising list; the last place where there is none.
 * @param {number[]} values
 * @param {number} wanted
 */
export function firstAtLeast(values, wanted) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (values[middle]) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Place of the value nearest to the wanted one in a rising list.
 * @param {number[]} values
 * @param {number} wanted
 */
export function nearest(values, wanted) {
  const at = firstAtLeast(values, wanted);
  const [before, after] = [values[at - 1], values[at]];
  if (before === undefined || after === undefined) return at;
  return wanted - before < after - wanted ? at - 1 : at;
}

/**
 * The place some steps away from a value, which may lie between two of them.
 * @param {number[]} values
 * @param {number} value
 * @param {number} by
 */
export function stepped(values, value, by) {
  const at = firstAtLeast(values, value);
  const from = by < 0 || values[at] === value ? at : at - 1;
  return Math.max(0, Math.min(values.length - 1, from + by));
}

/**
 * The place that a key leads to from a value; nothing for a key that leads nowhere.
 * @param {number[]} values
 * @param {number} value
 * @param {{ key: string, shiftKey: boolean }} pressed
 */
export function placeFor(values, value, { key, shiftKey }) {
  if (key === "Home") return 0;
  if (key === "End") return values.length - 1;
  const by = KEY_STEPS.get(key);
  return by && stepped(values, value, by * (shiftKey ? 10 : 1));
}
