'use strict';

/**
 * Describes the open connections. The cost grows with their number. It runs only while a page is
 * open: once a second, for all pages together.
 */

/** @import { Query } from './query.js' */

const { connections } = require('../../core/notices.js');
const { short } = require('./short.js');

/** The maximum number of connections that a page receives. */
const MAX_ROWS = 300;
/** The maximum number of slow readers that a page receives. */
const MAX_SLOW = 5;

/**
 * The path without the query, which may contain secrets.
 * @param {any} request
 */
const pathOf = (request) => short((request?.originalUrl ?? request?.url ?? '').split('?', 1)[0]);

/** One connection. Its texts are computed on first use, because most rows are not shown. */
class Row {
  /** @type {string | undefined} */
  #path;
  /** @type {string | undefined} */
  #address;

  /**
   * @param {number} number the core's number, as NODE_DEBUG=sluice prints it
   * @param {any} link
   * @param {number} now
   */
  constructor(number, link, now) {
    this.number = number;
    this.link = link;
    this.openedAt = link.connection?.timestamp ?? now;
    this.queuedBytes = link.handle.queuedBytes;
  }

  get #request() {
    return this.link.carrier.request ?? this.link.carrier.incoming;
  }

  get path() {
    this.#path ??= pathOf(this.#request);
    return this.#path;
  }

  get address() {
    const request = this.#request;
    this.#address ??= short(request?.socket?.remoteAddress ?? request?.ip ?? request?.address);
    return this.#address;
  }

  get transport() {
    return this.link.transport;
  }

  /** @param {number} now */
  shown(now) {
    const { number, path, address, transport, queuedBytes } = this;
    const age = Math.max(0, Math.floor((now - this.openedAt) / 1000));
    return { number, path, address, transport, age, queuedBytes };
  }
}

/** @param {number} now */
function allRows(now) {
  return Array.from(connections, ([number, link]) => new Row(number, link, now));
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
 * @param {number} now
 */
function chosen(rows, { sort, order, search }, own, now) {
  const found = rows.filter(
    (row) =>
      search === '' ||
      String(row.number) === search ||
      row.path.toLowerCase().includes(search) ||
      row.address.includes(search),
  );
  const direction = order === 'asc' ? 1 : -1;
  // Ties are sorted by number, so that rows do not jump.
  found.sort((a, b) => direction * COMPARE[sort](a, b) || a.number - b.number);
  const shown = found.slice(0, MAX_ROWS);
  return {
    total: rows.length,
    matching: found.length,
    rows: shown.map((row) => ({ ...row.shown(now), isPage: row.number === own })),
  };
}

/**
 * @param {Row[]} rows
 * @param {number} now
 */
function slowest(rows, now) {
  const queued = rows.filter(({ queuedBytes }) => queuedBytes > 0);
  queued.sort((one, other) => COMPARE.queue(other, one));
  return queued.slice(0, MAX_SLOW).map((row) => row.shown(now));
}

module.exports = { allRows, chosen, slowest };
