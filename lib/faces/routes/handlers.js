'use strict';

/** The handlers of the routes: connect, subscribe, unsubscribe and statistics. */

/** @import { BrokerClient } from '../../broker/broker-client.js' */
/** @import { SSEBroker } from '../../broker/broker.js' */
/** @import { Exchange, Handler } from './exchange.js' */
/** @import { SetupOptions } from './options.js' */

const { clientsOf } = require('../../broker/broker.js');
const { ARRIVAL_NAMES, readArrival } = require('../../broker/clients.js');
const { DrainingError, everything } = require('../../core/draining.js');
const { LimitError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { readClaim } = require('./claim.js');
const { ClientElsewhere, proveElsewhere } = require('./elsewhere.js');
const { readJSON, prove, readRequest, unproven } = require('./request.js');
const { Denial, Refusal, allows, failure, isSettled } = require('./exchange.js');

/**
 * `GET /connect`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function connecting(broker, { identify, heartbeat, pingInterval }) {
  const clients = clientsOf(broker);
  const { connection, pingForm } = clients.options;
  const options = option.over(connection, { pingInterval });
  /**
   * @param {BrokerClient} client
   * @param {boolean} resumed
   */
  const greet = ({ connection, id, secret }, resumed) => {
    connection.send({ event: 'connected', data: { clientId: id, secret, resumed } });
  };
  return async (exchange) => {
    try {
      // Checked before the hooks, which may be costly.
      everything.assertNot();
      clients.draining.assertNot();
      const arrival = (await identify?.(exchange.request)) ?? {};
      const isClient = exchange.req.method !== 'HEAD';
      const claim = isClient ? readClaim(exchange) : undefined;
      const moved = claim && (await clients.moveIn(claim, readArrival(arrival).id));
      if (isSettled(exchange)) {
        if (moved) clients.sessions.put(moved);
        return undefined;
      }
      option.object('identify()', arrival, ARRIVAL_NAMES);
      exchange.open(options, heartbeat ?? pingForm, (connection) => {
        // HEAD gets only the head, so its request never becomes a client.
        if (!isClient) return;
        clients.register(connection, { ...readArrival(arrival), claim, moved }, greet);
      });
    } catch (error) {
      const { code } = /** @type {any} */ (error ?? {});
      // The hooks may throw the same codes for other clients and brokers.
      if (code === 'ERR_SSE_GONE' && isSettled(exchange)) return undefined;
      if (error instanceof DrainingError) {
        const { headers, message, statusCode } = error;
        exchange.setHeader('Retry-After', headers['Retry-After']);
        throw new Refusal(statusCode, error.code, message);
      }
      if (code === 'ERR_SSE_BROKER_CLOSED' && clients.isClosed) {
        throw new Refusal(503, code, 'the server is closing');
      }
      if (error instanceof LimitError) throw refusalOf(error, exchange);
      throw failure(error, 'ERR_SSE_CONNECT', 'the client could not be connected: see the cause');
    }
    return undefined;
  };
}

/**
 * @param {LimitError} error
 * @param {Exchange} exchange
 */
function refusalOf({ code, headers, message, statusCode }, exchange) {
  for (const [name, value] of Object.entries(headers)) exchange.setHeader(name, value);
  return new Refusal(statusCode, code, message);
}

/** Matches a wildcard in a topic name. */
const WILDCARD = /(?:^|\.)[*>](?:$|\.)/;

/** Replaces the core's message, which names an option of the application. */
const PATTERN_LIMIT = 'the client has the maximum number of patterns: unsubscribe from some first';

/**
 * `POST /subscribe`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function subscribing(broker, options) {
  const { authorizeSubscribe = clientsOf(broker).options.authorizeSubscribe, maxTopics } = options;
  /**
   * @param {Exchange} exchange
   * @param {string} clientId
   * @param {string} topic
   */
  const mayHave = (exchange, clientId, topic) => {
    if (!authorizeSubscribe) return !WILDCARD.test(topic);
    return allows(exchange, 'authorizeSubscribe', (request) =>
      authorizeSubscribe(request, clientId, topic),
    );
  };
  return async (exchange) => {
    const asked = await read(exchange, broker, options.bodyLimit);
    if (!asked) return undefined;
    const { client, topics } = asked;
    if (!(client instanceof ClientElsewhere)) assertRoom(client, topics, maxTopics);
    // Sequential: the client must not control how many hooks run at once.
    const denied = [];
    for (const topic of topics) {
      if (!(await mayHave(exchange, client.id, topic))) denied.push(topic);
    }
    if (denied.length > 0) throw new Denial(denied);
    if (client instanceof ClientElsewhere) {
      await subscribe(exchange, () => client.subscribe(topics, maxTopics), maxTopics);
      return { status: 200, body: { success: true, topics } };
    }
    // Meanwhile the client may have disconnected, its id may belong to another client, or another
    // request may have subscribed it.
    if (broker.client(client.id) !== client) throw unproven();
    assertRoom(client, topics, maxTopics);
    await subscribe(exchange, () => broker.subscribe(client.id, ...topics), maxTopics);
    return { status: 200, body: { success: true, topics } };
  };
}

/**
 * `POST /unsubscribe`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function unsubscribing(broker, { bodyLimit }) {
  return async (exchange) => {
    const asked = await read(exchange, broker, bodyLimit);
    if (!asked) return undefined;
    const { client, topics } = asked;
    if (client instanceof ClientElsewhere) await client.unsubscribe(topics);
    else for (const topic of topics) client.topics.delete(topic);
    return { status: 200, body: { success: true, topics } };
  };
}

/**
 * Resolves with the topics of a request and its client, after checking the secret. Resolves with
 * undefined if the client disconnects first.
 * @param {Exchange} exchange
 * @param {SSEBroker} broker
 * @param {number} bodyLimit
 */
async function read(exchange, broker, bodyLimit) {
  const message = await readJSON(exchange.headers, exchange.body(), bodyLimit);
  if (message === undefined && isSettled(exchange)) return undefined;
  const { clientId, secret, topics } = readRequest(message);
  return { client: await proved(broker, clientId, secret), topics };
}

/**
 * Returns the client that a request names, from this process or another one.
 * @param {SSEBroker} broker
 * @param {string} id
 * @param {unknown} secret
 */
function proved(broker, id, secret) {
  const { nodes } = clientsOf(broker);
  try {
    return prove(broker, id, secret);
  } catch (error) {
    if (secret === undefined || !nodes?.hasPeers) throw error;
    // Also for a wrong secret of a client here: timing must not reveal where a client is connected.
    return proveElsewhere(nodes, id, secret);
  }
}

/**
 * @param {BrokerClient} client
 * @param {string[]} topics
 * @param {number} maxTopics
 */
function assertRoom(client, topics, maxTopics) {
  const added = topics.filter((topic) => !client.topics.has(topic));
  if (added.length === 0 || client.topics.size + added.length <= maxTopics) return;
  throw noRoom(maxTopics);
}

/** @param {number} maxTopics */
const noRoom = (maxTopics) =>
  new Refusal(
    403,
    'ERR_SSE_TOPIC_LIMIT',
    `a client may subscribe to at most ${maxTopics} topics: unsubscribe from some first`,
  );

/**
 * @param {Exchange} exchange
 * @param {() => unknown} act subscribes the client
 * @param {number} maxTopics
 */
async function subscribe(exchange, act, maxTopics) {
  try {
    await act();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { code, message } = /** @type {any} */ (error ?? {});
    if (code === 'ERR_SSE_TOPIC') throw new Refusal(400, code, message);
    if (code === 'ERR_SSE_TOPIC_LIMIT' && message === 'room') throw noRoom(maxTopics);
    if (code === 'ERR_SSE_TOPIC_LIMIT') throw new Refusal(403, code, PATTERN_LIMIT);
    if (error instanceof LimitError) throw refusalOf(error, exchange);
    throw failure(error, 'ERR_SSE_SUBSCRIBE', 'the client could not be subscribed: see the cause');
  }
}

/**
 * `GET /stats`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function statistics(broker, { stats }) {
  return async (exchange) => {
    if (typeof stats === 'function' && !(await allows(exchange, 'stats', stats))) {
      throw new Refusal(403, 'ERR_SSE_STATS_DENIED', 'forbidden');
    }
    const body = { clientCount: broker.clientCount(), topicCount: broker.topics().length };
    return { status: 200, body };
  };
}

module.exports = { connecting, statistics, subscribing, unsubscribing };
