'use strict';

/** Hands the socket of a response over to the core, as soon as Node has finished with it. */

/** @import { SocketTaker } from './carrier.js' */
/** @import { NodeCarrier } from './node-carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

const { mayHalfClose } = require('./half-open.js');
const { consumeBody, detach, hasUnreadBody, isIdle } = require('./node-socket.js');

/** How long the handler may take to begin to read the request's body, in milliseconds. */
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
   * `waiting`: Node still uses the socket; `taken`: the core has it; `ended`: the hand-over was
   * given up.
   * @type {'waiting' | 'taken' | 'ended'}
   */
  #state = 'waiting';
  /** @type {NodeJS.Timeout | undefined} */
  #givingUp;
  /** @type {NodeJS.Timeout | undefined} */
  #consuming;
  /** @type {NodeJS.Immediate | undefined} */
  #detaching;

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
    if (hasUnreadBody(this.#req)) this.#waitForBody();
    else if (isIdle(this.#res, this.#socket)) this.#give();
    else this.#waitForFlush();
  }

  /** Stops, as the connection is closed. Returns the socket if the core has taken it. */
  stop() {
    this.#stopWaiting();
    clearImmediate(this.#detaching);
    if (this.#state === 'taken') {
      this.#detach();
      return this.#socket;
    }
    this.#state = 'ended';
    return undefined;
  }

  #isWanted() {
    const socket = this.#socket;
    return this.#state === 'waiting' && this.#res.socket === socket && !socket.destroyed;
  }

  #give() {
    const socket = this.#socket;
    this.#stopWaiting();
    // Node's own thread reads the descriptor in the same tick as the core duplicates it.
    const { fd } = socket._handle;
    if (!this.#taker.takeSocket(fd, this.#res.chunkedEncoding, mayHalfClose(socket))) {
      return this.#giveUp();
    }
    this.#state = 'taken';
    this.#detaching = setImmediate(() => this.#detach());
  }

  #detach() {
    this.#detaching = undefined;
    detach(this.#socket);
  }

  /** Node must read the body: otherwise its request timeout would end the stream. */
  #waitForBody() {
    const req = this.#req;
    this.#consuming = setTimeout(consumeBody, READ_SOON, req);
    // A body that never ends closes the request instead, or the hand-over is given up.
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
    this.#taker.writeThrough();
  }

  #stopWaiting() {
    clearTimeout(this.#givingUp);
    clearTimeout(this.#consuming);
  }
}

module.exports = { HandOver };
