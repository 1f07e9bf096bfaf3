'use strict';

/** The events that a test client has received, and the calls that wait for more. */

/** @import { ReceivedEvent, StreamEnd } from '../../testing.js' */

const { SluiceError } = require('../core/error.js');
const { MAX_TIME } = require('../core/option.js');

/** How many events an error message shows, and how many characters of each. */
const SHOWN = { events: 10, characters: 200 };

class Received {
  /** @type {ReceivedEvent[]} */
  events = [];
  /** @type {StreamEnd | undefined} */
  end;
  /** @type {Error | undefined} */
  #error;
  /** @type {Set<() => void>} */
  #waiting = new Set();
  /** @type {(end: StreamEnd) => void} */
  #close = () => {};
  #limit;

  /** @type {Promise<StreamEnd>} */
  closed = new Promise((resolve) => {
    this.#close = resolve;
  });

  /** @param {number} limit the maximum number of events */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @param {ReceivedEvent} event */
  add(event) {
    if (this.events.length === this.#limit) {
      const message = `more than ${this.#limit} events arrived: set a higher \`maxEvents\``;
      throw new SluiceError('ERR_SSE_EXPECTED', message);
    }
    this.events.push(event);
    this.#wake();
  }

  /**
   * Ends the stream. Only the first end is recorded.
   * @param {StreamEnd} end
   * @param {Error} [error] why nothing more can be read
   */
  finish(end, error) {
    this.end ??= end;
    this.#error ??= error;
    this.#close(this.end);
    this.#wake();
  }

  #wake() {
    for (const check of this.#waiting) check();
  }

  /**
   * Resolves with true when at least `count` events have arrived, and with false after the timeout
   * or if the stream ends first.
   * @param {number} count
   * @param {number} [timeout] milliseconds
   */
  async has(count, timeout = MAX_TIME) {
    if (!this.#settled(count)) await this.#change(count, timeout);
    if (this.events.length >= count) return true;
    if (this.#error) throw this.#error;
    return false;
  }

  /** @type {(count: number, timeout: number) => Promise<void>} */
  async #change(count, timeout) {
    await new Promise((resolve) => {
      // Also keeps the process alive: in-memory streams do not.
      const timer = setTimeout(() => finish(), timeout);
      const check = () => {
        if (this.#settled(count)) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(undefined);
      };
      this.#waiting.add(check);
    });
  }

  /** @param {number} count */
  #settled(count) {
    return this.events.length >= count || this.end !== undefined;
  }

  /**
   * Resolves when at least `count` events have arrived. Rejects after the timeout or if the stream
   * ends first. The message shows the latest events.
   * @param {number} count
   * @param {number} timeout milliseconds
   */
  async expect(count, timeout) {
    if (await this.has(count, timeout)) return;
    const cause = this.end ? `before the stream ${ENDS[this.end]}` : `within ${timeout} ms`;
    throw new SluiceError(
      'ERR_SSE_EXPECTED',
      `event ${count} did not arrive ${cause}; ${this.#summary()}`,
    );
  }

  #summary() {
    const { events } = this;
    if (events.length === 0) return 'no event has arrived';
    const shown = events.slice(-SHOWN.events).map((event, n) => {
      const place = Math.max(0, events.length - SHOWN.events) + n + 1;
      const { lastEventId: _, ...fields } = event;
      return `\n  ${place}: ${JSON.stringify(fields).slice(0, SHOWN.characters)}`;
    });
    return `${events.length} have arrived:${shown.join('')}`;
  }
}

/** @type {Record<StreamEnd, string>} */
const ENDS = {
  ended: 'ended',
  cut: 'was cut off',
  left: 'was left',
  vanished: 'vanished',
};

module.exports = { Received };
