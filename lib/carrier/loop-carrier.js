'use strict';

/**
 * The carrier of a loop in this process. It parses the bytes of the stream, and holds the events of
 * one write until the loop has taken them. The rest is queued in the core.
 */

/** @import { Carrier, CarrierListener } from './carrier.js' */
/** @import { Block } from '../../client/connection/parser.js' */
/** @import { createParser } from '../../client/connection/parser.js' */

/** @typedef {Block & { data: string }} TextEvent */
/**
 * Waits for an event. Its owner must not be forgotten meanwhile.
 * @typedef {object} Taker
 * @property {(event?: TextEvent) => void} take
 * @property {(error: unknown) => void} fail
 * @property {object} owner
 */

const { SluiceError } = require('../core/error.js');

const noop = () => {};

/** @implements {Carrier} */
class LoopCarrier {
  isLocal = true;
  /** The loop was left before it had ended. */
  hasLeft = false;
  /**
   * The cursor after the latest event that the loop has taken.
   * @type {string}
   */
  lastEventId;
  /**
   * Events, and cursors without an event.
   * @type {Block[]}
   */
  #blocks = [];
  /**
   * Those who wait for an event.
   * @type {Taker[]}
   */
  #takers = [];
  #isOver = false;
  /**
   * What the next taker gets once everything is taken.
   * @type {{ error: unknown } | undefined}
   */
  #failure;
  /** The core waits until everything is taken. */
  #isSlow = false;
  /** @type {CarrierListener | undefined} */
  #listener;
  /** @type {((bytes: Uint8Array) => void) | undefined} */
  #parse;
  /**
   * A write that came before the parser.
   * @type {Uint8Array | undefined}
   */
  #unparsed;

  /** @param {string | undefined} cursor */
  constructor(cursor) {
    this.cursor = cursor;
    this.lastEventId = cursor ?? '';
  }

  /**
   * Called once. Until then, nothing but the first write is taken.
   * @param {typeof createParser} createParser
   */
  parseWith(createParser) {
    this.#parse = createParser({
      // What this process has sent may be of any size.
      maxEventSize: Number.POSITIVE_INFINITY,
      lastEventId: this.lastEventId,
      onBlock: (block) => this.#blocks.push(block),
      onRetry: noop,
    });
    const bytes = this.#unparsed;
    this.#unparsed = undefined;
    if (this.#isOver || !bytes) return;
    this.#parse(bytes);
    this.#give();
  }

  /**
   * Gives the next event to the taker, or nothing when the stream has ended.
   * @param {Taker} taker
   */
  take(taker) {
    this.#takers.push(taker);
    this.#give();
  }

  get isAwaited() {
    return this.#takers.length > 0;
  }

  /** The loop was left: drops what it has not taken. */
  leave() {
    this.#blocks = [];
    this.#failure = undefined;
    if (this.#isOver) return this.#give();
    this.hasLeft = true;
    this.end();
    this.#listener?.onClose();
  }

  // The connection's side.

  /** @param {CarrierListener} listener */
  listen(listener) {
    this.#listener = listener;
  }

  release() {
    this.#listener = undefined;
  }

  head() {}

  /** @param {Uint8Array} bytes */
  write(bytes) {
    if (this.#isOver) return true;
    if (this.#parse) this.#parse(bytes);
    else this.#unparsed = bytes;
    this.#give();
    this.#isSlow = this.#unparsed !== undefined || this.#blocks.length > 0;
    return !this.#isSlow;
  }

  end() {
    this.#isOver = true;
    this.#give();
  }

  /** @param {unknown} [error] what the loop gets after what was written */
  destroy(error) {
    if (this.#isOver) return;
    this.#failure = { error: error ?? cutOff() };
    this.end();
  }

  /**
   * Nothing but the loop has bytes, and its application keeps it going.
   * @param {() => void} callback
   */
  whenWritten(callback) {
    callback();
  }

  cutOff() {}

  /** @returns {'client'} */
  closeReason() {
    return 'client';
  }

  #give() {
    while (this.#takers.length > 0) {
      const block = this.#blocks.shift();
      if (block) {
        this.lastEventId = block.lastEventId;
        if (block.data === undefined) continue;
        this.#takers.shift()?.take(/** @type {TextEvent} */ (block));
      } else if (this.#isOver) this.#finish();
      else break;
    }
    if (!this.#isSlow || this.#unparsed || this.#blocks.length > 0) return;
    this.#isSlow = false;
    this.#listener?.onDrain();
  }

  #finish() {
    const taker = this.#takers.shift();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) taker?.fail(failure.error);
    else taker?.take();
  }
}

const cutOff = () =>
  new SluiceError(
    'ERR_SSE_DISCONNECTED',
    'the loop was cut off, because it read too slowly or its connection was destroyed: raise ' +
      '`maxQueueBytes`, or read on with `after`',
  );

module.exports = { LoopCarrier };
