'use strict';

/** @import { Connection } from '../connection.js' */

/**
 * A stream, as its outlet knows it: `wake` when there may be room, `halt` at the connection's end.
 * @typedef {{ wake: () => void, halt: () => void }} Stream
 */

/** How often to look at once whether the queue has left, and how long to wait at most between two looks after that. */
const QUICK_LOOKS = 16;
const LONGEST_WAIT = 512;

/**
 * A connection's room for more, and its end, as its streams wait for them. One listener each, however many streams there are.
 *
 * `drain` alone would not do: it comes only when the client was slow, and only when nothing is left.
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
   * @param {Connection} connection
   * @param {number} highWaterMark how many bytes may wait for the client before there is no room
   */
  constructor(connection, highWaterMark) {
    this.#connection = connection;
    this.#highWaterMark = highWaterMark;
  }

  get hasRoom() {
    return this.#connection.queuedBytes <= this.#highWaterMark;
  }

  /** @param {Stream} stream */
  enter(stream) {
    if (this.#streams.size === 0) {
      // Before the others: a listener that throws keeps those after it from hearing.
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
   * Wakes the stream when there may be room. It has to look again, as others may have waited for the same room.
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
