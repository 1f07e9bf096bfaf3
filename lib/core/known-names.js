'use strict';

/** Finds unknown names, such as misspelt options, and suggests known ones. */

/** Longer names are not typing errors, and would take long to compare. */
const MAX_LENGTH = 40;

/**
 * Returns the first unknown name in an object. Undefined values count as absent.
 * @param {object} given
 * @param {object} known has the known names as keys
 */
function unknownName(given, known) {
  for (const name of Object.keys(given)) {
    const value = /** @type {Record<string, unknown>} */ (given)[name];
    if (value !== undefined && !Object.hasOwn(known, name)) return name;
  }
  return undefined;
}

/**
 * Returns the rest of a message about an unknown name: the closest known name, or all of them.
 * @param {string} name
 * @param {object} known
 */
function suggestion(name, known) {
  const names = Object.keys(known);
  const nearest = nearestOf(name, names);
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return `the known ones are ${names.map((known) => `\`${known}\``).join(', ')}`;
}

/**
 * @param {string} name
 * @param {string[]} names
 */
function nearestOf(name, names) {
  if (name.length > MAX_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const near = names
    .map((known) => ({ known, distance: distance(wanted, known.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance)[0];
  if (near) return near.known;
  // A part of a name, such as `interval`.
  const parts = names.filter((known) => wanted.length > 3 && known.toLowerCase().includes(wanted));
  return parts[0];
}

/**
 * The edit distance: how many characters must be inserted, deleted, replaced or swapped with the
 * next one.
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  /** @type {number[]} */
  let before = [];
  let last = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(last[column] + 1, next[column - 1] + 1, last[column - 1] + +!isSame);
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (isSwapped && row > 1 && column > 1) least = Math.min(least, before[column - 2] + 1);
      next.push(least);
    }
    [before, last] = [last, next];
  }
  return last[other.length];
}

module.exports = { suggestion, unknownName };
