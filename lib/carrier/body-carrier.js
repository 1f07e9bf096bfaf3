'use strict';

/** The carrier of a Fetch `Response`, whose body is a `ReadableStream`. */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { ReadableStreamDefaultController } from 'node:stream/web' */
/** @import { Carrier, CarrierListener, Request, Response as NodeResponse } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

/** @typedef {NodeResponse & { req: Request }} Outgoing */

const { SluiceError } = require('../core/error.js');
const { isOver, whenGone } = require('./gone.js');
const { isPeerDead } = require('./half-open.js');
const { streamHeaders } = require('./head.js');
const { isLastResponse, makeLastResponse } = require('./last-response.js');
const { sessionDescriptor } = require('./node-socket.js');

/**
 * How many bytes a body buffers for its reader, and its largest chunk. The core queues the rest.
 */
const HIGH_WATER_MARK = 16 << 10;
const NOTHING = new Uint8Array();
const noop = () => {};

/** @implements {Carrier} */
class BodyCarrier {
  /**
   * `left`: the client has cancelled the body or has left; `ended`: nothing more is written.
   * @type {'open' | 'left' | 'ended'}
   */
  #state = 'open';
  #status = 200;
  #headers = new Headers();
  #controller = /** @type {ReadableStreamDefaultController<Uint8Array>} */ ({});
  /**
   * The rest of a write that waits for room. Other connections share these bytes.
   * @type {Uint8Array}
   */
  #rest = NOTHING;
  #isFresh = true;
  /** @type {CarrierListener | undefined} */
  #listener;
  #stopFollowing = noop;
  /** Whether the reader has read everything, and the body is closed. */
  #isRead = false;
  #onWritten = noop;

  #outgoing;

  /**
   * @param {string | undefined} cursor
   * @param {Outgoing} [outgoing] the Node response that the body will be written to
   */
  constructor(cursor, outgoing) {
    this.cursor = cursor;
    this.#outgoing = outgoing;
    this.body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#state === 'ended') this.#closeIfRead();
          else if (this.#fill()) this.#listener?.onDrain();
        },
        cancel: () => {
          this.#onWritten();
          this.#close('left', noop);
        },
      },
      { highWaterMark: HIGH_WATER_MARK, size: (chunk) => this.#sizeOf(chunk) },
    );
  }

  get incoming() {
    return this.#outgoing?.req;
  }

  /** @param {CarrierListener} listener */
  listen(listener) {
    this.#listener = listener;
  }

  release() {
    this.#stopFollowing();
  }

  /** Watches the Node response, if there is one: when it closes, the client has left. */
  follow() {
    const outgoing = this.#outgoing;
    if (!outgoing) return;
    const { req } = outgoing;
    if (isOver(req, outgoing)) return this.leave();
    makeLastResponse(req, outgoing, () => this.#listener?.onFlood());
    this.#stopFollowing = whenGone(req, outgoing, () => this.leave());
  }

  /**
   * @param {number} statusCode
   * @param {OutgoingHttpHeaders} headers
   */
  head(statusCode, headers) {
    this.#status = statusCode;
    for (const [name, value] of streamHeaders(headers)) {
      if (name.toLowerCase() === 'content-length') continue;
      this.#headers.delete(name);
      for (const each of [value].flat()) this.#headers.append(name, String(each));
    }
  }

  /** Looks up the class at each call, because a server may replace the global one. */
  toResponse() {
    return new Response(this.body, { status: this.#status, headers: this.#headers });
  }

  /**
   * Returns how many bytes there is room for, less the bytes that the core has queued.
   * @param {number} queuedBytes
   */
  desiredSize(queuedBytes) {
    const { desiredSize } = this.#controller;
    return desiredSize === null || this.#state !== 'open' ? desiredSize : desiredSize - queuedBytes;
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    if (this.#state !== 'open') return false;
    this.#rest = bytes;
    return this.#fill();
  }

  end() {
    this.#close('ended', () => this.#closeIfRead());
  }

  /** Closes the body after the client has left. The server would log an error. */
  leave() {
    this.#close('left', () => this.#controller.close());
  }

  /** @param {unknown} [error] passed to the reader of the body */
  destroy(error) {
    this.#close('ended', () => this.#controller.error(error ?? disconnected()));
  }

  /**
   * Calls back when the Node response closes or, if it is unknown, when the body was read.
   * @param {() => void} callback
   */
  whenWritten(callback) {
    const outgoing = this.#outgoing;
    if (outgoing && !outgoing.closed && !outgoing.destroyed) outgoing.once('close', callback);
    else if (this.#isRead) callback();
    else this.#onWritten = callback;
  }

  cutOff() {
    if (!this.#isRead) this.#controller.error(disconnected());
    const outgoing = this.#outgoing;
    if (outgoing && isLastResponse(outgoing.req, outgoing)) outgoing.req.socket.destroy();
  }

  closeReason() {
    if (this.#state !== 'left') return 'destroy';
    const outgoing = this.#outgoing;
    return isPeerDead(outgoing?.stream ?? outgoing?.req.socket) ? 'stall' : 'client';
  }

  /** @returns {number | undefined} */
  descriptor() {
    const { stream, req } = this.#outgoing ?? {};
    if (stream) return sessionDescriptor(stream);
    return /** @type {NodeSocket | undefined} */ (req?.socket)?._handle?.fd;
  }

  get isShared() {
    return this.#outgoing?.stream !== undefined;
  }

  #fill() {
    while (this.#rest.length > 0 && this.#hasRoom()) {
      const part = this.#rest.subarray(0, HIGH_WATER_MARK);
      // Updated first: a waiting reader asks for the next chunk during enqueue().
      this.#rest = this.#rest.subarray(part.length);
      // A copy, because readers may change or transfer their chunks.
      this.#controller.enqueue(new Uint8Array(part));
    }
    return this.#hasRoom();
  }

  /** Closes the body once the reader has read everything. */
  #closeIfRead() {
    if (this.#isRead || this.#controller.desiredSize !== HIGH_WATER_MARK) return;
    this.#isRead = true;
    this.#controller.close();
    this.#onWritten();
  }

  #hasRoom() {
    return Number(this.#controller.desiredSize) > 0;
  }

  /**
   * The first chunk counts as a full buffer, so that a body that is never read stalls.
   * @param {Uint8Array} chunk
   */
  #sizeOf(chunk) {
    if (!this.#isFresh) return chunk.length;
    this.#isFresh = false;
    return HIGH_WATER_MARK;
  }

  /**
   * @param {'left' | 'ended'} state
   * @param {() => void} closeBody
   */
  #close(state, closeBody) {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#rest = NOTHING;
    closeBody();
    this.#listener?.onClose();
  }
}

const disconnected = () =>
  new SluiceError(
    'ERR_SSE_DISCONNECTED',
    'the server disconnected this client: it read too slowly, or the connection was destroyed',
  );

module.exports = { BodyCarrier };
