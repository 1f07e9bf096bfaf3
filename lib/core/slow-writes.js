'use strict';

/**
 * Tells the core which writes have waited too long for their clients, and repeats the report while
 * they wait. The core disconnects a client only after such a report, so never while JavaScript is
 * busy.
 */

/**
 * How long a write may wait before its client counts as slow, and the interval of the reports, in
 * milliseconds. Other responses emit `drain` sooner, unless JavaScript is busy.
 */
const SLOW = 1000;
/** The interval between two checks, in milliseconds. */
const LOOK = 250;

class SlowWrites {
  /**
   * When each write started to wait, by the core's id of the connection.
   * @type {Map<number, number>}
   */
  #since = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #tell;

  /** @param {(ids: number[]) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** @param {number[]} ids */
  add(ids) {
    const now = performance.now();
    for (const id of ids) this.#since.set(id, now);
    if (ids.length === 0) return;
    // If JavaScript was busy, responses that have drained report first.
    this.#timer ??= setInterval(() => setImmediate(() => this.#look()), LOOK).unref();
  }

  /** @param {number} id */
  delete(id) {
    this.#since.delete(id);
  }

  #look() {
    const now = performance.now();
    const latest = now - SLOW;
    const slow = [];
    for (const [id, since] of this.#since) {
      if (since > latest) continue;
      slow.push(id);
      this.#since.set(id, now);
    }
    if (slow.length > 0) this.#tell(slow);
    if (this.#since.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

module.exports = { SlowWrites };
