'use strict';

/** @import { ReadableStreamDefaultController } from 'node:stream/web' */

const { SluiceError } = require('../../core/error.js');

/** What a body holds for its reader, and its largest chunk. What it does not hold waits in the core. */
const HIGH_WATER_MARK = 16 << 10;
const NOTHING = new Uint8Array();

/** The body of a `Response`. To a connection it is what an HTTP/2 stream is: it knows whether the client has left. */
class Body {
  /** The reader has cancelled it. */
  aborted = false;
  /** Nothing can be written any more. */
  destroyed = false;
  #controller = /** @type {ReadableStreamDefaultController<Uint8Array>} */ ({});
  /**
   * The end of a write that waits for room. It belongs to other connections too.
   * @type {Uint8Array}
   */
  #rest = NOTHING;
  #fresh = true;

  /**
   * @param {() => void} onRoom called whenever everything was taken and there is room
   * @param {() => void} onCancel
   */
  constructor(onRoom, onCancel) {
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#fill()) onRoom();
        },
        cancel: () => {
          this.aborted = true;
          this.#finish();
          onCancel();
        },
      },
      { highWaterMark: HIGH_WATER_MARK, size: (chunk) => this.#sizeOf(chunk) },
    );
  }

  get desiredSize() {
    return this.#controller.desiredSize;
  }

  /**
   * True when there is room for more.
   * @param {Uint8Array} bytes
   */
  write(bytes) {
    if (this.destroyed) return false;
    this.#rest = bytes;
    return this.#fill();
  }

  end() {
    if (this.destroyed) return;
    this.#finish();
    this.#controller.close();
  }

  /** The client has left. A reader finds the end, and no error that a server would log. */
  leave() {
    this.aborted = true;
    this.end();
  }

  /** As of an HTTP/2 stream: an end that is none. */
  close() {
    this.fail(new SluiceError('ERR_SSE_CLOSED', 'the event stream was cut off'));
  }

  /** @param {unknown} reason */
  fail(reason) {
    if (this.destroyed) return;
    this.#finish();
    this.#controller.error(reason);
  }

  #fill() {
    while (this.#rest.length > 0 && this.#hasRoom()) {
      const part = this.#rest.subarray(0, HIGH_WATER_MARK);
      // Before the chunk is taken: a reader that waits asks for the next one at once.
      this.#rest = this.#rest.subarray(part.length);
      // A copy, for readers may change or transfer what they read.
      this.#controller.enqueue(new Uint8Array(part));
    }
    return this.#hasRoom();
  }

  #hasRoom() {
    return Number(this.#controller.desiredSize) > 0;
  }

  /**
   * The first chunk fills the body, so that one that nobody ever reads is a client that takes nothing.
   * @param {Uint8Array} chunk
   */
  #sizeOf(chunk) {
    if (!this.#fresh) return chunk.length;
    this.#fresh = false;
    return HIGH_WATER_MARK;
  }

  #finish() {
    this.destroyed = true;
    this.#rest = NOTHING;
  }
}

module.exports = { Body };
