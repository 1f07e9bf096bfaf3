'use strict';

/** A client of the broker, as `createSSE` exposes it. */

/** @import { SSEClient } from '../../../fetch.js' */
/** @import { BrokerClient } from '../../broker/broker-client.js' */
/** @import { ClientController } from './controller.js' */

const { printable } = require('../../core/printable.js');

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

  /** Not an own property, so printing or serialising a client omits the connection. */
  get connection() {
    return this.#connection;
  }
}

printable(FetchClient.prototype, 'SSEClient', (/** @type {FetchClient} */ client) => ({
  id: client.id,
  channels: [...client.channels],
  createdAt: client.createdAt,
  lastEventId: client.lastEventId,
}));

module.exports = { FetchClient };
