'use strict';

/**
 * The position of a reader in a run. The id of an event is the key of its run and the number of the
 * event, from 1. The key distinguishes the cursors of different runs under the same id. In the
 * query, clients may also send the number of events that they have.
 */

const { readQueryCursor } = require('../carrier/cursor.js');

const ID = /^([a-z\d]{8})\.(\d{1,9})$/;
const NUMBER = /^-?\d{1,9}$/;
/** Parameters of a query that hold a number, or an id. */
const PARAMETERS = ['startIndex', 'starting_after', 'lastEventId'];

/**
 * `number`: how many events the reader has. If negative, how many of the last events it wants.
 * `key`: the key of the run, if the cursor has one.
 * @typedef {{ number: number, key?: string, isHeader: boolean }} Cursor
 */

/**
 * @param {string | undefined} header
 * @param {string | undefined} url
 * @returns {Cursor | 'none' | 'invalid'}
 */
function readCursorOf(header, url) {
  if (header !== undefined) {
    const cursor = parse(header, true);
    // The page may have the id from another stream, and cannot omit it.
    return cursor === 'invalid' ? { key: '', number: 0, isHeader: true } : cursor;
  }
  for (const parameter of PARAMETERS) {
    const value = readQueryCursor(url, parameter);
    if (value !== undefined) return parse(value, false);
  }
  return 'none';
}

/**
 * @param {string} text
 * @param {boolean} isHeader
 * @returns {Cursor | 'invalid'}
 */
function parse(text, isHeader) {
  const [, key, number] = ID.exec(text) ?? [];
  if (key !== undefined) return { key, number: Number(number), isHeader };
  return NUMBER.test(text) ? { number: Number(text), isHeader } : 'invalid';
}

/**
 * @param {string} key
 * @param {number} number
 */
const idOf = (key, number) => `${key}.${number}`;

/** @param {string | undefined | null} id */
const numberOf = (id) => Number(ID.exec(id ?? '')?.[2] ?? 0);

module.exports = { idOf, numberOf, readCursorOf };
