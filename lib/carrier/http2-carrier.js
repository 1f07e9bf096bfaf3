'use strict';

/** The carrier of an HTTP/2 response, which is one of many streams on its socket. */

/** @import { ServerHttp2Stream } from 'node:http2' */

const { constants } = require('node:http2');
const { NodeCarrier } = require('./node-carrier.js');

class Http2Carrier extends NodeCarrier {
  get #stream() {
    return /** @type {ServerHttp2Stream} */ (this.response.stream);
  }

  get needsProcess() {
    return false;
  }

  destroy() {
    // A stream that is destroyed looks to the client as if it had ended well.
    if (this.hasHead) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  hasClientLeft() {
    const { aborted, errored, readableEnded } = this.#stream;
    return Boolean(readableEnded || errored || aborted);
  }

  /** Streams share a socket and have their own flow control. */
  descriptor() {
    return undefined;
  }
}

module.exports = { Http2Carrier };
