'use strict';

/** The clients of a broker: how connections become clients, and stop being ones. */

/** @import { TopicsHandle } from '../../binding.js' */
/** @import { CloseReason, ConnectionOptions } from '../../index.js' */
/** @import { Carrier } from '../carrier/carrier.js' */
/** @import { PingForm } from '../connection/connection-options.js' */
/** @import { Connection } from '../connection/connection.js' */
/** @import { BrokerOptions } from './broker-options.js' */

/** @typedef {ReturnType<typeof readArrival>} Arrival what is known of a client that connects */

const { randomBytes } = require('node:crypto');
const { linkOf, openLink } = require('../connection/connection.js');
const { SluiceError, typeError } = require('../core/error.js');
const { guarded } = require('../core/listeners.js');
const option = require('../core/option.js');
const { BrokerClient } = require('./broker-client.js');
const { Subscriptions } = require('./subscriptions.js');

/** An id of 128 bits, which cannot be guessed. */
const randomId = () => randomBytes(16).toString('base64url');

class Clients {
  options;
  isClosed = false;
  /** @type {Map<string, BrokerClient>} */
  byId = new Map();
  /**
   * Clients by the core's id of their connection, until the connection is closed.
   * @type {Map<number, BrokerClient>}
   */
  byConnection = new Map();
  #topics;

  /**
   * @param {BrokerOptions} options
   * @param {TopicsHandle} topics
   */
  constructor(options, topics) {
    this.options = options;
    this.#topics = topics;
  }

  assertOpen() {
    if (this.isClosed) {
      throw new SluiceError('ERR_SSE_BROKER_CLOSED', 'the broker is closed: create a new one');
    }
  }

  /**
   * Opens a connection with the broker's options under the given ones.
   * @param {Carrier} carrier
   * @param {ConnectionOptions} [given]
   * @param {PingForm} [pingForm]
   */
  open(carrier, given = {}, pingForm = this.options.pingForm) {
    this.assertOpen();
    return openLink(carrier, option.over(this.options.connection, given), pingForm);
  }

  /**
   * Makes a connection a client.
   * @param {Connection} connection
   * @param {Arrival} arrival
   * @param {(client: BrokerClient) => void} [greet] gets the client before `onConnect` does
   */
  register(connection, { id: wanted, metadata }, greet) {
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
    const id = wanted === undefined || this.byId.has(wanted) ? randomId() : wanted;
    const topics = new Subscriptions(this.#topics, this.options.topicOf, connection);
    const client = new BrokerClient(id, connection, metadata, topics);
    this.byId.set(id, client);
    this.byConnection.set(handle.id, client);
    this.#topics.connect(handle);
    // Queued events are still sent, but the client is gone from the broker and its id is free.
    link.whenEnding(() => {
      this.byId.delete(id);
      this.#topics.disconnect(handle.id);
    });
    // Runs first: a listener of the application may throw.
    connection.prependOnceListener('close', (/** @type {CloseReason} */ reason) => {
      this.byConnection.delete(handle.id);
      guarded(() => this.options.onDisconnect?.(client, reason));
    });
    try {
      greet?.(client);
      this.options.onConnect?.(client);
    } catch (error) {
      connection.end();
      throw error;
    }
    return client;
  }
}

/** @param {{ id?: any, metadata?: any }} given */
function readArrival({ id, metadata }) {
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw option.invalid('`id` must be a string that is not empty');
  }
  /** @type {{ id: string | undefined, metadata: Record<string, unknown> }} */
  return { id, metadata: option.object('metadata', metadata) };
}

module.exports = { Clients, readArrival };
