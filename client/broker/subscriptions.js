import { SSEError } from '../connection/error.js';
import { isPattern, matches } from './pattern.js';

/**
 * @import { SSEEvent } from '../index.js'
 *
 * @typedef {(event: SSEEvent<any>) => void} Handler
 * @typedef {{ handler: Handler }} Entry
 */

/** The handlers of one client, by topic or pattern. */
export class Subscriptions {
  #hasWildcards;
  #report;
  #onChange;
  /**
   * A function may be added twice. Each addition is removed separately.
   *
   * @type {Map<string, Set<Entry>>}
   */
  #entries = new Map();

  /**
   * @param {boolean} hasWildcards
   * @param {(error: unknown) => void} report called with the error that a handler throws
   * @param {(added?: string) => void} onChange called when a topic gets its first handler, with the
   *   topic, or loses its last one
   */
  constructor(hasWildcards, report, onChange) {
    this.#hasWildcards = hasWildcards;
    this.#report = report;
    this.#onChange = onChange;
  }

  get topics() {
    return [...this.#entries.keys()];
  }

  /**
   * @param {string} topic
   * @param {Handler} handler
   */
  add(topic, handler) {
    if (typeof topic !== 'string' || topic === '') {
      throw new SSEError('ERR_SSE_TYPE', 'a topic must be a string that is not empty');
    }
    if (typeof handler !== 'function') {
      throw new SSEError('ERR_SSE_TYPE', 'a handler must be a function');
    }
    const entry = { handler };
    const entries = this.#entries.get(topic) ?? new Set();
    this.#entries.set(topic, entries.add(entry));
    if (entries.size === 1) this.#onChange(topic);
    return () => {
      if (!entries.delete(entry) || entries.size > 0) return;
      this.#entries.delete(topic);
      this.#onChange();
    };
  }

  /**
   * Calls every handler of the event's topic once, however many of its subscriptions match.
   *
   * @param {SSEEvent<any>} event
   */
  deliver(event) {
    if (event.topic === undefined) return;
    const called = new Set();
    for (const { entries, entry } of this.#matching(event.topic)) {
      // An earlier handler may have removed this one.
      if (!entries.has(entry) || called.has(entry.handler)) continue;
      called.add(entry.handler);
      try {
        entry.handler(event);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /**
   * @param {string} topic
   */
  #matching(topic) {
    const all = [...this.#entries].filter(([name]) => name === topic || this.#covers(name, topic));
    return all.flatMap(([, entries]) => [...entries].map((entry) => ({ entries, entry })));
  }

  /** @type {(pattern: string, topic: string) => boolean} */
  #covers(pattern, topic) {
    return this.#hasWildcards && isPattern(pattern) && matches(pattern, topic);
  }
}
