import { SSEError } from './connection/error.js';

/** @type {(error: unknown) => void} */
export const report =
  globalThis.reportError ??
  ((error) =>
    queueMicrotask(() => {
      throw error;
    }));

/**
 * Handlers of one kind of notification. An error thrown by a handler is reported as uncaught, and
 * the other handlers still run.
 *
 * @template {unknown[]} Values
 */
export class Handlers {
  /**
   * A function may be added twice. Each addition is removed separately.
   *
   * @type {Set<{ call: (...values: Values) => void }>}
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
    // Iterates over a copy: a handler that adds itself again would otherwise loop forever.
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
