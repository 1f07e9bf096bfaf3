'use strict';

/** Hands the socket of a response over to the core, as soon as Node has finished with it. */

/** @import { SocketTaker } from './carrier.js' */
/** @import { NodeCarrier } from './node-carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

const { mayHalfClose } = require('./half-open.js');
const { detachSoon } = require('./detaching.js');
const { consumeBody, forgetHead, hasUnreadBody } = require('./node-socket.js');
const { isIdle, unwrittenHead } = require('./node-socket.js');

/** How long the handler may take to start reading the request's body, in milliseconds. */
const READ_SOON = 5;
/** How long Node may take to finish with the socket, in milliseconds. */
const GIVE_UP = 2000;

class HandOver {
  #carrier;
  #req;
  #res;
  #taker;
  #socket;
  /**
   * `waiting`: Node still uses the socket; `ended`: the core has it, or the hand-over was given up.
   * @type {'waiting' | 'ended'}
   */
  #state = 'waiting';
  /** @type {NodeJS.Timeout | undefined} */
  #givingUp;
  /** @type {NodeJS.Timeout | undefined} */
  #consuming;

  /**
   * @param {NodeCarrier} carrier
   * @param {SocketTaker} taker
   */
  constructor(carrier, taker) {
    this.#carrier = carrier;
    this.#req = carrier.request;
    this.#res = carrier.response;
    this.#taker = taker;
    this.#socket = /** @type {NodeSocket} */ (carrier.response.socket);
  }

  /** Hands the socket over, or waits until that is possible. */
  advance() {
    if (!this.#isWanted()) return;
    const mustRead = hasUnreadBody(this.#req);
    if (!mustRead && isIdle(this.#res, this.#socket)) return this.#give();
    this.#res.flushHeaders();
    if (mustRead) this.#waitForBody();
    else this.#waitForFlush();
  }

  /** Called when the connection is closed. */
  stop() {
    this.#stopWaiting();
    this.#state = 'ended';
  }

  #isWanted() {
    const socket = this.#socket;
    return this.#state === 'waiting' && this.#res.socket === socket && !socket.destroyed;
  }

  #give() {
    const socket = this.#socket;
    this.#stopWaiting();
    // The descriptor is valid: the core duplicates it in the same tick, on Node's own thread.
    const { fd } = socket._handle;
    const res = this.#res;
    const head = unwrittenHead(res);
    if (!this.#taker.takeSocket(fd, res.chunkedEncoding, mayHalfClose(socket), head)) {
      return this.#giveUp();
    }
    if (head !== undefined) forgetHead(res);
    this.#state = 'ended';
    detachSoon(socket, this.#taker);
    this.#carrier.handedOver();
  }

  /** Node must read the body: otherwise its request timeout would end the stream. */
  #waitForBody() {
    const req = this.#req;
    this.#consuming = setTimeout(consumeBody, READ_SOON, req);
    // If the body never ends, the request closes or the hand-over is given up.
    req.once('end', () => this.advance());
    this.#startGivingUp();
  }

  #waitForFlush() {
    this.#carrier.flush(() => setImmediate(() => this.advance()));
    this.#startGivingUp();
  }

  #startGivingUp() {
    this.#givingUp ??= setTimeout(() => {
      if (!this.#isWanted()) return;
      // The body may have arrived although the handler has not read it.
      if (!hasUnreadBody(this.#req) && isIdle(this.#res, this.#socket)) this.#give();
      else this.#giveUp();
    }, GIVE_UP);
  }

  #giveUp() {
    this.#state = 'ended';
    this.#res.flushHeaders();
    this.#taker.writeThrough();
  }

  #stopWaiting() {
    clearTimeout(this.#givingUp);
    clearTimeout(this.#consuming);
  }
}

module.exports = { HandOver };
