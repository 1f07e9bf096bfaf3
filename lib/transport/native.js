'use strict';

const { holdProcess, releaseProcess } = require('../hub.js');
const { consumeBody, detach, hasUnreadBody, isIdle } = require('./hand-over.js');

/** How often, and how long, to look whether Node is done with the socket. */
const LOOK_AGAIN = 5;
const GIVE_UP = 2000;

/** The core writes the socket. */
class NativeTransport {
  name = 'native';
  #req;
  #res;
  #own;
  #socket;
  #handle;
  #fallBack;
  #timer;
  #attached = false;
  #waited = 0;

  /** `fallBack` is called when the socket turns out not to be to be had. */
  constructor(req, res, own, handle, fallBack) {
    this.#req = req;
    this.#res = res;
    this.#own = own;
    this.#socket = res.socket;
    this.#handle = handle;
    this.#fallBack = fallBack;
    this.#handOver();
  }

  #handOver() {
    const { socket } = this.#res;
    if (socket !== this.#socket || socket.destroyed) return;
    if (!isIdle(this.#res, socket) || hasUnreadBody(this.#req)) return this.#handOverLater();
    // Read in the same tick as it is duplicated, and on Node's own thread.
    if (!this.#handle.attachSocket(socket._handle.fd, this.#res.chunkedEncoding)) {
      return this.#fallBack();
    }
    this.#attached = true;
    holdProcess();
    this.#timer = setImmediate(detach, socket);
  }

  #handOverLater() {
    if (this.#waited >= GIVE_UP) return this.#fallBack();
    this.#timer = setTimeout(() => {
      this.#waited += LOOK_AGAIN;
      consumeBody(this.#req);
      this.#handOver();
    }, LOOK_AGAIN);
  }

  /** Called when the core has closed the connection. */
  close(orderly) {
    clearTimeout(this.#timer);
    clearImmediate(this.#timer);
    if (!this.#attached) return this.#res.destroy();
    releaseProcess();
    detach(this.#socket);
    // Into the ghost: listeners of `finish`, access logs and sessions see the end that they wait for.
    if (orderly) this.#own.end.call(this.#res);
    else this.#socket.destroy();
  }

  reason() {
    return this.#socket.readableEnded || this.#socket.errored ? 'client' : 'destroy';
  }
}

module.exports = { NativeTransport };
