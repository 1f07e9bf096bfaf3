'use strict';

/**
 * Cursors of live reads let caches share one request among readers that wait for the same data.
 * They also keep a client from getting the same cached response forever. A cursor is the number of
 * a 20-second interval. All readers of a stream share one cursor, which never decreases.
 */

const EPOCH = Date.UTC(2024, 9, 9);
const INTERVAL = 20_000;
/** The largest jump of a cursor that a client already has: an hour. */
const LONGEST_JUMP = 3_600_000 / INTERVAL;
/** This server's cursors are never longer. */
const FORM = /^\d{1,15}$/;

class Cursors {
  /** The greatest cursor that was sent. */
  #latest = 0;

  /** The current cursor. */
  current() {
    this.#latest = Math.max(this.#latest, Math.floor((Date.now() - EPOCH) / INTERVAL));
    return this.#latest;
  }

  /**
   * A cursor that is greater than that of the client.
   * @param {string | null} given the client's cursor
   */
  after(given) {
    const current = this.current();
    const theirs = given !== null && FORM.test(given) ? Number(given) : -1;
    if (theirs < current) return String(current);
    const next = theirs + 1 + Math.floor(Math.random() * LONGEST_JUMP);
    // A client's greater cursor is not from this server, and must not affect other readers.
    if (theirs === current) this.#latest = next;
    return String(next);
  }
}

module.exports = { Cursors };
