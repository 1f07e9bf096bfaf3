/** One stream of one tab: it connects, reads events, and reconnects. */

import { Backoff } from './backoff.js';
import { SSEError } from './error.js';
import { interruption, pause } from './interruption.js';
import { isOffline, watchPage } from './page.js';
import { createParser } from './parser.js';
import { request } from './request.js';
import { Watchdog } from './watchdog.js';

/**
 * @import { SSEErrorCode, SSEState } from '../index.js'
 * @import { Options } from '../options.js'
 * @import { Block } from './parser.js'
 *
 * @typedef {Block & { data: string }} TextEvent
 *
 * @typedef {object} Listener
 * @property {(state: SSEState, isFinal?: unknown) => void} state `isFinal` is truthy if
 *   the server ended the stream, rather than a limit of this client
 * @property {(event: TextEvent) => void} event
 * @property {(error: SSEError) => void} error
 * @property {() => void} [cursor] called when the cursor moves without an event
 * @property {() => Promise<unknown> | undefined} [ready] reading pauses while it is pending
 */

/** Results of an attempt, besides an error or undefined. */
const NO_CONTENT = Symbol();
const RECONNECT = Symbol();

/** A connection that lasts this long, in milliseconds, resets the back-off. */
const LASTED = 5000;

const AT_ONCE = 0;
const NEVER = Infinity;

/**
 * One stream of events over many requests. It runs once, from `start` until `stop`, or until it
 * ends in the state `disconnected` or `error`. The listener is not called after the end. It may
 * call `stop` from any callback.
 */
export class EventStream {
  #options;
  #listener;
  #place;
  #backoff;
  #watchdog = new Watchdog();
  #ended = false;
  /** Aborts the current step, which is an attempt or a wait. The abort reason tells why. */
  #step = new AbortController();
  #isWaiting = false;
  /** @type {AbortController | undefined} */
  #watch;

  /**
   * @param {Options} options
   * @param {Listener} listener
   * @param {{ cursor: string }} place `cursor` is the event id after which the next request
   *   resumes; the listener updates it at each event
   */
  constructor(options, listener, place) {
    this.#options = options;
    this.#listener = listener;
    this.#place = place;
    this.#backoff = new Backoff(options);
  }

  start() {
    this.#watch = watchPage({
      offline: () =>
        this.#isWaiting || this.#step.abort(new SSEError('ERR_SSE_OFFLINE', 'offline')),
      online: () => this.#isWaiting && this.#step.abort(),
      visibilitychange: () => this.#watchdog.check(),
    });
    this.#keepOpen();
  }

  stop() {
    this.#ended = true;
    this.#watch?.abort();
    this.#step.abort();
  }

  /** Reconnects at once and resets the back-off. */
  reconnect() {
    this.#backoff.reset();
    this.#step.abort(RECONNECT);
  }

  async #keepOpen() {
    this.#listener.state('connecting');
    while (!this.#ended) {
      const end = await this.#attempt();
      if (this.#ended) return;
      // From here on, stop() and reconnect() abort the wait, even when a listener calls them as it
      // receives the error.
      this.#nextStep();
      const delay = this.#delayAfter(end);
      if (this.#ended) return;
      this.#listener.state('connecting');
      this.#isWaiting = true;
      await pause(delay, this.#step.signal);
      this.#isWaiting = false;
    }
  }

  /** Makes one request and reads the response to its end. */
  async #attempt() {
    const { timeout, heartbeatInterval, missedHeartbeatsLimit, maxReconnectDelay } = this.#options;
    const step = this.#nextStep();
    const { signal } = step;
    // Some waits ignore the signal: fetching a token, or a listener that is not ready.
    const interrupted = interruption(signal);
    let openedAt = NEVER;
    /** @type {ReturnType<typeof request> | undefined} */
    let head;
    try {
      this.#limit(timeout, 'ERR_SSE_TIMEOUT', 'no answer');
      head = request(this.#options, this.#place.cursor, signal);
      const body = await Promise.race([head, interrupted]);
      signal.throwIfAborted();
      if (body === undefined) return NO_CONTENT;
      openedAt = Date.now();
      const limit = heartbeatInterval * missedHeartbeatsLimit;
      this.#limit(limit, 'ERR_SSE_HEARTBEAT', 'nothing heard');
      this.#listener.state('connected');
      return await Promise.race([this.#read(body, signal), interrupted]);
    } catch (error) {
      if (signal.aborted) return signal.reason;
      if (error instanceof SSEError) return error;
      return new SSEError('ERR_SSE_NETWORK', 'no connection', { cause: error });
    } finally {
      this.#watchdog.stop();
      // A quiet connection counts too: proxies close connections that are idle for too long.
      if (Date.now() - openedAt >= Math.min(LASTED, maxReconnectDelay)) this.#backoff.reset();
      // Closes the connection of a response that is rejected or left unread. A custom fetch may
      // ignore the signal.
      step.abort();
      head?.then((body) => body?.cancel()).catch(() => {});
    }
  }

  /**
   * @param {ReadableStreamDefaultReader<Uint8Array>} body
   * @param {AbortSignal} signal
   */
  async #read(body, signal) {
    const parse = createParser({
      maxEventSize: this.#options.maxEventSize,
      lastEventId: this.#place.cursor,
      // A handler may interrupt the stream. The next request then gets the remaining events.
      onBlock: (block) => signal.aborted || this.#take(block),
      onRetry: (delay) => this.#backoff.startFrom(delay),
    });
    for (;;) {
      // While reading is paused, silence does not count against the server.
      this.#watchdog.stop();
      await this.#listener.ready?.();
      if (signal.aborted) return;
      this.#watchdog.resume();
      const { done, value } = await body.read();
      if (done || signal.aborted) return;
      // Data arrived, so the attempt has succeeded, even if the connection soon breaks.
      if (value.length > 0) this.#backoff.retries = 0;
      parse(value);
    }
  }

  /** @type {(limit: number, code: SSEErrorCode, message: string) => void} */
  #limit(limit, code, message) {
    this.#watchdog.watch(limit, () =>
      this.#step.abort(new SSEError(code, `${message} for ${limit} ms`)),
    );
  }

  /** @param {Block} block */
  #take(block) {
    if (block.data !== undefined) {
      const event = /** @type {TextEvent} */ (block);
      return this.#options.greet?.(event) || this.#listener.event(event);
    }
    this.#place.cursor = block.lastEventId;
    this.#listener.cursor?.();
  }

  /**
   * Reports the end of an attempt. Returns the delay until the next attempt, in milliseconds, if
   * the stream continues.
   *
   * @param {SSEError | symbol | void} end
   * @returns {number}
   */
  #delayAfter(end) {
    if (end === RECONNECT) return AT_ONCE;
    const { autoReconnect, maxRetries } = this.#options;
    const error = end instanceof SSEError ? end : undefined;
    const isFinal = end === NO_CONTENT || (error?.fatal && error.status);
    const goesOn = autoReconnect && end !== NO_CONTENT && !error?.fatal;
    if (error) {
      error.attempt = this.#backoff.retries;
      error.fatal = !goesOn;
      this.#listener.error(error);
      // Ended by stop() or reconnect().
      if (this.#step.signal.aborted) return AT_ONCE;
    }
    if (!goesOn) {
      this.stop();
      this.#listener.state(error ? 'error' : 'disconnected', isFinal);
      return AT_ONCE;
    }
    if (isOffline() || error?.code === 'ERR_SSE_OFFLINE') return NEVER;
    const delay = this.#backoff.next(error?.retryAfter);
    if (delay === undefined) {
      const message = `gave up after ${maxRetries} retries`;
      const details = { cause: error, fatal: true };
      return this.#delayAfter(new SSEError('ERR_SSE_RETRIES', message, details));
    }
    return error?.code === 'ERR_SSE_HEARTBEAT' ? this.#backoff.least : delay;
  }

  #nextStep() {
    this.#step = new AbortController();
    return this.#step;
  }
}
