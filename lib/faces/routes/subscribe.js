'use strict';

/** @import { BrokerClient } from '../../broker/broker-client.js' */
/** @import { SSEBroker } from '../../broker/broker.js' */
/** @import { SetupOptions } from './options.js' */
/** @import { Exchange, Handler } from './routes.js' */

const { kAuthorizeSubscribe } = require('../../broker/broker.js');
const { readJSON } = require('./body.js');
const { failure } = require('./failure.js');
const { allows } = require('./hook.js');
const { Refusal } = require('./refusal.js');
const { prove, readRequest, unproven } = require('./request.js');

/** A token of a name that stands for others. */
const WILDCARD = /(?:^|\.)[*>](?:$|\.)/;

/** The core's message also tells the application about its option. */
const PATTERN_LIMIT = 'a client may be subscribed to no more patterns: unsubscribe from some first';

/**
 * `POST /subscribe`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function subscribing(broker, options) {
  const { authorizeSubscribe = broker[kAuthorizeSubscribe], maxTopics } = options;
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
    assertRoom(client, topics, maxTopics);
    // One after another: a client is not to choose how much is asked at once.
    for (const topic of topics) {
      if (await mayHave(exchange, client.id, topic)) continue;
      throw new Refusal(403, 'ERR_SSE_TOPIC_DENIED', 'a topic is not allowed: none was subscribed');
    }
    // Meanwhile it may have left, its id be another's, or another request have subscribed it.
    if (broker.client(client.id) !== client) throw unproven();
    assertRoom(client, topics, maxTopics);
    subscribe(broker, client, topics);
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
    for (const topic of topics) client.topics.delete(topic);
    return { status: 200, body: { success: true, topics } };
  };
}

/**
 * What a client wants that has proved to be the one it names; undefined when it left meanwhile.
 * @param {Exchange} exchange
 * @param {SSEBroker} broker
 * @param {number} bodyLimit
 */
async function read(exchange, broker, bodyLimit) {
  const message = await readJSON(exchange.headers, exchange.body, bodyLimit);
  if (message === undefined && exchange.over) return undefined;
  const { clientId, secret, topics } = readRequest(message);
  return { client: prove(broker, clientId, secret), topics };
}

/**
 * @param {BrokerClient} client
 * @param {string[]} topics
 * @param {number} maxTopics
 */
function assertRoom(client, topics, maxTopics) {
  const added = topics.filter((topic) => !client.topics.has(topic));
  if (added.length === 0 || client.topics.size + added.length <= maxTopics) return;
  throw new Refusal(
    403,
    'ERR_SSE_TOPIC_LIMIT',
    `a client may be subscribed to ${maxTopics} topics at most: unsubscribe from some first`,
  );
}

/**
 * @param {SSEBroker} broker
 * @param {BrokerClient} client
 * @param {string[]} topics
 */
function subscribe(broker, client, topics) {
  try {
    broker.subscribe(client.id, ...topics);
  } catch (error) {
    const { code, message } = /** @type {any} */ (error ?? {});
    if (code === 'ERR_SSE_TOPIC') throw new Refusal(400, code, message);
    if (code === 'ERR_SSE_TOPIC_LIMIT') throw new Refusal(403, code, PATTERN_LIMIT);
    throw failure(error, 'ERR_SSE_SUBSCRIBE', 'the client could not be subscribed: see the cause');
  }
}

module.exports = { subscribing, unsubscribing };
