'use strict';

/** @import { ConnectionHandle } from '../../binding.js' */
/** @import { Request, Response } from '../connection.js' */
/** @import { OwnResponse } from '../response.js' */
/** @import { NodeSocket } from './hand-over.js' */

const { holdProcess, releaseProcess } = require('../hub.js');
const { consumeBody, detach, hasUnreadBody, isIdle } = require('./hand-over.js');

/** How often, and how long, to look whether Node is done with the socket. */
const LOOK_AGAIN = 5;
const GIVE_UP = 2000;

/** The core writes the socket. */
class NativeTransport {
  name = /** @type {const} */ ('native');
  #req;
  #res;
  #own;
  #socket;
  #handle;
  /** @type {NodeJS.Timeout | undefined} */
  #lookingAgain;
  /** @type {NodeJS.Immediate | undefined} */
  #detaching;
  #attached = false;
  #waited = 0;

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
    this.#socket = /** @type {NodeSocket} */ (res.socket);
    this.#handle = handle;
  }

  /**
   * Hands the socket over, at once if Node is done with it.
   * @param {() => void} fallBack is called when the socket turns out not to be had
   */
  handOver(fallBack) {
    const socket = this.#socket;
    if (this.#res.socket !== socket || socket.destroyed) return;
    if (!isIdle(this.#res, socket) || hasUnreadBody(this.#req))
      return this.#handOverLater(fallBack);
    // Read in the same tick as it is duplicated, and on Node's own thread.
    if (!this.#handle.attachSocket(socket._handle.fd, this.#res.chunkedEncoding)) {
      return fallBack();
    }
    this.#attached = true;
    holdProcess();
    this.#detaching = setImmediate(detach, socket);
  }

  /** @param {() => void} fallBack */
  #handOverLater(fallBack) {
    if (this.#waited >= GIVE_UP) return fallBack();
    this.#lookingAgain = setTimeout(() => {
      this.#waited += LOOK_AGAIN;
      consumeBody(this.#req);
      this.handOver(fallBack);
    }, LOOK_AGAIN);
  }

  /**
   * Called when the core has closed the connection.
   * @param {boolean} orderly
   */
  close(orderly) {
    clearTimeout(this.#lookingAgain);
    clearImmediate(this.#detaching);
    if (!this.#attached) return this.#res.destroy();
    releaseProcess();
    detach(this.#socket);
    // Into the ghost: listeners of `finish`, access logs and sessions see the end that they wait for.
    if (!orderly) return this.#socket.destroy();
    try {
      this.#own.end();
    } catch (error) {
      // Otherwise the server would count the socket for ever.
      this.#socket.destroy();
      throw error;
    }
  }

  reason() {
    return this.#socket.readableEnded || this.#socket.errored ? 'client' : 'destroy';
  }
}

module.exports = { NativeTransport };
