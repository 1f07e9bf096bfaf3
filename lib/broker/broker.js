'use strict';

/** The public class of the broker: clients by id, and topics by name. */

/** @import { ConnectOptions, SSEBrokerOptions } from '../../types/broker.js' */
/** @import { TopicEventsOptions } from '../../types/events.js' */
/** @import { ConnectionOptions, ServerSentEvent } from '../../index.js' */
/** @import { DrainOptions, DrainResult } from '../../types/drain.js' */
/** @import { Request } from '../carrier/carrier.js' */
/** @import { PingForm } from '../connection/connection-options.js' */
/** @import { BrokerClient } from './broker-client.js' */

const { carrierOf } = require('../carrier/node-response.js');
const { Connection, linkOf } = require('../connection/connection.js');
const { CONNECTION_NAMES } = require('../connection/connection-options.js');
const { drainConnections, readDrainOptions } = require('../connection/drain.js');
const event = require('../connection/event.js');
const { EVENTS_NAMES, Loops } = require('../connection/read-events.js');
const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { printable } = require('../core/printable.js');
const { addAll } = require('./add-all.js');
const { readBrokerOptions } = require('./broker-options.js');
const { ARRIVAL_NAMES, Clients, readArrival } = require('./clients.js');
const { Subscriptions } = require('./subscriptions.js');
const { assertTopic } = require('./topic.js');

/** The options of `connect()`, which opens the connection. */
const CONNECT_NAMES = { ...ARRIVAL_NAMES, ...CONNECTION_NAMES };
const COUNT_NAMES = { everywhere: true };
const { snapshot: _, ...TOPIC_EVENTS_NAMES } = EVENTS_NAMES;

/** @type {(broker: SSEBroker) => Clients} */
let clientsOf;

class SSEBroker {
  #topics;
  /** Sends an event to a topic, or to all clients. */
  #send;
  #clients;
  /** The open loops of `events()`. */
  #loops = new Loops();
  /** Whether events go through a backplane. */
  #isShared;
  /** @type {Promise<DrainResult> | undefined} */
  #drained;

  static {
    clientsOf = (broker) => broker.#clients;
  }

  /**
   * @param {SSEBrokerOptions<any>} [options]
   * @param {PingForm} [pingForm] for faces, whose pings may differ
   */
  constructor(options, pingForm) {
    const all = readBrokerOptions(options, pingForm);
    const { maxPatterns, maxTopicsTotal: maxTopics, patternHistory, topic, wildcards } = all;
    const { shared, topicField } = all;
    const names = { wildcards, maxPatterns, maxTopics, topicField };
    const settings = { ...names, topic, patternHistory };
    this.#topics = start().topics(settings, shared?.handle, shared?.name);
    this.#send = this.#topics.sender();
    this.#isShared = shared !== undefined;
    this.#clients = new Clients(all, this.#topics);
  }

  /**
   * @overload
   * @param {Pick<Request, 'headers'>} req as for {@link Connection}
   * @param {object} res
   * @param {ConnectOptions<any> & ConnectionOptions} [options]
   * @returns {BrokerClient}
   */
  /**
   * @overload
   * @param {Connection} connection
   * @param {ConnectOptions<any>} [options]
   * @returns {BrokerClient}
   */
  /**
   * @param {any} first
   * @param {any} [second]
   * @param {any} [third]
   */
  connect(first, second, third) {
    const clients = this.#clients;
    const isOpen = first instanceof Connection;
    const given = option.object(
      'options',
      isOpen ? second : third,
      isOpen ? ARRIVAL_NAMES : CONNECT_NAMES,
    );
    const { id, metadata, ...rest } = given;
    const arrival = readArrival({ id, metadata });
    if (isOpen) return clients.register(first, arrival);
    const { link, connection } = clients.open(carrierOf(first, second), rest);
    link.begin();
    return clients.register(connection, arrival);
  }

  /** @param {string} id */
  disconnect(id) {
    return this.#clients.disconnect(id) || this.#elsewhere('disconnect', id);
  }

  /**
   * @param {string} id
   * @param {...string} topics
   */
  subscribe(id, ...topics) {
    const subscriptions = this.#clients.byId.get(id)?.topics;
    // All or none. A topic is checked even if the client does not exist.
    if (topics.length > 1 || !subscriptions) for (const topic of topics) this.#check(topic);
    if (subscriptions) addAll(subscriptions, topics);
    return subscriptions !== undefined || this.#elsewhere('subscribe', id, topics);
  }

  /**
   * @param {string} id
   * @param {...string} topics
   */
  unsubscribe(id, ...topics) {
    for (const topic of topics) assertTopic(topic);
    const subscriptions = this.#clients.byId.get(id)?.topics;
    if (!subscriptions) return this.#elsewhere('unsubscribe', id, topics);
    let wasSubscribed = false;
    for (const topic of topics) wasSubscribed = subscriptions.delete(topic) || wasSubscribed;
    return wasSubscribed;
  }

  /**
   * @param {string} id
   * @param {ServerSentEvent} value
   */
  send(id, value) {
    const client = this.#clients.byId.get(id);
    if (!client) return this.#clients.nodes !== undefined && this.#sendElsewhere(id, value);
    client.connection.send(value);
    return true;
  }

  /** @param {ServerSentEvent} value */
  broadcast(value) {
    return event.send(this.#send, undefined, value);
  }

  /**
   * @param {string} topic
   * @param {ServerSentEvent} value
   */
  broadcastToTopic(topic, value) {
    assertTopic(topic);
    return event.send(this.#send, topic, value);
  }

  /**
   * @param {string} topic
   * @param {ServerSentEvent} value
   * @returns {Promise<{ id: string | undefined }>}
   */
  async publish(topic, value) {
    assertTopic(topic);
    if (this.#isShared) return event.publishSharedTopic(this.#topics, topic, value);
    event.send(this.#send, topic, value);
    const minted = event.hasData(value) ? this.#topics.mintedId(topic) : undefined;
    return { id: value.id ?? minted ?? undefined };
  }

  /**
   * @param {string | readonly string[]} topics
   * @param {TopicEventsOptions<any>} [options]
   */
  events(topics, options) {
    const names = /** @type {string[]} */ ([topics].flat());
    for (const topic of names) this.#check(topic);
    const join = (/** @type {Connection} */ connection) => this.#join(connection, names);
    return this.#loops.read(options, join, TOPIC_EVENTS_NAMES);
  }

  /**
   * Subscribes a loop. The core treats it as a client, but the broker does not list it.
   * @param {Connection} connection
   * @param {string[]} topics
   */
  #join(connection, topics) {
    const { options } = this.#clients;
    this.#clients.assertOpen();
    const subscriptions = new Subscriptions(this.#topics, options.topicOf, connection);
    this.#topics.connect(linkOf(connection).handle);
    addAll(subscriptions, topics);
  }

  /** @param {{ everywhere?: boolean }} [options] */
  clientCount(options) {
    const { byId, nodes } = this.#clients;
    const { everywhere } = option.object('options', options, COUNT_NAMES);
    const isEverywhere = option.boolean('everywhere', everywhere, false);
    return byId.size + (isEverywhere ? (nodes?.clientCount ?? 0) : 0);
  }

  /** @param {string} topic */
  presence(topic) {
    assertTopic(topic);
    return this.#clients.nodes?.members(topic) ?? [];
  }

  /** @param {string} id */
  client(id) {
    return this.#clients.byId.get(id);
  }

  clients() {
    return Array.from(this.#clients.byId.values());
  }

  /** @param {string} topic */
  clientsByTopic(topic) {
    assertTopic(topic);
    const ids = callCore(() => this.#topics.subscribers(topic));
    return ids.flatMap((id) => this.#clients.byConnection.get(id) ?? []);
  }

  topics() {
    return this.#topics.names();
  }

  get draining() {
    return this.#clients.draining.hasBegun;
  }

  /** @param {DrainOptions} [options] */
  drain(options) {
    this.#drained ??= this.#drain(readDrainOptions(options));
    return this.#drained;
  }

  /** @param {ReturnType<typeof readDrainOptions>} settings */
  #drain(settings) {
    const { byConnection, draining } = this.#clients;
    // This includes connections that have ended but still flush their last events.
    const over = drainConnections(settings, [...byConnection.keys()]);
    draining.begin(settings.retry);
    return over.then(async (result) => {
      await this.close();
      return result;
    });
  }

  async close() {
    const clients = this.#clients;
    clients.isClosed = true;
    const ended = Array.from(clients.byConnection.values(), ({ connection }) => connection.end());
    this.#loops.end();
    clients.sessions.clear();
    clients.nodes?.close();
    this.#topics.close();
    await Promise.all(ended);
  }

  /**
   * @param {string} id
   * @param {ServerSentEvent} value
   */
  #sendElsewhere(id, value) {
    // Validates the event here, where the caller gets the error.
    const [eventId, name, data, retry, comment] = event.fields(value);
    return this.#elsewhere('send', id, { id: eventId, event: name, data, retry, comment });
  }

  /**
   * Calls an action on the node that has a client. Returns false if the client is unknown.
   * @param {string} name
   * @param {string} id
   * @param {...unknown} args
   */
  #elsewhere(name, id, ...args) {
    return this.#clients.nodes?.call(name, id, ...args) ?? false;
  }

  /** @param {unknown} topic */
  #check(topic) {
    assertTopic(topic);
    callCore(() => this.#topics.check(topic));
  }
}

printable(SSEBroker.prototype, 'SSEBroker', (/** @type {SSEBroker} */ broker) => ({
  clients: broker.clientCount(),
  topics: broker.topics().length,
  draining: broker.draining,
  closed: clientsOf(broker).isClosed,
}));

module.exports = { SSEBroker, clientsOf };
