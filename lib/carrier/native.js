'use strict';

/** @import { ConnectionHandle } from '../../binding.js' */
/** @import { Request, Response } from '../connection/connection.js' */
/** @import { OwnResponse } from './response.js' */
/** @import { NodeSocket } from './hand-over.js' */

const { holdProcess, releaseProcess } = require('../core/hub.js');
const { consumeBody, detach, hasUnreadBody, isIdle } = require('./hand-over.js');
const { hasClientLeft, mayHalfClose } = require('./half-open.js');

/** How long the handler may take to begin to read the request's body, in milliseconds. */
const READ_SOON = 5;
/** How long Node may take until it is done with the socket, in milliseconds. */
const GIVE_UP = 2000;

/** The core writes the socket. */
class NativeTransport {
  name = /** @type {const} */ ('native');
  #req;
  #res;
  #own;
  #socket;
  #handle;
  #fallBack;
  #attached = false;
  /** Closed, or given up: the socket is not to be handed over any more. */
  #over = false;
  /** @type {NodeJS.Timeout | undefined} */
  #givingUp;
  /** @type {NodeJS.Timeout | undefined} */
  #consuming;
  /** @type {NodeJS.Immediate | undefined} */
  #detaching;

  /**
   * @param {Request} req
   * @param {Response} res
   * @param {OwnResponse} own
   * @param {ConnectionHandle} handle
   * @param {() => void} fallBack called when the socket turns out not to be had
   */
  constructor(req, res, own, handle, fallBack) {
    this.#req = req;
    this.#res = res;
    this.#own = own;
    this.#socket = /** @type {NodeSocket} */ (res.socket);
    this.#handle = handle;
    this.#fallBack = fallBack;
  }

  /** Hands the socket over: at once if Node is done with it, otherwise as soon as it is. */
  handOver() {
    if (!this.#isWanted()) return;
    if (hasUnreadBody(this.#req)) this.#waitForBody();
    else if (!isIdle(this.#res, this.#socket)) this.#waitForFlush();
    else this.#attach();
  }

  #isWanted() {
    const socket = this.#socket;
    return !this.#attached && !this.#over && this.#res.socket === socket && !socket.destroyed;
  }

  #attach() {
    const socket = this.#socket;
    this.#stopWaiting();
    // Node's own thread reads the descriptor in the same tick as the core duplicates it.
    const { fd } = socket._handle;
    if (!this.#handle.attachSocket(fd, this.#res.chunkedEncoding, mayHalfClose(socket))) {
      return this.#giveUp();
    }
    this.#attached = true;
    holdProcess();
    this.#detaching = setImmediate(detach, socket);
  }

  /** Node has to read the body: its request timeout would end the stream otherwise. */
  #waitForBody() {
    const req = this.#req;
    this.#consuming = setTimeout(consumeBody, READ_SOON, req);
    // A body that never ends closes the request instead, or is given up.
    req.once('end', () => this.handOver());
    this.#startGivingUp();
  }

  #waitForFlush() {
    this.#own.flush(() => setImmediate(() => this.handOver()));
    this.#startGivingUp();
  }

  #startGivingUp() {
    this.#givingUp ??= setTimeout(() => {
      if (!this.#isWanted()) return;
      // The body may have arrived although the handler has not read it.
      if (!hasUnreadBody(this.#req) && isIdle(this.#res, this.#socket)) this.#attach();
      else this.#giveUp();
    }, GIVE_UP);
  }

  #giveUp() {
    this.#over = true;
    this.#fallBack();
  }

  #stopWaiting() {
    clearTimeout(this.#givingUp);
    clearTimeout(this.#consuming);
  }

  /**
   * Called when the core has closed the connection.
   * @param {boolean} orderly
   */
  close(orderly) {
    this.#over = true;
    this.#stopWaiting();
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
    return hasClientLeft(this.#socket) ? 'client' : 'destroy';
  }
}

module.exports = { NativeTransport };
