// How many files become few: which go into which ZIP, and what each is called.

export const FEWEST = 20; // files, below which each goes by itself
const MOST_IN_ONE = 60_000; // entries that a plain ZIP can count

/** @typedef {{ path: string, file: File }} Found a file and where it lies in what was dropped */

/** What all paths lie in: "photos" of photos/a.png and photos/b.png; "" where there is no such folder. @param {Found[]} found */
export function outerFolder(found) {
  const first = new Set(found.map(({ path }) => path.split("/")[0]));
  return first.size === 1 && found.every(({ path }) => path.includes("/")) ? [...first].join("") : "";
}

/** @param {Found[]} found */
export function nameOf(found) {
  const stem = (found[0]?.path.split("/").at(-1) ?? "files").replace(/\.[^.]*$/, "");
  return outerFolder(found) || `${stem} and ${found.length - 1} more`;
}

/**
 * The files in parcels of at most so many bytes; a larger file has one of its own. Hidden files are left out.
 * In each parcel everything lies in one folder, called alike, which is taken off where it is unpacked.
 * @param {Found[]} found
 * @param {number} most
 * @returns {{ name: string, entries: Found[] }[]}
 */
export function parcels(found, most) {
  const seen = found.filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")));
  /** @type {Found[][]} */
  const groups = [[]];
  let size = 0;
  for (const one of seen) {
    const cost = one.file.size + 2 * one.path.length + 200;
    const open = /** @type {Found[]} */ (groups.at(-1));
    if (open.length && (size + cost > most || open.length === MOST_IN_ONE)) {
      groups.push([one]);
      size = cost;
    } else {
      open.push(one);
      size += cost;
    }
  }
  const name = nameOf(seen);
  const called = (/** @type {number} */ place) =>
    groups.length === 1 ? name : `${name} (${place} of ${groups.length})`;
  const outer = outerFolder(seen);
  const inOne = (/** @type {Found} */ one) => (outer ? one : { ...one, path: `${name}/${one.path}` });
  return groups.map((entries, place) => ({ name: `${called(place + 1)}.zip`, entries: entries.map(inOne) }));
}
