'use strict';

/** The async iterator that `events()` returns. */

/** @import { CloseReason } from '../../index.js' */
/** @import { Connection } from './connection.js' */
/** @import { Link } from './link.js' */
/** @import { LoopCarrier, TextEvent } from '../carrier/loop-carrier.js' */

/** @typedef {{ connection: Connection, link: Link, reason?: CloseReason }} Joined */

const { holdProcess } = require('../core/process.js');
const { observableOf } = require('./as-observable.js');

/**
 * Leaves the channel when an iterator is garbage collected. Only a pending `next()` keeps it in
 * memory.
 * @type {FinalizationRegistry<LoopCarrier>}
 */
const forgotten = new FinalizationRegistry((carrier) => carrier.leave());

class EventIterator {
  #carrier;
  #joined;
  #convert;

  /**
   * @param {LoopCarrier} carrier
   * @param {Joined | undefined} joined undefined if the signal was already aborted
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

  /** Used by `from()` of RxJS, which would leave a plain iterator only after one more event. */
  '@@observable'() {
    return observableOf(this);
  }

  /** Keeps the process alive until the core reports the end, in case nothing else does. */
  #holdIfEnding() {
    const { link } = this.#joined ?? {};
    if (link?.state === 'ending' && this.#carrier.isAwaited) holdProcess(link);
  }
}

module.exports = { EventIterator };
