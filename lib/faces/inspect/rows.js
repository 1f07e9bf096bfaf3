'use strict';

/**
 * Describes the open connections. Its cost grows with their number, and it is only called while
 * somebody watches: once a second, for all pages together.
 */

/** @import { Query } from './query.js' */

const { connections } = require('../../core/notices.js');

/** The most connections that a page gets. */
const MAX_ROWS = 300;
/** The most slow readers that a page gets. */
const MAX_SLOW = 5;
/** The most characters of a text that a client has chosen. */
const LONGEST = 200;

/**
 * @typedef {object} Row
 * @property {number} number the core's number, as NODE_DEBUG=sluice prints it
 * @property {string} path
 * @property {string} address
 * @property {string} transport
 * @property {number} age in seconds
 * @property {number} openedAt
 * @property {number} queuedBytes
 */

/** @type {(text: unknown) => string} */
const short = (text) => {
  const all = String(text ?? '');
  return all.length > LONGEST ? `${all.slice(0, LONGEST)}…` : all;
};

/**
 * The path without the query, which may have secrets.
 * @param {any} request
 */
const pathOf = (request) => short((request?.originalUrl ?? request?.url ?? '').split('?', 1)[0]);

/** @returns {Row[]} */
function allRows() {
  const now = Date.now();
  const rows = [];
  for (const [number, listener] of connections) {
    const { carrier, connection, handle, transport } = /** @type {any} */ (listener);
    const request = carrier.request ?? carrier.incoming;
    const openedAt = connection?.timestamp ?? now;
    rows.push({
      number,
      path: pathOf(request),
      address: short(request?.socket?.remoteAddress ?? request?.ip),
      transport,
      age: Math.max(0, Math.floor((now - openedAt) / 1000)),
      openedAt,
      queuedBytes: handle.queuedBytes,
    });
  }
  return rows;
}

/** @type {(one: string, other: string) => number} */
const byText = (one, other) => (one < other ? -1 : Number(one > other));

/** @type {Record<Query['sort'], (one: Row, other: Row) => number>} */
const COMPARE = {
  queue: (one, other) => one.queuedBytes - other.queuedBytes,
  age: (one, other) => other.openedAt - one.openedAt,
  number: (one, other) => one.number - other.number,
  path: (one, other) => byText(one.path, other.path),
  address: (one, other) => byText(one.address, other.address),
  transport: (one, other) => byText(one.transport, other.transport),
};

/**
 * @param {Row[]} rows
 * @param {Query} query
 * @param {number} own the number of the page's own connection
 */
function chosen(rows, { sort, order, search }, own) {
  const found = rows.filter(
    ({ number, path, address }) =>
      search === '' ||
      path.toLowerCase().includes(search) ||
      address.includes(search) ||
      String(number) === search,
  );
  const direction = order === 'asc' ? 1 : -1;
  // Of equal ones the older is first, so that rows do not jump.
  found.sort((a, b) => direction * COMPARE[sort](a, b) || a.number - b.number);
  const shown = found.slice(0, MAX_ROWS).map((row) => ({ ...row, isPage: row.number === own }));
  return { total: rows.length, matching: found.length, rows: shown };
}

/** @param {Row[]} rows */
function slowest(rows) {
  const queued = rows.filter(({ queuedBytes }) => queuedBytes > 0);
  return queued.sort((one, other) => COMPARE.queue(other, one)).slice(0, MAX_SLOW);
}

module.exports = { allRows, chosen, slowest };
