/** @import { Options } from './options.js' */

/** The least delay after a failure, in milliseconds, even if the server said `retry: 0` before. */
const LEAST_AFTER_FAILURE = 100;

/**
 * How long to wait before the next attempt. The delay is random ("full jitter") below a bound that
 * grows with every attempt, so the clients of a server that restarts do not return in waves.
 */
export class Backoff {
  #options;
  #first;
  /** What the server asked for with `retry`: no delay is shorter. Milliseconds. */
  least = 0;
  /** Attempts in a row that delivered nothing. */
  retries = 0;
  /** Attempts since a connection lasted. */
  #growth = 0;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#first = options.reconnectDelay;
  }

  /** @param {number} delay what the server asked for with `retry` */
  startFrom(delay) {
    this.#first = delay;
    this.least = Math.min(delay, this.#options.maxReconnectDelay);
  }

  /** A connection lasted, or a new beginning is asked for. */
  reset() {
    this.retries = this.#growth = 0;
  }

  /**
   * Milliseconds; undefined when all retries are used up.
   *
   * @param {number} [retryAfter] the least that the server asks for with `Retry-After`
   */
  next(retryAfter = 0) {
    const { maxRetries, maxReconnectDelay, backoffMultiplier } = this.#options;
    if (maxRetries > 0 && this.retries >= maxRetries) return undefined;
    const first = this.#growth > 0 ? Math.max(this.#first, LEAST_AFTER_FAILURE) : this.#first;
    const bound = Math.min(first * backoffMultiplier ** this.#growth, maxReconnectDelay);
    this.retries += 1;
    this.#growth += 1;
    const least = Math.max(Math.min(retryAfter, maxReconnectDelay), this.least);
    return least + Math.random() * bound;
  }
}
