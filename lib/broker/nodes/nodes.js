'use strict';

/**
 * The nodes of a broker: processes whose brokers have the same name on the same backplane. Each
 * knows the clients of all, and the members of topics.
 *
 * - A node that starts, or may have missed messages, says hello. The others answer with their
 *   state.
 * - Afterwards they tell changes, which are numbered, and send signs of life. A node that misses a
 *   number asks for the whole state again.
 */

/** @import { Clients } from '../clients.js' */
/** @import { BrokerClient } from '../broker-client.js' */
/** @import { Words } from './bus.js' */
/** @import { Message } from './messages.js' */
/** @import { NodesOptions } from './nodes-options.js' */
/** @import { Peer } from './peer.js' */

const { randomBytes } = require('node:crypto');
const { debuglog } = require('node:util');
const { show } = require('../broker-client.js');
const { Actions, areNames } = require('./actions.js');
const { Bus } = require('./bus.js');
const { Own } = require('./own.js');
const { Peers, SILENCE } = require('./peers.js');
const { Presence } = require('./presence.js');
const { Questions } = require('./questions.js');
const { describe } = require('./shared.js');

const debug = debuglog('sluice');

/** The time between two looks at the others, and between two signs of life, in milliseconds. */
const TICK = 1_000;
const TICKS_PER_BEAT = 3;
/** The shortest time between two requests for the state of one node. */
const ASK_PAUSE = 500;

class Nodes {
  id = randomBytes(16).toString('base64url');
  #actions;
  #own;
  #presence;
  #presenceOf;
  #questions = new Questions();
  /** @type {Bus | undefined} */
  #bus;
  #peers;
  /** Whether this node has heard its own hello, and so everything after it. */
  #hasHeardHello = false;
  /** When it has last heard itself: others are not dead if this node is cut off. */
  #heardItself = performance.now();
  #ticks = 0;
  #isClosed = false;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {Clients} clients
   * @param {NodesOptions} options
   */
  constructor(clients, { shared, presence, presenceOf }) {
    this.#actions = new Actions(clients);
    this.#presence = new Presence(presence);
    this.#presenceOf = presenceOf;
    this.#peers = new Peers((node, before, after) => this.#presence.update(node, before, after));
    this.#own = new Own((id) => describe(clients, id), {
      changed: (before, after) => this.#presence.update(this.id, before, after),
      say: (seq, changes) => this.#bus?.trySay({ kind: 'changes', seq, changes }),
    });
    if (!shared) return;
    this.#bus = new Bus(shared.handle, shared.name, this.id, {
      heard: (message, isDirect) => this.#heard(message, isDirect),
      missed: () => this.#hello(),
    });
    this.#timer = setInterval(() => this.#tick(), TICK).unref();
    this.#hello();
  }

  /**
   * A client arrives: its metadata for presence is read.
   * @param {BrokerClient} client
   */
  admit(client) {
    const shown = this.#presenceOf?.(client);
    if (shown === undefined) return;
    show(client, shown);
    client.topics.whenChanged = () => this.mark(client.id);
  }

  /** @param {string} id of a client or session that has come, changed or gone */
  mark(id) {
    if (!this.#isClosed) this.#own.mark(id);
  }

  get hasPeers() {
    return this.#peers.byId.size > 0;
  }

  /** How many clients the other nodes have. */
  get clientCount() {
    return this.#peers.liveCount;
  }

  /** @param {string} topic */
  members(topic) {
    if (!this.#isClosed) this.#own.flush();
    return this.#presence.members(topic);
  }

  /**
   * Lets the node that has a client do something. Returns whether there is one.
   * @param {string} name
   * @param {string} id
   * @param {...unknown} args
   */
  call(name, id, ...args) {
    const node = this.#peers.holder(id);
    if (node === undefined) return false;
    this.#bus?.say({ kind: 'call', name, args: [id, ...args] }, node);
    return true;
  }

  /**
   * Asks the node that has a client. Without one this node asks itself, which takes the same time.
   * @param {string} name
   * @param {string} id
   * @param {...unknown} args
   */
  ask(name, id, ...args) {
    return this.#ask(this.#peers.holder(id) ?? this.id, name, [id, ...args]);
  }

  /** @param {string} id */
  hasSession(id) {
    return this.#peers.holder(id, false) !== undefined;
  }

  /**
   * The topics of a session that another node has. That node forgets it.
   * @param {string} id
   * @param {string | undefined} wanted
   * @param {string} [digest] of the secret
   * @returns {Promise<string[] | undefined>} undefined if there is none
   */
  async moveIn(id, wanted, digest) {
    const node = this.#peers.holder(id, false);
    if (node === undefined) return undefined;
    try {
      const found = await this.#ask(node, 'session', [id, wanted, digest]);
      const { topics } = found ?? {};
      return areNames(topics) ? topics : undefined;
    } catch (error) {
      debug('a session was not moved: %o', error);
      return undefined;
    }
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#bus?.trySay({ kind: 'bye' });
    this.#bus?.close();
    this.#questions.close();
    this.#presence.close();
  }

  /**
   * @param {string} node
   * @param {string} name
   * @param {unknown[]} args
   */
  #ask(node, name, args) {
    return this.#questions.ask(node, (number) =>
      this.#bus?.say({ kind: 'ask', number, name, args }, node),
    );
  }

  #hello() {
    this.#hasHeardHello = false;
    this.#bus?.trySay({ kind: 'hello' });
  }

  #tick() {
    this.#ticks += 1;
    if (!this.#hasHeardHello) this.#hello();
    if (this.#ticks % TICKS_PER_BEAT === 0) {
      this.#bus?.trySay({ kind: 'beat', seq: this.#own.seq });
    }
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
    if (from === this.id) {
      if (this.#isCutOff()) this.#peers.touch();
      this.#heardItself = performance.now();
      if (kind === 'hello') this.#hasHeardHello = true;
      if (kind === 'ask' && isDirect) this.#answer(message);
      else if (kind === 'answer') this.#questions.answered(from, message.number, message.value);
      return;
    }
    if (kind === 'bye') return this.#peers.remove(from);
    const peer = this.#peers.heard(from);
    if (peer) this.#heardPeer(peer, message, isDirect);
  }

  /**
   * @param {Peer} peer
   * @param {Message} message
   * @param {boolean} isDirect
   */
  #heardPeer(peer, message, isDirect) {
    const { kind, from } = message;
    if (kind === 'hello') {
      this.#tellState(from);
      // It does not have the state of this node's last hello, if it is new.
      if (!peer.isCurrent(0)) this.#askState(peer);
    } else if (kind === 'beat') {
      if (!peer.isCurrent(message.seq)) this.#askState(peer);
    } else if (kind === 'changes') {
      if (!peer.apply(message.seq, message.changes)) this.#askState(peer);
    } else if (!isDirect) {
      // The others are only for one node.
    } else if (kind === 'state') peer.load(message.seq, message);
    else if (kind === 'call') this.#call(message);
    else if (kind === 'ask') this.#answer(message);
    else if (kind === 'answer') this.#questions.answered(from, message.number, message.value);
  }

  /** @param {Peer} peer */
  #askState(peer) {
    const now = performance.now();
    if (now - peer.asked < ASK_PAUSE) return;
    peer.asked = now;
    this.#bus?.trySay({ kind: 'hello' }, peer.id);
  }

  /** @param {string} node */
  #tellState(node) {
    this.#own.flush();
    const { seq } = this.#own;
    const parts = this.#own.state();
    for (const [part, clients] of parts.entries()) {
      const last = part === parts.length - 1;
      this.#bus?.trySay({ kind: 'state', seq, part, last, clients }, node);
    }
  }

  /** @param {Extract<Message, { kind: 'call' }>} message */
  #call({ name, args }) {
    try {
      this.#actions.calls[name]?.(...args);
    } catch (error) {
      debug('another process wanted %j: %o', name, error);
    }
  }

  /** @param {Extract<Message, { kind: 'ask' }>} message */
  #answer({ from, number, name, args }) {
    let value = null;
    try {
      value = this.#actions.questions[name]?.(...args) ?? null;
    } catch (error) {
      debug('another process asked %j: %o', name, error);
    }
    /** @type {Words} */
    const words = { kind: 'answer', number, value };
    this.#bus?.trySay(words, from);
  }
}

module.exports = { Nodes };
