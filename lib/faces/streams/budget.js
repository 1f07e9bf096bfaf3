'use strict';

/** Counts the bytes that all streams hold together, and refuses those above a bound. */

class Budget {
  #most;
  #used = 0;

  /** @param {number} most in bytes */
  constructor(most) {
    this.#most = most;
  }

  get used() {
    return this.#used;
  }

  /**
   * Takes room, or returns false if there is not enough.
   * @param {number} bytes
   */
  take(bytes) {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  /** @param {number} bytes that were taken before */
  give(bytes) {
    this.#used -= bytes;
  }
}

module.exports = { Budget };
