'use strict';

/** The sessions of clients whose connections have closed, until they return or expire. */

/** @import { BrokerClient } from './broker-client.js' */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {string} secret
 * @property {string | undefined} wanted the id that the application had given, if any
 * @property {string[]} topics
 */
/** @typedef {{ session: Session, expiry: number, size: number }} Entry */

const { wantedId } = require('./broker-client.js');

const MAX_SESSIONS = 10_000;
/** The maximum length of all topic names together, in characters. */
const MAX_SIZE = 2 ** 24;

/**
 * @param {BrokerClient} client
 * @returns {Session}
 */
function sessionOf(client) {
  const { id, secret, topics } = client;
  return { id, secret, wanted: wantedId(client), topics: Array.from(topics) };
}

class Sessions {
  #timeout;
  /**
   * By id, the oldest first. All have the same timeout, so the oldest expires first.
   * @type {Map<string, Entry>}
   */
  #entries = new Map();
  #size = 0;
  /**
   * Called with the id of a session that was deleted.
   * @type {((id: string) => void) | undefined}
   */
  whenGone;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {number} timeout in milliseconds; 0 turns sessions off */
  constructor(timeout) {
    this.#timeout = timeout;
    if (timeout === 0) return;
    // Created here and only refreshed later: a timer keeps the async context that it is created in.
    this.#timer = setTimeout(() => this.#sweep(), timeout).unref();
  }

  get isOn() {
    return this.#timeout > 0;
  }

  get count() {
    return this.#entries.size;
  }

  /**
   * Stores the session of a client that has topics.
   * @param {BrokerClient} client
   */
  keep(client) {
    if (this.isOn && client.topics.size > 0) this.put(sessionOf(client));
  }

  /** @param {Session} session */
  put(session) {
    const size = session.topics.reduce((sum, topic) => sum + topic.length, 0);
    this.delete(session.id);
    if (size > MAX_SIZE) return;
    if (this.count === 0) this.#timer?.refresh();
    this.#entries.set(session.id, { session, expiry: performance.now() + this.#timeout, size });
    this.#size += size;
    for (const id of this.#entries.keys()) {
      if (this.count <= MAX_SESSIONS && this.#size <= MAX_SIZE) break;
      this.delete(id);
    }
  }

  /** @param {string} id */
  get(id) {
    const entry = this.#entries.get(id);
    return entry && entry.expiry > performance.now() ? entry.session : undefined;
  }

  /** @param {string} id */
  delete(id) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#size -= entry.size;
    this.#entries.delete(id);
    this.whenGone?.(id);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#entries.clear();
    this.#size = 0;
  }

  /** Deletes expired sessions. Some stay for a second timeout, but are not returned. */
  #sweep() {
    for (const id of this.#entries.keys()) {
      if (this.get(id)) break;
      this.delete(id);
    }
    if (this.count > 0) this.#timer?.refresh();
  }
}

module.exports = { Sessions, sessionOf };
