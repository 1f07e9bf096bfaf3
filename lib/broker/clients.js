'use strict';

/** The clients of a broker: registers connections as clients, and removes them. */

/** @import { TopicsHandle } from '../../binding.js' */
/** @import { CloseReason, ConnectionOptions } from '../../index.js' */
/** @import { ConnectOptions } from '../../types/broker.js' */
/** @import { Names } from '../core/option.js' */
/** @import { Carrier } from '../carrier/carrier.js' */
/** @import { PingForm } from '../connection/connection-options.js' */
/** @import { Connection } from '../connection/connection.js' */
/** @import { BrokerOptions } from './broker-options.js' */
/** @import { Session } from './sessions.js' */

/**
 * The id and metadata of a client that connects, and its claim to a session.
 * @typedef {{ id: string | undefined, metadata: Record<string, unknown>, claim?: Claim,
 *   moved?: Session }} Arrival `moved`: the session from another node
 */
/**
 * The id and secret that a client claims. `proves` compares its secret with that of a session. It
 * is also called without a secret, so unknown ids take the same time.
 * @typedef {{ id: string, secret: string, proves: (secret: string | undefined) => boolean }} Claim
 */

const { randomBytes } = require('node:crypto');
const { linkOf, openLink } = require('../connection/connection.js');
const { Draining } = require('../core/draining.js');
const { SluiceError, typeError } = require('../core/error.js');
const { guarded } = require('../core/listeners.js');
const option = require('../core/option.js');
const { BrokerClient, wantedId } = require('./broker-client.js');
const { digestOf } = require('./nodes/actions.js');
const { Nodes } = require('./nodes/nodes.js');
const { restorable, restoreAllowed } = require('./restoring.js');
const { Sessions, sessionOf } = require('./sessions.js');
const { Subscriptions } = require('./subscriptions.js');

/** @type {Names<ConnectOptions>} */
const ARRIVAL_NAMES = { id: true, metadata: true };

/** An id of 128 bits, which cannot be guessed. */
const randomId = () => randomBytes(16).toString('base64url');

class Clients {
  options;
  isClosed = false;
  draining = new Draining();
  /** @type {Map<string, BrokerClient>} */
  byId = new Map();
  /**
   * Clients by the core's id of their connection, until the connection is closed.
   * @type {Map<number, BrokerClient>}
   */
  byConnection = new Map();
  /** @type {Nodes | undefined} */
  nodes;
  #topics;

  /**
   * @param {BrokerOptions} options
   * @param {TopicsHandle} topics
   */
  constructor(options, topics) {
    this.options = options;
    this.sessions = new Sessions(options.sessionTimeout);
    this.#topics = topics;
    if (!options.nodes) return;
    const nodes = new Nodes(this, options.nodes);
    this.nodes = nodes;
    this.sessions.whenGone = (id) => nodes.mark(id);
  }

  assertOpen() {
    this.draining.assertNot();
    if (this.isClosed) {
      throw new SluiceError('ERR_SSE_BROKER_CLOSED', 'the broker is closed: create a new one');
    }
  }

  /**
   * Opens a connection. The given options override those of the broker.
   * @param {Carrier} carrier
   * @param {ConnectionOptions} [given]
   * @param {PingForm} [pingForm]
   */
  open(carrier, given = {}, pingForm = this.options.pingForm) {
    this.assertOpen();
    return openLink(carrier, option.over(this.options.connection, given), pingForm);
  }

  /**
   * Registers a connection as a client.
   * @param {Connection} connection
   * @param {Arrival} arrival
   * @param {(client: BrokerClient, resumed: boolean) => void} [greet] gets the client before
   *   `onConnect` does, and whether all topics of an earlier session are restored
   */
  register(connection, { id: wanted, metadata, claim, moved }, greet) {
    this.assertOpen();
    const link = linkOf(connection);
    if (link.isOver) {
      throw new SluiceError(
        'ERR_SSE_GONE',
        'the connection has ended: check connection.closed after every await',
      );
    }
    const { handle } = link;
    if (this.byConnection.has(handle.id)) {
      throw typeError('ERR_SSE_TYPE', 'the connection has a client already: connect it once');
    }
    const own = this.#claimed(claim, wanted) ?? this.#returning(connection, wanted);
    const session = own ?? (moved && !this.byId.has(moved.id) ? moved : undefined);
    const id = session?.id ?? this.#freeId(wanted);
    const topics = new Subscriptions(this.#topics, this.options.topicOf, connection);
    const client = new BrokerClient({ ...session, id, wanted }, connection, metadata, topics);
    this.byId.set(id, client);
    this.byConnection.set(handle.id, client);
    // Queued events are still sent, but the broker forgets the client and frees its id.
    link.whenEnding(() => {
      this.byId.delete(id);
      this.#topics.disconnect(handle.id);
      this.sessions.keep(client);
      this.nodes?.mark(id);
    });
    // Runs first: a listener of the application may throw.
    connection.prependOnceListener('close', (/** @type {CloseReason} */ reason) => {
      this.byConnection.delete(handle.id);
      guarded(() => this.options.onDisconnect?.(client, reason));
    });
    try {
      this.nodes?.admit(client);
      this.nodes?.mark(id);
      const restored = restorable(topics, session?.topics);
      // First: after the first join, everything sent to a returning client waits for the replay.
      greet?.(client, restored.size === session?.topics.length);
      this.#topics.connect(handle);
      if (session === moved) restoreAllowed(topics, restored);
      else for (const [topic, options] of restored) topics.add(topic, options);
      if (!session && this.nodes) this.#bringBack(client, this.nodes);
      this.options.onConnect?.(client);
    } catch (error) {
      connection.end();
      throw error;
    }
    return client;
  }

  /** @param {string} id */
  disconnect(id) {
    const client = this.byId.get(id);
    client?.connection.end();
    // Last: ending the connection stores a session.
    this.sessions.delete(id);
    return client !== undefined;
  }

  /**
   * The session that a client claims, if another node has it. That node closes its connection.
   * @param {Claim} claim
   * @param {string | undefined} wanted
   * @returns {Promise<Session | undefined>}
   */
  async moveIn({ id, secret, proves }, wanted) {
    if (!this.nodes?.hasPeers || !this.sessions.isOn) return undefined;
    const live = this.byId.get(id);
    if (proves((live ?? this.sessions.get(id))?.secret)) return undefined;
    const topics = await this.nodes.moveIn(id, wanted, digestOf(secret));
    return topics && { id, secret, wanted, topics };
  }

  /**
   * Restores the session of a client that returns from another node under the id that the
   * application gives it. The replay waits for its topics.
   * @param {BrokerClient} client
   * @param {Nodes} nodes
   */
  #bringBack(client, nodes) {
    const { gathering } = linkOf(client.connection).catchUp;
    if (!gathering || !nodes.hasSession(client.id) || wantedId(client) !== client.id) return;
    const done = gathering.wait();
    const restore = (/** @type {string[] | undefined} */ found) =>
      restoreAllowed(client.topics, restorable(client.topics, found));
    void nodes
      .moveIn(client.id, client.id)
      .then(restore)
      .finally(() => guarded(done));
  }

  /** @param {string | undefined} wanted */
  #freeId(wanted) {
    return wanted === undefined || this.byId.has(wanted) ? randomId() : wanted;
  }

  /**
   * The session that a client has proven to own. Its old connection may still be open, if the loss
   * was not detected.
   * @param {Claim | undefined} claim
   * @param {string | undefined} wanted must be the same as before
   */
  #claimed(claim, wanted) {
    if (!claim || !this.sessions.isOn) return undefined;
    const live = this.byId.get(claim.id);
    const session = live ? sessionOf(live) : this.sessions.get(claim.id);
    if (!claim.proves(session?.secret) || session?.wanted !== wanted) return undefined;
    live?.connection.destroy();
    this.sessions.delete(claim.id);
    return session;
  }

  /**
   * The session of the id that the application gave. A client without a cursor is a new page, which
   * starts without a session.
   * @param {Connection} connection
   * @param {string | undefined} wanted
   */
  #returning({ lastEventId }, wanted) {
    if (wanted === undefined) return undefined;
    const session = this.sessions.get(wanted);
    this.sessions.delete(wanted);
    return lastEventId === undefined ? undefined : session;
  }
}

/**
 * @param {{ id?: any, metadata?: any }} given
 * @returns {Arrival}
 */
function readArrival({ id, metadata }) {
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw option.invalid('`id` must be a string that is not empty');
  }
  return { id, metadata: option.object('metadata', metadata) };
}

module.exports = { ARRIVAL_NAMES, Clients, readArrival };
