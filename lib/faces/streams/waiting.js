'use strict';

/**
 * The readers of all streams that wait for data in long-polls. One timer ends their waits after the
 * timeout or when the process drains.
 */

/**
 * - `changed`: there is data, or the stream was closed or deleted.
 * - `timeout`: the stream did not change before the timeout.
 * - `left`: the client has disconnected.
 * - `over`: the server is stopping.
 * @typedef {'changed' | 'timeout' | 'left' | 'over'} Outcome
 */
/** @typedef {{ deadline: number, settle: (outcome: Outcome) => void }} Waiter */

const { everything } = require('../../core/draining.js');
const { later } = require('./refusal.js');

/** The interval of checks whether the process drains, in milliseconds, while readers wait. */
const LOOK = 1000;

class Waiting {
  #timeout;
  #most;
  /** @type {Set<Waiter>} the timeout is the same for all, so the first waiter expires first */
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
   * @param {Set<Waiter>} own the waiters of the stream, which contain this one until it ends
   * @param {AbortSignal} signal that of the request
   * @returns {Promise<Outcome>}
   */
  wait(own, signal) {
    if (signal.aborted) return Promise.resolve('left');
    everything.assertNot();
    if (this.count >= this.#most) {
      throw later(503, 'Too many readers are waiting for data');
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
