'use strict';

/** Notifies the streams of a connection when its queue has room, and when it has closed. */

/** @import { EventEmitter } from 'node:events' */
/** @import { ServerSentEvent } from '../../../index.js' */

/**
 * A stream: `wake` is called when there may be room, `halt` when the connection closes.
 * @typedef {{ wake: () => void, halt: () => void }} Stream
 */
/**
 * A connection, as its streams use it.
 * @typedef {EventEmitter<any> & {
 *   queuedBytes: number,
 *   closed: boolean,
 *   send: (event: ServerSentEvent) => unknown,
 *   end: () => Promise<unknown>,
 * }} Target
 */

/** How many times to check the queue with `setImmediate()`, before timers are used. */
const QUICK_LOOKS = 16;
/** The longest delay between two later checks, in milliseconds. */
const LONGEST_WAIT = 512;

/**
 * Adds one listener for each event, regardless of the number of streams. `drain` is not enough: it
 * is emitted only after the client was slow, and only when the queue is empty.
 */
class Outlet {
  #connection;
  #highWaterMark;
  /** @type {Set<Stream>} */
  #streams = new Set();
  /** @type {Set<Stream>} */
  #waiting = new Set();
  #looks = 0;
  /** @type {NodeJS.Immediate | undefined} */
  #immediate;
  /** @type {NodeJS.Timeout | undefined} */
  #timeout;

  /**
   * @param {Target} connection
   * @param {number} highWaterMark how many bytes may be queued before there is no room
   */
  constructor(connection, highWaterMark) {
    this.#connection = connection;
    this.#highWaterMark = highWaterMark;
  }

  /** How many bytes may still be queued; negative when there is no room. */
  get room() {
    return this.roomBeyond(this.#connection.queuedBytes);
  }

  /** @param {number} queuedBytes */
  roomBeyond(queuedBytes) {
    return this.#highWaterMark - queuedBytes;
  }

  get hasRoom() {
    return this.room >= 0;
  }

  /** @param {Stream} stream */
  enter(stream) {
    if (this.#streams.size === 0) {
      // Prepended: when a listener throws, later listeners are not called.
      this.#connection.prependListener('close', this.#onClose);
      this.#connection.prependListener('drain', this.#wake);
    }
    this.#streams.add(stream);
  }

  /** @param {Stream} stream */
  leave(stream) {
    this.#streams.delete(stream);
    this.#waiting.delete(stream);
    if (this.#waiting.size === 0) this.#stopLooking();
    if (this.#streams.size > 0) return;
    this.#connection.off('close', this.#onClose);
    this.#connection.off('drain', this.#wake);
  }

  /**
   * Wakes the stream when there may be room. The stream must check again, because others may take
   * the room first.
   * @param {Stream} stream
   */
  wait(stream) {
    this.#waiting.add(stream);
    if (this.#waiting.size > 1) return;
    this.#looks = 0;
    this.#lookLater();
  }

  #lookLater() {
    this.#stopLooking();
    this.#looks += 1;
    const late = this.#looks - QUICK_LOOKS;
    if (late <= 0) this.#immediate = setImmediate(this.#look);
    else this.#timeout = setTimeout(this.#look, Math.min(2 ** (late - 1), LONGEST_WAIT));
  }

  #stopLooking() {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timeout);
  }

  #look = () => {
    if (this.hasRoom) this.#wake();
    else this.#lookLater();
  };

  #wake = () => {
    this.#stopLooking();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stream of waiting) stream.wake();
  };

  #onClose = () => {
    for (const stream of [...this.#streams]) stream.halt();
  };
}

module.exports = { Outlet };
