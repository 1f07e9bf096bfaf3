'use strict';

/** The open pages. Each receives a snapshot every second. */

/** @import { Link } from '../../connection/link.js' */
/** @import { Query } from './query.js' */

const event = require('../../connection/event.js');
const { metrics } = require('../../core/hub.js');
const { describeChannels } = require('./channels.js');
const { allRows, chosen, slowest } = require('./rows.js');

/** The maximum number of pages per handler. Each sorts the connections once a second. */
const MAX_PAGES = 8;
const INTERVAL = 1000;

/** @typedef {{ link: Link, query: Query }} Page */

class Watchers {
  /** @type {Set<Page>} */
  #pages = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  get areFull() {
    return this.#pages.size >= MAX_PAGES;
  }

  /**
   * @param {Link} link
   * @param {Query} query
   */
  add(link, query) {
    const page = { link, query };
    this.#pages.add(page);
    link.connection.once('close', () => this.#remove(page));
    this.#timer ??= setInterval(() => this.#tell(this.#pages), INTERVAL).unref();
    this.#tell([page]);
  }

  /** @param {Page} page */
  #remove(page) {
    this.#pages.delete(page);
    if (this.#pages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @param {Iterable<Page>} pages */
  #tell(pages) {
    // Skips a page that has not received the last snapshot, so its queue cannot grow.
    const ready = [...pages].filter(({ link }) => !link.isOver && link.handle.queuedBytes === 0);
    if (ready.length === 0) return;
    const now = Date.now();
    const rows = allRows(now);
    const figures = metrics();
    const common = {
      time: now,
      pid: process.pid,
      node: process.version,
      uptime: Math.floor(process.uptime()),
      metrics: figures,
      channels: describeChannels(figures.channels),
      slow: slowest(rows, now),
    };
    for (const { link, query } of ready) {
      const data = { ...common, connections: chosen(rows, query, link.handle.id, now) };
      event.sendToConnection(link.number, { event: 'snapshot', data });
    }
  }
}

module.exports = { Watchers };
