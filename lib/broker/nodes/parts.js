'use strict';

/** Splits lists into parts that fit into messages. */

/** The maximum length of a part, in characters. A longer item has a part of its own. */
const PART = 1 << 16;

/**
 * @template Item
 * @param {Iterable<Item>} items
 * @returns {Item[][]}
 */
function partsOf(items) {
  /** @type {Item[][]} */
  const parts = [];
  let room = 0;
  for (const item of items) {
    const size = JSON.stringify(item).length;
    if (room < size || parts.length === 0) {
      parts.push([]);
      room = PART;
    }
    parts[parts.length - 1].push(item);
    room -= size;
  }
  return parts;
}

module.exports = { partsOf };
