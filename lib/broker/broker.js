'use strict';

/** @import { ConnectOptions, SSEBrokerOptions } from '../../types/broker.js' */
/** @import { CloseReason, ConnectionOptions, ServerSentEvent } from '../../index.js' */
/** @import { Request } from '../connection.js' */

const { randomBytes } = require('node:crypto');
const { Connection, kHandle, kOver } = require('../connection.js');
const { SluiceError, fromCore, typeError } = require('../error.js');
const event = require('../event.js');
const { start } = require('../hub.js');
const { guarded } = require('../listeners.js');
const option = require('../option.js');
const { BrokerClient } = require('./broker-client.js');
const { readBrokerOptions } = require('./broker-options.js');
const { Subscriptions } = require('./subscriptions.js');
const { assertTopic } = require('./topic.js');

/** For the routes: with what a client's connection opens, who decides over subscriptions, whether the broker is closed. */
const kConnectionOptions = Symbol('connectionOptions');
const kAuthorizeSubscribe = Symbol('authorizeSubscribe');
const kIsClosed = Symbol('isClosed');
/** An option of `connect` for the routes: a function that gets the client before `onConnect` does. */
const kGreet = Symbol('greet');

/** @param {(ConnectOptions<any> & { [kGreet]?: (client: BrokerClient) => void }) | undefined} options */
function readConnectOptions(options) {
  const { id, metadata, [kGreet]: greet, ...rest } = option.object('options', options);
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw typeError('ERR_SSE_OPTION', '`id` must be a string that is not empty');
  }
  return { id, metadata: option.object('metadata', metadata), greet, rest };
}

class SSEBroker {
  #options;
  #topics;
  /** @type {Map<string, BrokerClient>} */
  #clients = new Map();
  /**
   * By the core's id of their connections, until these are closed.
   * @type {Map<number, BrokerClient>}
   */
  #byConnection = new Map();
  #closed = false;

  /** @param {SSEBrokerOptions<any>} [options] */
  constructor(options) {
    this.#options = readBrokerOptions(options);
    const { maxPatterns, patternHistory, topic, wildcards } = this.#options;
    this.#topics = start().topics({ wildcards, maxPatterns, topic, patternHistory });
  }

  get [kConnectionOptions]() {
    return this.#options.connection;
  }

  get [kAuthorizeSubscribe]() {
    return this.#options.authorizeSubscribe;
  }

  get [kIsClosed]() {
    return this.#closed;
  }

  /**
   * @overload
   * @param {Pick<Request, 'headers'>} req what is one for {@link Connection}
   * @param {object} res
   * @param {ConnectOptions<any> & ConnectionOptions} [options]
   * @returns {BrokerClient}
   */
  /**
   * @overload
   * @param {Connection} connection
   * @param {ConnectOptions<any> & { [kGreet]?: (client: BrokerClient) => void }} [options]
   * @returns {BrokerClient}
   */
  /**
   * @param {any} first
   * @param {any} [second]
   * @param {any} [third]
   */
  connect(first, second, third) {
    if (this.#closed) {
      throw new SluiceError('ERR_SSE_BROKER_CLOSED', 'the broker is closed: create a new one');
    }
    const isOpen = first instanceof Connection;
    const { id, metadata, greet, rest } = readConnectOptions(isOpen ? second : third);
    const connection = isOpen
      ? first
      : new Connection(first, second, option.over(this.#options.connection, rest));
    return this.#register(connection, id, metadata, greet);
  }

  /** @param {string} id */
  disconnect(id) {
    const client = this.#clients.get(id);
    client?.connection.end();
    return client !== undefined;
  }

  /**
   * @param {string} id
   * @param {...string} topics
   */
  subscribe(id, ...topics) {
    const subscriptions = this.#clients.get(id)?.topics;
    // All or none; one that is not subscribed is checked all the same.
    if (topics.length > 1 || !subscriptions) for (const topic of topics) this.#check(topic);
    if (subscriptions) addAll(subscriptions, topics);
    return subscriptions !== undefined;
  }

  /**
   * @param {string} id
   * @param {...string} topics
   */
  unsubscribe(id, ...topics) {
    for (const topic of topics) assertTopic(topic);
    const subscriptions = this.#clients.get(id)?.topics;
    let wasSubscribed = false;
    for (const topic of topics) wasSubscribed = subscriptions?.delete(topic) || wasSubscribed;
    return wasSubscribed;
  }

  /**
   * @param {string} id
   * @param {ServerSentEvent} value
   */
  send(id, value) {
    const client = this.#clients.get(id);
    client?.connection.send(value);
    return client !== undefined;
  }

  /** @param {ServerSentEvent} value */
  broadcast(value) {
    return event.publish(this.#topics, undefined, value);
  }

  /**
   * @param {string} topic
   * @param {ServerSentEvent} value
   */
  broadcastToTopic(topic, value) {
    assertTopic(topic);
    return event.publish(this.#topics, topic, value);
  }

  clientCount() {
    return this.#clients.size;
  }

  /** @param {string} id */
  client(id) {
    return this.#clients.get(id);
  }

  clients() {
    return Array.from(this.#clients.values());
  }

  /** @param {string} topic */
  clientsByTopic(topic) {
    assertTopic(topic);
    let ids;
    try {
      ids = this.#topics.subscribers(topic);
    } catch (error) {
      throw fromCore(error);
    }
    return ids.flatMap((id) => this.#byConnection.get(id) ?? []);
  }

  topics() {
    return this.#topics.names();
  }

  async close() {
    this.#closed = true;
    const ended = Array.from(this.#byConnection.values(), ({ connection }) => connection.end());
    this.#topics.close();
    await Promise.all(ended);
  }

  /**
   * @param {Connection} connection
   * @param {string | undefined} wanted
   * @param {Record<string, unknown>} metadata
   * @param {((client: BrokerClient) => void) | undefined} greet
   */
  #register(connection, wanted, metadata, greet) {
    if (connection[kOver]) {
      throw new SluiceError(
        'ERR_SSE_GONE',
        'the connection is over: check connection.closed after anything asynchronous',
      );
    }
    const handle = connection[kHandle];
    const number = handle.id;
    if (this.#byConnection.has(number)) {
      throw typeError('ERR_SSE_TYPE', 'the connection has a client already: connect it once');
    }
    const id = wanted === undefined || this.#clients.has(wanted) ? randomId() : wanted;
    const topics = new Subscriptions(this.#topics, this.#options.topicOf, connection);
    const client = new BrokerClient(id, connection, metadata, topics);
    this.#clients.set(id, client);
    this.#byConnection.set(number, client);
    this.#topics.connect(handle);
    // What is queued for it may still be on its way, but it is no client any more, and its id is free.
    connection.once(kOver, () => {
      this.#clients.delete(id);
      this.#topics.disconnect(number);
    });
    // Before a listener of the application can fail.
    connection.prependOnceListener('close', (/** @type {CloseReason} */ reason) => {
      this.#byConnection.delete(number);
      guarded(() => this.#options.onDisconnect?.(client, reason));
    });
    try {
      greet?.(client);
      this.#options.onConnect?.(client);
    } catch (error) {
      connection.end();
      throw error;
    }
    return client;
  }

  /** @param {unknown} topic */
  #check(topic) {
    assertTopic(topic);
    try {
      this.#topics.check(topic);
    } catch (error) {
      throw fromCore(error);
    }
  }
}

/**
 * What the application says of a new topic may fail.
 * @param {Subscriptions} subscriptions
 * @param {string[]} topics
 */
function addAll(subscriptions, topics) {
  const added = topics.filter((topic) => !subscriptions.has(topic));
  try {
    for (const topic of added) subscriptions.add(topic);
  } catch (error) {
    for (const topic of added) subscriptions.delete(topic);
    throw error;
  }
}

/** 128 bits. */
const randomId = () => randomBytes(16).toString('base64url');

module.exports = { SSEBroker, kAuthorizeSubscribe, kConnectionOptions, kGreet, kIsClosed };
