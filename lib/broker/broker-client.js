'use strict';

/** A client of a broker. */

/** @import { Connection } from '../connection/connection.js' */
/** @import { Subscriptions } from './subscriptions.js' */

const { randomBytes } = require('node:crypto');
const { printable } = require('../core/printable.js');

/**
 * The id that the application gave to a client, if any.
 * @type {(client: BrokerClient) => string | undefined}
 */
let wantedId;
/**
 * Sets a client's metadata for presence.
 * @type {(client: BrokerClient, value: unknown) => void}
 */
let show;
/** @type {(client: BrokerClient) => unknown} */
let shownOf;

class BrokerClient {
  #secret;
  #wanted;
  /** Its metadata for presence; undefined if it takes no part in presence. */
  #shown = /** @type {unknown} */ (undefined);

  static {
    show = (client, value) => {
      client.#shown = value;
    };
    shownOf = (client) => client.#shown;
    wantedId = (client) => client.#wanted;
  }

  /**
   * @param {{ id: string, secret?: string, wanted?: string }} identity
   * @param {Connection} connection
   * @param {Record<string, unknown>} metadata
   * @param {Subscriptions} topics
   */
  constructor({ id, secret, wanted }, connection, metadata, topics) {
    this.id = id;
    this.#secret = secret;
    this.#wanted = wanted;
    this.connection = connection;
    this.metadata = metadata;
    this.topics = topics;
    this.createdAt = new Date(connection.timestamp);
  }

  get lastEventId() {
    return this.connection.lastEventId;
  }

  get lastEventID() {
    return this.lastEventId;
  }

  get secret() {
    this.#secret ??= randomBytes(32).toString('base64url');
    return this.#secret;
  }
}

// Omits the secret, which must not appear in logs.
printable(BrokerClient.prototype, 'BrokerClient', (/** @type {BrokerClient} */ client) => ({
  id: client.id,
  topics: [...client.topics],
  metadata: client.metadata,
  createdAt: client.createdAt,
  connection: client.connection,
}));

module.exports = { BrokerClient, show, shownOf, wantedId };
