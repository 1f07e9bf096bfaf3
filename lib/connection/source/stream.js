'use strict';

/**
 * Sends the items of a source to a connection, at the pace of its client. An Observable sets its
 * own pace.
 */

/** @import { StreamOptions } from '../../../index.js' */
/** @import { Link } from '../link.js' */
/** @import { Outlet, Target } from './outlet.js' */

const { setMaxListeners } = require('node:events');
const { setImmediate: turn } = require('node:timers/promises');
const { FrameStream } = require('./frame-stream.js');
const { Items } = require('./items.js');
const { Push, observableIn } = require('./observable.js');
const { Pace } = require('./pace.js');
const { Source, isPulled } = require('./source.js');
const { readStreamOptions } = require('./stream-options.js');

/** Sends items until the source ends or it is halted. */
class Stream {
  #connection;
  #outlet;
  #source;
  #items;
  #halted = false;
  #pace = new Pace();
  /** Ends the current wait. */
  wake = () => {};
  /** How many events were sent. */
  events = 0;

  /**
   * @param {Target} connection
   * @param {Outlet} outlet
   * @param {Source} source
   * @param {Items} items
   */
  constructor(connection, outlet, source, items) {
    this.#connection = connection;
    this.#outlet = outlet;
    this.#source = source;
    this.#items = items;
  }

  halt = () => {
    this.#halted = true;
    this.wake();
  };

  stop() {
    return this.#source.stop();
  }

  /** Resolves with true when the source has ended, and with false when it was stopped. */
  async run() {
    for (;;) {
      if (this.#pace.isDue) await this.#pace.turn();
      while (this.#isBlocked) await this.#room();
      const result = await this.#next();
      if (!result) return false;
      const event = result.done ? this.#items.rest() : this.#items.event(result.value);
      if (event) {
        // Other streams may have filled the queue while this one waited for its source.
        while (this.#isBlocked) await this.#room();
        if (!this.#send(event)) return false;
      }
      if (result.done) return true;
    }
  }

  get #isBlocked() {
    return !this.#halted && !this.#outlet.hasRoom;
  }

  #room() {
    return new Promise((resolve) => {
      this.wake = () => resolve(undefined);
      this.#outlet.wait(this);
    });
  }

  /**
   * Resolves with undefined when the stream is halted, because the source may never answer.
   * `Promise.race` would keep every item in memory until then.
   */
  async #next() {
    if (this.#halted) return undefined;
    const result = await new Promise((resolve, reject) => {
      this.wake = () => resolve(undefined);
      this.#source.next().then(resolve, reject);
    });
    return this.#halted ? undefined : result;
  }

  /** @param {import('../../../index.js').ServerSentEvent} event */
  #send(event) {
    if (this.#halted) return false;
    try {
      this.#connection.send(event);
    } catch (error) {
      if (/** @type {any} */ (error).code === 'ERR_SSE_CLOSED') return false;
      throw error;
    }
    this.events += 1;
    return true;
  }
}

/**
 * @param {Target} connection
 * @param {Outlet} outlet
 * @param {unknown} from
 * @param {StreamOptions<string> | undefined} options
 * @param {Link} link
 */
async function stream(connection, outlet, from, options, link) {
  const { event, frames, invalidFrames, signal, onError, end } = readStreamOptions(options);
  const senderOf = () => {
    if (frames) {
      const bytes = link.frames(invalidFrames === 'refuse');
      return new FrameStream(outlet, new Source(from), bytes, () => link.isEnded);
    }
    const items = new Items(event);
    // The other kinds of sources can wait for the client.
    const observable = isPulled(from) ? undefined : observableIn(from);
    if (observable) return new Push(connection, observable, items);
    return new Stream(connection, outlet, new Source(from), items);
  };
  const sending = senderOf();
  outlet.enter(sending);
  if (signal) {
    // One signal may stop any number of streams.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', sending.halt);
  }
  let complete = false;
  try {
    link.assertNotEnded();
    signal?.throwIfAborted();
    if (!connection.closed) complete = await sending.run();
    if (!complete) signal?.throwIfAborted();
  } catch (error) {
    if (onError === 'end' && !signal?.aborted) connection.end();
    throw error;
  } finally {
    outlet.leave(sending);
    signal?.removeEventListener('abort', sending.halt);
    // Lets the source's `finally` block run before this resolves, if that takes at most a turn.
    if (!complete) await Promise.race([sending.stop(), turn()]);
  }
  if (end) await connection.end();
  return { events: sending.events, complete };
}

module.exports = { stream };
