import { SSEError } from './connection/error.js';

/** @type {(error: unknown) => void} */
const report =
  globalThis.reportError ??
  ((error) =>
    queueMicrotask(() => {
      throw error;
    }));

/**
 * Handlers of one kind of thing. What one of them throws is reported as if nobody were there to
 * catch it, and the others are called.
 *
 * @template {unknown[]} Values
 */
export class Handlers {
  /**
   * A function may be added twice, and each time has an end of its own. @type {Set<{ call:
   * (...values: Values) => void }>}
   */
  #entries = new Set();

  /**
   * @param {(...values: Values) => void} handler
   * @returns {() => void} removes it
   */
  add(handler) {
    if (typeof handler !== 'function') {
      throw new SSEError('ERR_SSE_TYPE', 'a handler must be a function');
    }
    const entry = { call: handler };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  isEmpty() {
    return this.#entries.size === 0;
  }

  /** @param {Values} values */
  call(...values) {
    // Those that are added meanwhile have to wait, or a handler that replaces itself would never
    // end.
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      try {
        entry.call(...values);
      } catch (error) {
        report(error);
      }
    }
  }
}
