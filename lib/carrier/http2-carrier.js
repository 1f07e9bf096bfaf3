'use strict';

/** The carrier of an HTTP/2 response, which is one of many streams on its socket. */

/** @import { ServerHttp2Stream } from 'node:http2' */

const { constants } = require('node:http2');
const { isPeerDead } = require('./half-open.js');
const { sessionDescriptor } = require('./node-socket.js');
const { NodeCarrier } = require('./node-carrier.js');

class Http2Carrier extends NodeCarrier {
  /**
   * Takes the bytes if writes bypass the response. `res.write()` would pass them to the same
   * stream, after checking the head.
   * @type {ServerHttp2Stream | undefined}
   */
  direct;

  get #stream() {
    return /** @type {ServerHttp2Stream} */ (this.response.stream);
  }

  get needsProcess() {
    return false;
  }

  begin() {
    if (this.isDirect && !this.headOnly) {
      this.direct = this.#stream;
      this.listenForDrain();
    }
    return false;
  }

  destroy() {
    // To the client, a destroyed stream looks like one that ended properly.
    if (this.hasHead) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  hasClientLeft() {
    const { aborted, errored, readableEnded } = this.#stream;
    return Boolean(readableEnded || errored || aborted);
  }

  /** An error of the session's socket also becomes an error of its streams. */
  isPeerDead() {
    return isPeerDead(this.#stream);
  }

  descriptor() {
    return sessionDescriptor(this.#stream);
  }

  /** Streams share a socket and have their own flow control. */
  get isShared() {
    return true;
  }
}

module.exports = { Http2Carrier };
