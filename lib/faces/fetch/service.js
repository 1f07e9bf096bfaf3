'use strict';

/** `createSSE`: clients and channels that answer with Fetch `Response`s. */

/** @import { AddClientOptions, SSE, SSEConfig } from '../../../fetch.js' */
/** @import { BrokerClient } from '../../broker/broker-client.js' */

const { validateHeaderName, validateHeaderValue } = require('node:http');
const { SSEBroker, clientsOf } = require('../../broker/broker.js');
const { readArrival } = require('../../broker/clients.js');
const { BodyCarrier } = require('../../carrier/body-carrier.js');
const { readCursor } = require('../../carrier/cursor.js');
const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { printable } = require('../../core/printable.js');
const { FetchClient } = require('./client.js');
const { ClientController } = require('./controller.js');
const { readOutgoing } = require('./outgoing.js');

/** @type {option.Names<SSEConfig>} */
const CONFIG_NAMES = {
  pingInterval: true,
  heartbeatInterval: true,
  retryInterval: true,
  maxQueueEvents: true,
  eventBufferSize: true,
  topic: true,
  backplane: true,
  name: true,
  headers: true,
  limits: true,
  maxLifetime: true,
  timeout: true,
  maxLifetimeJitter: true,
  maxQueueBytes: true,
  stallTimeout: true,
  compress: true,
};
/** @type {option.Names<AddClientOptions>} */
const CLIENT_NAMES = {
  lastEventId: true,
  lastEventID: true,
  outgoing: true,
  expiresAt: true,
  onGap: true,
  reauthorize: true,
  resume: true,
};

/** @param {SSEConfig | undefined} config */
function createBroker(config) {
  const given = option.object('config', config, CONFIG_NAMES);
  const { compress, headers, limits, maxQueueBytes, stallTimeout, topic } = given;
  const retry = option.count('retryInterval', given.retryInterval, 3000);
  assertHeaders(headers);
  const { maxLifetimeJitter } = given;
  const lifetime = { ...option.pick(given, 'maxLifetime'), maxLifetimeJitter };
  const bounds = { limits, maxQueueBytes, stallTimeout, ...lifetime };
  const connection = { retry, headers, compress, ...bounds };
  const own = option.pick(given, 'maxQueueEvents', 'pingInterval');
  // Ids are always new, so clients never resume a session.
  const options = { ...option.over({ maxQueueEvents: 0 }, own), sessionTimeout: 0 };
  const { backplane, name } = given;
  const names = { wildcards: false, topicField: false, backplane, name };
  return new SSEBroker({ ...options, ...names, connection, topic }, 'time');
}

/**
 * Checks headers once, instead of failing for every client.
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
      throw option.invalid(`\`headers\` cannot be sent: ${message}`, { cause });
    }
  }
}

/** @param {AddClientOptions} given */
function cursorOf(given) {
  const [name, value] = option.named(given, 'lastEventId');
  if (typeof value === 'string' || value === undefined || value === null) return readCursor(value);
  throw option.wrongType(name, 'a string', value);
}

/**
 * @param {unknown} event
 * @param {unknown} data
 * @param {string} [id]
 * @returns {any}
 */
function toEvent(event, data, id) {
  option.assertString('event', event);
  if (data === undefined) {
    throw typeError('ERR_SSE_DATA', '`data` is missing: pass it after the name, or null');
  }
  return { event, data, id };
}

/** @param {string} channel */
function oneChannel(channel) {
  if (!Array.isArray(channel)) return channel;
  throw typeError(
    'ERR_SSE_TOPIC',
    'a channel must be a string, but it is an array: call it for each',
  );
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

  /** @type {SSE} */
  const service = {
    addClient(options) {
      const given = option.object('options', options, CLIENT_NAMES);
      const carrier = new BodyCarrier(cursorOf(given), readOutgoing(given.outgoing));
      const { expiresAt, onGap, reauthorize, resume } = given;
      const own = { expiresAt, onGap, reauthorize, resume };
      const { link, connection } = clientsOf(broker).open(carrier, own);
      link.begin();
      const member = clientsOf(broker).register(connection, readArrival({}));
      const client = new FetchClient(member, new ClientController(connection, carrier));
      clients.set(member, client);
      carrier.follow();
      return { client, response: carrier.toResponse() };
    },

    removeClient(clientId) {
      broker.disconnect(clientId);
    },

    getClient(clientId) {
      const member = broker.client(clientId);
      return member && clientOf(member);
    },

    subscribe: (clientId, channel) => broker.subscribe(clientId, oneChannel(channel)),
    unsubscribe: (clientId, channel) => broker.unsubscribe(clientId, oneChannel(channel)),

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
  const describe = () => ({ clients: broker.clientCount(), channels: broker.topics().length });
  return printable(service, 'SSE', describe);
}

module.exports = { createSSE };
