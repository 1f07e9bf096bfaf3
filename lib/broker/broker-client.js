'use strict';

/** A client of a broker. */

/** @import { Connection } from '../connection/connection.js' */
/** @import { Subscriptions } from './subscriptions.js' */

const { randomBytes } = require('node:crypto');

class BrokerClient {
  /** @type {string | undefined} */
  #secret;

  /**
   * @param {string} id
   * @param {Connection} connection
   * @param {Record<string, unknown>} metadata
   * @param {Subscriptions} topics
   */
  constructor(id, connection, metadata, topics) {
    this.id = id;
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

module.exports = { BrokerClient };
