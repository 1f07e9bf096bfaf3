'use strict';

/**
 * The nodes of a broker: processes whose brokers have the same name on the same backplane. Each
 * node knows all clients, and the members of topics. Without a backplane there is one node.
 */

/** @import { Clients } from '../clients.js' */
/** @import { BrokerClient } from '../broker-client.js' */
/** @import { Words } from './bus.js' */
/** @import { Message } from './messages.js' */
/** @import { NodesOptions } from './nodes-options.js' */

const { randomBytes } = require('node:crypto');
const { debuglog } = require('node:util');
const { show } = require('../broker-client.js');
const { Actions, areNames } = require('./actions.js');
const { Membership } = require('./membership.js');
const { Own } = require('./own.js');
const { Peers } = require('./peers.js');
const { Presence } = require('./presence.js');
const { Questions } = require('./questions.js');
const { describe } = require('./shared.js');

const debug = debuglog('sluice');

class Nodes {
  id = randomBytes(16).toString('base64url');
  #actions;
  #own;
  #presence;
  #presenceOf;
  #questions = new Questions();
  #peers;
  #isClosed = false;
  /** @type {Membership | undefined} */
  #membership;

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
    const node = { ...shared, id: this.id };
    const talk = (/** @type {Message} */ message) => this.#talk(message);
    this.#membership = new Membership(node, this.#own, this.#peers, talk);
  }

  get #bus() {
    return this.#membership?.bus;
  }

  /**
   * Reads the metadata for presence of a new client.
   * @param {BrokerClient} client
   */
  admit(client) {
    const shown = this.#presenceOf?.(client);
    if (shown === undefined) return;
    show(client, shown);
    client.topics.whenChanged = () => this.mark(client.id);
  }

  /** @param {string} id of a client or session that was added, changed or removed */
  mark(id) {
    if (!this.#isClosed) this.#own.mark(id);
  }

  get hasPeers() {
    return this.#peers.byId.size > 0;
  }

  /** The number of clients on other nodes. */
  get clientCount() {
    return this.#peers.liveCount;
  }

  /** @param {string} topic */
  members(topic) {
    if (!this.#isClosed) this.#own.flush();
    return this.#presence.members(topic);
  }

  /**
   * Calls an action on the node that has a client. Returns false if the client is unknown.
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
   * Asks the node that has a client. If the client is unknown, this node asks itself, which takes
   * the same time.
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
   * Takes a session over from another node, which forgets it. Resolves with the topics.
   * @param {string} id
   * @param {string | undefined} wanted
   * @param {string} [digest] of the secret
   * @returns {Promise<string[] | undefined>} undefined if the session is unknown
   */
  async moveIn(id, wanted, digest) {
    // As in `ask`: the time taken must not reveal whether an id is known.
    const node = this.#peers.holder(id, false) ?? (digest === undefined ? undefined : this.id);
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
    this.#membership?.close();
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

  /**
   * Handles a message to this node alone, from another node or from itself.
   * @param {Message} message
   */
  #talk(message) {
    const { kind } = message;
    if (kind === 'call') this.#call(message);
    else if (kind === 'ask') this.#answer(message);
    else if (kind === 'answer') {
      this.#questions.answered(message.from, message.number, message.value);
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
