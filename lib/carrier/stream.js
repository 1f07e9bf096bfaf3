'use strict';

/** @import { ConnectionHandle } from '../../binding.js' */
/** @import { Request, Response } from '../connection/connection.js' */
/** @import { OwnResponse } from './response.js' */

const { constants } = require('node:http2');
const net = require('node:net');
const { holdProcess, releaseProcess, writtenLate } = require('../core/hub.js');
const { hasClientLeft } = require('./half-open.js');

/** @param {Request} req */
function descriptor(req) {
  const socket = /** @type {{ _handle?: { fd?: number } } | undefined} */ (
    /** @type {unknown} */ (req.socket)
  );
  return socket?._handle?.fd;
}

/** The core decides what is written and when; JavaScript writes it. */
class StreamTransport {
  name = /** @type {const} */ ('stream');
  #req;
  #res;
  #own;
  #handle;
  /** An injected request has no socket that would keep the process alive. */
  #holds;
  /** A write waits for the client. */
  #waiting = false;

  /**
   * @param {Request} req
   * @param {Response} res
   * @param {OwnResponse} own
   * @param {ConnectionHandle} handle
   */
  constructor(req, res, own, handle) {
    this.#req = req;
    this.#res = res;
    this.#own = own;
    this.#handle = handle;
    // One listener for good: compression moves it to its own stream and would not find it there again.
    res.on('drain', () => this.#onDrain());
    this.#holds = !res.stream && !(req.socket instanceof net.Socket);
    if (this.#holds) holdProcess();
    // HTTP/2 streams share a socket and have their own flow control.
    handle.attachStream(res.stream ? undefined : descriptor(req));
  }

  /**
   * True when the response is ready for more; otherwise the core is told when it is.
   * @param {Buffer} bytes
   */
  write(bytes) {
    const res = this.#res;
    const ready = res.req?.method === 'HEAD' || this.#own.write(bytes);
    // Compression holds events back until it is told not to.
    if (typeof res.flush === 'function') res.flush();
    this.#waiting = !ready;
    return ready;
  }

  #onDrain() {
    if (!this.#waiting) return;
    this.#waiting = false;
    writtenLate(this.#handle.id);
  }

  /**
   * Called when the core has closed the connection.
   * @param {boolean} orderly
   */
  close(orderly) {
    if (this.#holds) releaseProcess();
    if (orderly) this.#end();
    // An HTTP/2 stream that is destroyed looks to the client as if it had ended well.
    else if (this.#res.stream) this.#res.stream.close(constants.NGHTTP2_CANCEL);
    else this.#own.destroy();
  }

  #end() {
    try {
      this.#own.end();
    } catch (error) {
      // Otherwise the client would wait for the rest for ever.
      this.#own.destroy();
      throw error;
    }
  }

  /** Why the response closed, when it was not the core that closed it. */
  reason() {
    if (this.#own.destroyed) return 'destroy';
    const { stream } = this.#res;
    if (stream) {
      return stream.readableEnded || stream.errored || stream.aborted ? 'client' : 'destroy';
    }
    return hasClientLeft(this.#req.socket) ? 'client' : 'destroy';
  }
}

module.exports = { StreamTransport };
