'use strict';

/** Reads the options of a broker. */

/** @import { SSEBrokerOptions, TopicOptions } from '../../types/broker.js' */
/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Names } from '../core/option.js' */
/** @import { PingForm } from '../connection/connection-options.js' */

/** @typedef {ReturnType<typeof readBrokerOptions>} BrokerOptions */
/** @typedef {NonNullable<ReturnType<typeof readShared>>} Shared */

const { assertBackplane, handleOf } = require('../backplane/backplane.js');
const { readPrefix } = require('../backplane/options.js');
const {
  HISTORY_NAMES,
  PATTERNS,
  TOPIC,
  TOPIC_NAMES,
  readChannelOptions,
} = require('../channel/channel-options.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const option = require('../core/option.js');
const { readNodesOptions } = require('./nodes/nodes-options.js');

/** @type {Names<SSEBrokerOptions>} */
const BROKER_NAMES = {
  maxQueueEvents: true,
  eventBufferSize: true,
  pingInterval: true,
  heartbeatInterval: true,
  heartbeat: true,
  connection: true,
  topic: true,
  wildcards: true,
  topicField: true,
  maxPatterns: true,
  maxTopicsTotal: true,
  patternHistory: true,
  backplane: true,
  name: true,
  sessionTimeout: true,
  presence: true,
  presenceDelay: true,
  onJoin: true,
  onLeave: true,
  onConnect: true,
  onDisconnect: true,
  authorizeSubscribe: true,
};

const HEARTBEATS = /** @type {const} */ (['comment', 'event']);

/**
 * @param {SSEBrokerOptions<any> | undefined} options
 * @param {PingForm} [pingForm] instead of the `heartbeat` option
 */
function readBrokerOptions(options, pingForm) {
  const given = option.object('options', options, BROKER_NAMES);
  /** @type {ConnectionOptions} */
  const defaults = {
    pingInterval: option.time(...option.named(given, 'pingInterval'), 30_000),
    maxQueueEvents: option.count(...option.named(given, 'maxQueueEvents'), 1000),
  };
  const connection = option.over(defaults, option.object('connection', given.connection));
  readConnectionOptions(connection);
  const shared = readShared(given, 'main');
  return {
    connection,
    pingForm: pingForm ?? option.oneOf('heartbeat', given.heartbeat, HEARTBEATS, 'comment'),
    ...readTopic(given.topic),
    wildcards: option.boolean('wildcards', given.wildcards, true),
    topicField: option.boolean('topicField', given.topicField, true),
    maxPatterns: option.count('maxPatterns', given.maxPatterns, 100),
    maxTopicsTotal: option.count('maxTopicsTotal', given.maxTopicsTotal, 100_000),
    patternHistory: readChannelOptions(
      option.object('patternHistory', given.patternHistory, HISTORY_NAMES),
      PATTERNS,
    ),
    shared,
    sessionTimeout: option.time('sessionTimeout', given.sessionTimeout, 60_000),
    nodes: readNodesOptions(given, shared),
    onConnect: option.callback('onConnect', given.onConnect),
    onDisconnect: option.callback('onDisconnect', given.onDisconnect),
    authorizeSubscribe: option.callback('authorizeSubscribe', given.authorizeSubscribe),
  };
}

/**
 * The backplane of a broker, and the broker's name there.
 * @param {{ backplane?: unknown, name?: unknown }} given
 * @param {string} fallback
 */
function readShared({ backplane, name: given }, fallback) {
  const name = readPrefix('name', given ?? fallback);
  if (backplane === undefined) return undefined;
  assertBackplane(backplane);
  return { handle: handleOf(backplane), name };
}

/** @param {TopicOptions | undefined} given */
const readTopicOptions = (given) =>
  readChannelOptions(option.object('topic', given, TOPIC_NAMES), TOPIC);

/**
 * The options of all topics, or a function that returns those of one topic.
 * @param {SSEBrokerOptions['topic']} given
 */
function readTopic(given) {
  if (typeof given !== 'function') return { topic: readTopicOptions(given), topicOf: undefined };
  const topicOf = (/** @type {string} */ name) => readTopicOptions(given(name));
  return { topic: readTopicOptions({}), topicOf };
}

module.exports = { HEARTBEATS, readBrokerOptions, readShared };
