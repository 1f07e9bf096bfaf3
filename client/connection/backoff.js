/** @import { Options } from '../options.js' */

/** Minimum delay after a failure, in milliseconds, even if the server has sent `retry: 0`. */
const LEAST_AFTER_FAILURE = 100;

/**
 * Computes the delay before the next attempt. The delay is random ("full jitter"). Its upper bound
 * grows with every attempt, so the clients of a restarted server do not reconnect in waves.
 */
export class Backoff {
  #options;
  #first;
  /** Minimum delay from the server's `retry` field, in milliseconds. */
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

  /** @param {number} delay the server's `retry` field, in milliseconds */
  startFrom(delay) {
    this.#first = delay;
    this.least = Math.min(delay, this.#options.maxReconnectDelay);
  }

  /** Starts over, after a connection lasted or the application asked to reconnect. */
  reset() {
    this.retries = this.#growth = 0;
  }

  /**
   * Returns the delay in milliseconds, or undefined when all retries are used up.
   *
   * @param {number} [retryAfter] minimum delay from the server's `Retry-After` header
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
