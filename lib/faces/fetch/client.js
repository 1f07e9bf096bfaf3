'use strict';

/** @import { SSEClient } from '../../../fetch.js' */
/** @import { BrokerClient } from '../../broker/broker-client.js' */
/** @import { ClientController } from './controller.js' */

/** A client of the broker as the service shows it. */
class FetchClient {
  #connection;

  /**
   * @param {BrokerClient} member
   * @param {ClientController} controller
   */
  constructor({ id, topics, createdAt, lastEventId, connection }, controller) {
    this.id = id;
    this.channels = topics;
    this.controller = /** @type {SSEClient['controller']} */ (controller);
    this.createdAt = createdAt;
    this.lastEventId = lastEventId;
    this.#connection = connection;
  }

  /** Not among its own properties: who prints or serialises a client does not mean the whole connection. */
  get connection() {
    return this.#connection;
  }
}

module.exports = { FetchClient };
