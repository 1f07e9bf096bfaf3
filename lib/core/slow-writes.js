'use strict';

/** A response that takes what it was given says so soon, unless JavaScript is busy; after this long it is the client that is slow. */
const SLOW = 1000;
const LOOK = 250;

/** Writes that a response has not taken yet. Of those that wait for long enough the core is told. */
class SlowWrites {
  /**
   * Since when, by connection.
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
    // After a time that JavaScript was busy the responses have their say first.
    this.#timer ??= setInterval(() => setImmediate(() => this.#look()), LOOK).unref();
  }

  /** @param {number} id */
  delete(id) {
    this.#since.delete(id);
  }

  #look() {
    const latest = performance.now() - SLOW;
    const slow = [];
    for (const [id, since] of this.#since) {
      if (since > latest) continue;
      slow.push(id);
      this.#since.delete(id);
    }
    if (slow.length > 0) this.#tell(slow);
    if (this.#since.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

module.exports = { SlowWrites };
