'use strict';

/** The events of a channel, as a loop reads them. */

/** @import { CloseReason } from '../../index.js' */
/** @import { Connection } from './connection.js' */
/** @import { Link } from './link.js' */
/** @import { LoopCarrier, TextEvent } from '../carrier/loop-carrier.js' */

/** @typedef {{ connection: Connection, link: Link, reason?: CloseReason }} Joined */

const { holdProcess } = require('../core/process.js');
const { observableOf } = require('./as-observable.js');

/**
 * Leaves the channel for a loop that was forgotten: only what waits for events keeps it in memory.
 * @type {FinalizationRegistry<LoopCarrier>}
 */
const forgotten = new FinalizationRegistry((carrier) => carrier.leave());

class EventIterator {
  #carrier;
  #joined;
  #convert;

  /**
   * @param {LoopCarrier} carrier
   * @param {Joined | undefined} joined undefined if the signal has aborted before
   * @param {(event: TextEvent) => unknown} convert
   */
  constructor(carrier, joined, convert) {
    this.#carrier = carrier;
    this.#joined = joined;
    this.#convert = convert;
    forgotten.register(this, carrier);
  }

  get lastEventId() {
    return this.#carrier.lastEventId;
  }

  get closeReason() {
    return this.#joined?.reason ?? (this.#carrier.hasLeft ? 'client' : undefined);
  }

  /** @returns {Promise<IteratorResult<any, undefined>>} */
  async next() {
    /** @type {TextEvent | undefined} */
    const event = await new Promise((resolve, reject) => {
      this.#carrier.take({ take: resolve, fail: reject, owner: this });
      this.#holdIfEnding();
    });
    if (event === undefined) return { done: true, value: undefined };
    try {
      return { done: false, value: this.#convert(event) };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  /** Leaves the channel, and resolves when the loop is no longer a member. */
  async return() {
    this.#carrier.leave();
    const { link, connection } = this.#joined ?? {};
    if (connection && link?.state !== 'closed') {
      await new Promise((resolve) => connection.once('close', resolve));
    }
    return { done: /** @type {const} */ (true), value: undefined };
  }

  /**
   * @param {unknown} error
   * @returns {Promise<never>}
   */
  async throw(error) {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose]() {
    await this.return();
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** What `from()` of rxjs looks for: it leaves a plain iterator only after one more event. */
  '@@observable'() {
    return observableOf(this);
  }

  /** The core is about to report the end, and the application may wait for that alone. */
  #holdIfEnding() {
    const { link } = this.#joined ?? {};
    if (link?.state === 'ending' && this.#carrier.isAwaited) holdProcess(link);
  }
}

module.exports = { EventIterator };
