'use strict';

/**
 * Cursors of live reads: they let caches join readers that wait for the same data, and keep a
 * client from getting the same cached answer for ever. A cursor is the number of an interval of
 * 20 seconds. All readers of a stream share one, which never goes back.
 */

const EPOCH = Date.UTC(2024, 9, 9);
const INTERVAL = 20_000;
/** How far a cursor jumps ahead when a client has it already, at most: an hour. */
const LONGEST_JUMP = 3_600_000 / INTERVAL;
/** Longer ones are not ours. */
const FORM = /^\d{1,15}$/;

class Cursors {
  /** The greatest cursor that was given out. */
  #latest = 0;

  /** The cursor of now. */
  current() {
    this.#latest = Math.max(this.#latest, Math.floor((Date.now() - EPOCH) / INTERVAL));
    return this.#latest;
  }

  /**
   * A cursor that is greater than that of the client.
   * @param {string | null} given what the client sent
   */
  after(given) {
    const current = this.current();
    const theirs = given !== null && FORM.test(given) ? Number(given) : -1;
    if (theirs < current) return String(current);
    const next = theirs + 1 + Math.floor(Math.random() * LONGEST_JUMP);
    // A greater one than ours was not given out here, and must not drag all others along.
    if (theirs === current) this.#latest = next;
    return String(next);
  }
}

module.exports = { Cursors };
