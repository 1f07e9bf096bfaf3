'use strict';

/** Splits lists into parts that fit into messages. */

/** How many characters a part has, unless one item alone has more. */
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
