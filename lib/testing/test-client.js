'use strict';

/** A client of a stream in a test. It reads as fast as it can until `slow()` is called. */

/** @import { Answer } from './handler.js' */
/** @import { OpenStreamOptions, ReceivedEvent } from '../../testing.js' */

const { whole } = require('../core/option.js');
const { Received } = require('./received.js');

const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;

class TestClient {
  #answer;
  #received;
  #timeout;
  #open;
  #taken = 0;
  /** @type {Promise<void> | undefined} */
  #paused;
  /** @type {() => void} */
  #unpause = () => {};
  /** @type {number | undefined} */
  retry;
  lastEventId = '';

  /**
   * @param {Answer} answer
   * @param {{ lastEventId: string, timeout: number, maxEvents: number }} options
   * @param {(options: OpenStreamOptions) => Promise<TestClient>} open
   */
  constructor(answer, { lastEventId, timeout, maxEvents }, open) {
    this.#answer = answer;
    this.#timeout = timeout;
    this.#received = new Received(maxEvents);
    this.#open = open;
    this.status = answer.status;
    this.headers = answer.headers;
    this.lastEventId = lastEventId;
    this.closed = this.#received.closed;
    this.#read();
  }

  async #read() {
    const received = this.#received;
    try {
      // `sluice/client` uses the same parser, which is an ES module.
      const { createParser } = await import('../../client/connection/parser.js');
      const parse = createParser({
        maxEventSize: MAX_EVENT_CHARACTERS,
        lastEventId: this.lastEventId,
        onBlock: ({ event, data, id, lastEventId }) => {
          this.lastEventId = lastEventId;
          if (data !== undefined) received.add({ event, data, id, lastEventId });
        },
        onRetry: (milliseconds) => {
          this.retry = milliseconds;
        },
      });
      for await (const bytes of this.#answer.body) {
        await this.#paused;
        if (received.end) break;
        parse(bytes);
      }
      received.finish('ended');
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      // Only errors with these codes come from this client. With any other error, the server closed
      // the socket or failed the body.
      const isOwn = code === 'ERR_SSE_EXPECTED' || code === 'ERR_SSE_EVENT_SIZE';
      received.finish('cut', isOwn ? /** @type {Error} */ (error) : undefined);
      if (isOwn) this.#answer.leave();
    }
  }

  get events() {
    return [...this.#received.events];
  }

  /** @param {number} n */
  async event(n) {
    const place = whole('n', n, 1, 1, Number.MAX_SAFE_INTEGER);
    await this.#received.expect(place, this.#timeout);
    return /** @type {ReceivedEvent} */ (this.#received.events[place - 1]);
  }

  /** @param {number} count */
  async take(count) {
    const from = this.#taken;
    const to = from + whole('count', count, 1, 1, Number.MAX_SAFE_INTEGER);
    this.#taken = to;
    await this.#received.expect(to, this.#timeout);
    return this.#received.events.slice(from, to);
  }

  async *[Symbol.asyncIterator]() {
    while (await this.#received.has(this.#taken + 1)) {
      this.#taken += 1;
      yield/** @type {ReceivedEvent} */ (this.#received.events[this.#taken - 1]);
    }
  }

  slow() {
    this.#paused ??= new Promise((resolve) => {
      this.#unpause = resolve;
    });
  }

  resume() {
    if (this.#received.end === 'vanished') return;
    this.#unpause();
    this.#paused = undefined;
  }

  vanish() {
    if (this.#received.end) return;
    this.slow();
    this.#received.finish('vanished');
  }

  leave() {
    if (this.#received.end === 'vanished') return;
    this.#received.finish('left');
    this.resume();
    this.#answer.leave();
  }

  /** @param {OpenStreamOptions} [options] */
  comeBack(options) {
    this.leave();
    return this.#open({ lastEventId: this.lastEventId, ...options });
  }
}

module.exports = { TestClient };
