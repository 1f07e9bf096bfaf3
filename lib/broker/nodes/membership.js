'use strict';

/**
 * Tracks the nodes of a broker and their clients.
 *
 * - A node that starts or may have missed messages sends `hello`. Others answer with their state.
 * - Afterwards, nodes send numbered `changes`, and `beat` as a sign of life. A node that misses a
 *   number asks for the whole state again.
 */

/** @import { BackplaneHandle } from '../../../binding.js' */
/** @import { Message } from './messages.js' */
/** @import { Own } from './own.js' */
/** @import { Peer } from './peer.js' */
/** @import { Peers } from './peers.js' */

const { Bus } = require('./bus.js');
const { SILENCE } = require('./peers.js');

/** The interval between two checks of the other nodes, in milliseconds. */
const TICK = 1_000;
const TICKS_PER_BEAT = 3;
/** The shortest time between two requests for the state of one node, in milliseconds. */
const ASK_PAUSE = 500;

class Membership {
  bus;
  #id;
  #own;
  #peers;
  #talk;
  /** Whether this node has received its own `hello`, and therefore everything after it. */
  #hasHeardHello = false;
  /** When this node last received its own message. While it is cut off, others may be alive. */
  #heardItself = performance.now();
  #ticks = 0;
  #timer;

  /**
   * @param {{ handle: BackplaneHandle, name: string, id: string }} node
   * @param {Own} own
   * @param {Peers} peers
   * @param {(message: Message) => void} talk gets messages to this node alone
   */
  constructor({ handle, name, id }, own, peers, talk) {
    this.#id = id;
    this.#own = own;
    this.#peers = peers;
    this.#talk = talk;
    this.bus = new Bus(handle, name, id, {
      heard: (message, isDirect) => this.#heard(message, isDirect),
      missed: () => this.#hello(),
    });
    this.#timer = setInterval(() => this.#tick(), TICK).unref();
    this.#hello();
  }

  close() {
    clearInterval(this.#timer);
    this.bus.trySay({ kind: 'bye' });
    this.bus.close();
  }

  #hello() {
    this.#hasHeardHello = false;
    this.bus.trySay({ kind: 'hello' });
  }

  #tick() {
    this.#ticks += 1;
    if (!this.#hasHeardHello) this.#hello();
    if (this.#ticks % TICKS_PER_BEAT === 0) this.bus.trySay({ kind: 'beat', seq: this.#own.seq });
    if (!this.#isCutOff()) this.#peers.sweep();
  }

  #isCutOff() {
    return performance.now() - this.#heardItself > SILENCE / 2;
  }

  /**
   * @param {Message} message
   * @param {boolean} isDirect
   */
  #heard(message, isDirect) {
    const { from, kind } = message;
    if (from === this.#id) {
      if (this.#isCutOff()) this.#peers.touch();
      this.#heardItself = performance.now();
      if (kind === 'hello') this.#hasHeardHello = true;
      if (isDirect) this.#talk(message);
    } else if (kind === 'bye') this.#peers.remove(from);
    else {
      const peer = this.#peers.heard(from);
      if (peer) this.#heardPeer(peer, message, isDirect);
    }
  }

  /**
   * @param {Peer} peer
   * @param {Message} message
   * @param {boolean} isDirect
   */
  #heardPeer(peer, message, isDirect) {
    const { kind } = message;
    if (kind === 'hello') {
      this.#tellState(peer);
      // The peer is new. It may have missed this node's `hello`.
      if (!peer.isCurrent(0)) this.#askState(peer);
    } else if (kind === 'beat') {
      if (!peer.isCurrent(message.seq)) this.#askState(peer);
    } else if (kind === 'changes') {
      if (!peer.apply(message.seq, message.changes)) this.#askState(peer);
    } else if (isDirect) {
      if (kind === 'state') peer.load(message.seq, message);
      else this.#talk(message);
    }
  }

  /** @param {Peer} peer */
  #askState(peer) {
    const now = performance.now();
    if (now - peer.asked < ASK_PAUSE) return;
    peer.asked = now;
    this.bus.trySay({ kind: 'hello' }, peer.id);
  }

  /** @param {Peer} peer */
  #tellState({ id }) {
    this.#own.flush();
    const { seq } = this.#own;
    const parts = this.#own.state();
    for (const [part, clients] of parts.entries()) {
      const last = part === parts.length - 1;
      this.bus.trySay({ kind: 'state', seq, part, last, clients }, id);
    }
  }
}

module.exports = { Membership };
