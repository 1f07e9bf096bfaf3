'use strict';

/**
 * The readers that wait for data in long-polls, of all streams. One timer ends their waits, when
 * their time is over or the process drains.
 */

/**
 * - `changed`: there is data, or the stream was closed or deleted.
 * - `timeout`: nothing happened for long enough.
 * - `left`: the client is gone.
 * - `over`: the server stops.
 * @typedef {'changed' | 'timeout' | 'left' | 'over'} Outcome
 */
/** @typedef {{ deadline: number, settle: (outcome: Outcome) => void }} Waiter */

const { everything } = require('../../core/draining.js');
const { later } = require('./refusal.js');

/** How often to look whether the process drains, in milliseconds, while readers wait. */
const LOOK = 1000;

class Waiting {
  #timeout;
  #most;
  /** @type {Set<Waiter>} all wait for the same time, so the first is the next to end */
  #waiters = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {number} timeout in milliseconds
   * @param {number} most
   */
  constructor(timeout, most) {
    this.#timeout = timeout;
    this.#most = most;
  }

  get count() {
    return this.#waiters.size;
  }

  /**
   * @param {Set<Waiter>} own the waiters of the stream, among which it is until it ends
   * @param {AbortSignal} signal that of the request
   * @returns {Promise<Outcome>}
   */
  wait(own, signal) {
    if (signal.aborted) return Promise.resolve('left');
    everything.assertNot();
    if (this.count >= this.#most) {
      throw later(503, 'Too many readers wait for data');
    }
    return new Promise((resolve) => {
      const leave = () => waiter.settle('left');
      /** @type {Waiter} */
      const waiter = {
        deadline: performance.now() + this.#timeout,
        settle: (outcome) => {
          own.delete(waiter);
          this.#waiters.delete(waiter);
          signal.removeEventListener('abort', leave);
          resolve(outcome);
        },
      };
      own.add(waiter);
      this.#waiters.add(waiter);
      signal.addEventListener('abort', leave);
      this.#schedule();
    });
  }

  end() {
    for (const waiter of [...this.#waiters]) waiter.settle('over');
    clearTimeout(this.#timer);
  }

  #schedule() {
    const [next] = this.#waiters;
    if (this.#timer || !next) return;
    const delay = Math.min(LOOK, Math.max(1, next.deadline - performance.now()));
    this.#timer = setTimeout(() => this.#expire(), delay).unref();
  }

  #expire() {
    this.#timer = undefined;
    if (everything.hasBegun) return this.end();
    const now = performance.now();
    for (const waiter of [...this.#waiters]) {
      if (waiter.deadline > now) break;
      waiter.settle('timeout');
    }
    this.#schedule();
  }
}

module.exports = { Waiting };
