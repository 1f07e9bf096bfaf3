'use strict';

/**
 * The carrier of a loop in this process. It parses the bytes of the stream, and holds the events of
 * one write until the loop has taken them. The core queues the rest.
 */

/** @import { Carrier, CarrierListener } from './carrier.js' */
/** @import { Block } from '../../client/connection/parser.js' */
/** @import { createParser } from '../../client/connection/parser.js' */

/** @typedef {Block & { data: string }} TextEvent */
/**
 * Waits for an event. Keeps its owner from being garbage collected meanwhile.
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
  /** Whether the loop was left before it had ended. */
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
   * The takers that wait for an event.
   * @type {Taker[]}
   */
  #takers = [];
  #isOver = false;
  /**
   * The error for the next taker, once all events are taken.
   * @type {{ error: unknown } | undefined}
   */
  #failure;
  /** Whether the core waits until all events are taken. */
  #isSlow = false;
  /** @type {CarrierListener | undefined} */
  #listener;
  /** @type {((bytes: Uint8Array) => void) | undefined} */
  #parse;
  /**
   * A write that arrived before the parser.
   * @type {Uint8Array | undefined}
   */
  #unparsed;

  /** @param {string | undefined} cursor */
  constructor(cursor) {
    this.cursor = cursor;
    this.lastEventId = cursor ?? '';
  }

  /**
   * Called once. Until then, only the first write is accepted.
   * @param {typeof createParser} createParser
   */
  parseWith(createParser) {
    this.#parse = createParser({
      // Events that this process has sent may have any size.
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
   * Gives the next event to the taker, or undefined when the stream has ended.
   * @param {Taker} taker
   */
  take(taker) {
    this.#takers.push(taker);
    this.#give();
  }

  get isAwaited() {
    return this.#takers.length > 0;
  }

  /** Called when the loop is left. Discards the events that it has not taken. */
  leave() {
    this.#blocks = [];
    this.#failure = undefined;
    if (this.#isOver) return this.#give();
    this.hasLeft = true;
    this.end();
    this.#listener?.onClose();
  }

  // Called by the connection.

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

  /** @param {unknown} [error] thrown to the loop after the events that were written */
  destroy(error) {
    if (this.#isOver) return;
    this.#failure = { error: error ?? cutOff() };
    this.end();
  }

  /**
   * Only the loop still has events, and the application drives it.
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
    'the loop was disconnected, because it read too slowly or its connection was destroyed: ' +
      'raise `maxQueueBytes`, or resume with `after`',
  );

module.exports = { LoopCarrier };
