'use strict';

/** @import { AddClientOptions, SSE, SSEConfig } from '../../fetch.js' */
/** @import { ConnectionOptions } from '../../index.js' */
/** @import { BrokerClient } from '../broker/broker-client.js' */
/** @import { PingForm } from '../connection-options.js' */

const { validateHeaderName, validateHeaderValue } = require('node:http');
const { SSEBroker } = require('../broker/broker.js');
const { kPingForm } = require('../connection.js');
const { typeError } = require('../error.js');
const option = require('../option.js');
const { FetchClient } = require('./client.js');
const { ClientController } = require('./controller.js');
const { decoded } = require('./cursor.js');
const { PosingResponse, poseAsRequest } = require('./exchange.js');
const { follow, readOutgoing } = require('./outgoing.js');

const MAX_RETRY = 2 ** 32 - 1;

/** @param {SSEConfig | undefined} config */
function createBroker(config) {
  const given = option.object('config', config);
  const { headers, maxQueueBytes, stallTimeout, topic } = given;
  const retry = option.whole('retryInterval', given.retryInterval, 3000, 0, MAX_RETRY);
  assertHeaders(headers);
  /** @type {ConnectionOptions & { [kPingForm]: PingForm }} */
  const connection = {
    retry,
    headers,
    maxQueueBytes,
    stallTimeout,
    ...option.pick(given, 'maxLifetime'),
    [kPingForm]: 'time',
  };
  const own = option.pick(given, 'maxQueueEvents', 'pingInterval');
  return new SSEBroker({
    ...option.over({ maxQueueEvents: 0 }, own),
    connection,
    topic,
    wildcards: false,
  });
}

/**
 * Now, and not at every client.
 * @param {SSEConfig['headers']} headers
 */
function assertHeaders(headers) {
  for (const [name, value] of Object.entries(option.object('headers', headers))) {
    try {
      validateHeaderName(name);
      if (value !== undefined)
        for (const each of [value].flat()) validateHeaderValue(name, String(each));
    } catch (cause) {
      const { message } = /** @type {Error} */ (cause);
      const error = typeError('ERR_SSE_OPTION', `\`headers\` cannot be sent: ${message}`);
      error.cause = cause;
      throw error;
    }
  }
}

/** @param {AddClientOptions} given */
function readCursor(given) {
  const [name, value] = option.named(given, 'lastEventId');
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return decoded(value);
  throw typeError('ERR_SSE_OPTION', `\`${name}\` must be a string, not a ${typeof value}`);
}

/**
 * @param {unknown} event
 * @param {unknown} data
 * @param {string} [id]
 * @returns {any}
 */
function toEvent(event, data, id) {
  if (typeof event !== 'string') {
    throw typeError('ERR_SSE_TYPE', `\`event\` must be a string, but it is a ${typeof event}`);
  }
  if (data === undefined) {
    throw typeError('ERR_SSE_DATA', 'clients drop an event without data: pass null or a string');
  }
  return { event, data, id };
}

/**
 * @param {SSEConfig} [config]
 * @returns {SSE}
 */
function createSSE(config) {
  const broker = createBroker(config);
  /** @type {WeakMap<BrokerClient, FetchClient>} */
  const clients = new WeakMap();

  const clientOf = (/** @type {BrokerClient} */ member) =>
    /** @type {FetchClient} */ (clients.get(member));

  return {
    addClient(options) {
      const given = option.object('options', options);
      const request = poseAsRequest(readCursor(given));
      const outgoing = readOutgoing(given.outgoing);
      const response = new PosingResponse();
      const member = broker.connect(request, response);
      const client = new FetchClient(member, new ClientController(member.connection, response));
      clients.set(member, client);
      if (outgoing) follow(outgoing, member.connection, response);
      return { client, response: response.toResponse() };
    },

    removeClient(clientId) {
      broker.disconnect(clientId);
    },

    getClient(clientId) {
      const member = broker.client(clientId);
      return member && clientOf(member);
    },

    subscribe: (clientId, channel) => broker.subscribe(clientId, channel),
    unsubscribe: (clientId, channel) => broker.unsubscribe(clientId, channel),

    broadcast(channel, event, data, id) {
      broker.broadcastToTopic(channel, toEvent(event, data, id));
    },

    broadcastAll(event, data, id) {
      broker.broadcast(toEvent(event, data, id));
    },

    sendTo: (clientId, event, data, id) => broker.send(clientId, toEvent(event, data, id)),
    getClients: () => broker.clients().map(clientOf),
    getClientsByChannel: (channel) => broker.clientsByTopic(channel).map(clientOf),

    shutdown() {
      broker.close();
    },
  };
}

module.exports = { createSSE };
