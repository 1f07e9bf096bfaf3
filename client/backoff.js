/** @import { Options } from './options.js' */

/** A server that fails is not asked without a pause, even if it said `retry: 0` while it was well. */
const LEAST_AFTER_FAILURE = 100;

/**
 * How long to wait before the next attempt: "full jitter", that is anything from nothing to a bound that grows with every
 * attempt in vain. Thousands of clients of a server that restarts come back one by one, and not in waves.
 */
export class Backoff {
  #options;
  #first;
  #retries = 0;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#first = options.reconnectDelay;
  }

  /** @param {number} delay that of the first retry, as the server has said */
  startFrom(delay) {
    this.#first = delay;
  }

  /** An attempt was of use. */
  reset() {
    this.#retries = 0;
  }

  /**
   * Milliseconds; undefined when all retries are used up.
   *
   * @param {number} [retryAfter] the least that the server asks for
   */
  next(retryAfter = 0) {
    const { maxRetries, maxReconnectDelay, backoffMultiplier } = this.#options;
    if (maxRetries > 0 && this.#retries >= maxRetries) return undefined;
    const first = this.#retries > 0 ? Math.max(this.#first, LEAST_AFTER_FAILURE) : this.#first;
    const bound = Math.min(first * backoffMultiplier ** this.#retries, maxReconnectDelay);
    this.#retries += 1;
    return Math.min(retryAfter, maxReconnectDelay) + Math.random() * bound;
  }
}
