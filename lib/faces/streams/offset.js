'use strict';

/**
 * Offsets: positions in a stream as clients see them. They sort like the positions. The first half
 * is reserved; other servers count files there.
 */

const DIGITS = 16;
const RESERVED = `${'0'.repeat(DIGITS)}_`;
const FORM = /^0{16}_\d{16}$/;

/** @param {number} position in bytes */
const formatOffset = (position) => RESERVED + String(position).padStart(DIGITS, '0');

/**
 * The position of an offset, or undefined if the offset is invalid.
 * @param {string} offset
 */
function parseOffset(offset) {
  if (!FORM.test(offset)) return undefined;
  const position = Number(offset.slice(RESERVED.length));
  return Number.isSafeInteger(position) ? position : undefined;
}

module.exports = { formatOffset, parseOffset };
