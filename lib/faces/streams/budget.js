'use strict';

/** Counts the bytes of all streams together, and refuses bytes above a limit. */

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
   * Reserves bytes, or returns false if there is not enough room.
   * @param {number} bytes
   */
  take(bytes) {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  /** @param {number} bytes the number of bytes to release */
  give(bytes) {
    this.#used -= bytes;
  }
}

module.exports = { Budget };
