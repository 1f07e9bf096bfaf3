'use strict';

/** The hub: its settings, start and metrics. Each Node.js environment has one. */

const { HubHandle } = require('./binding.js');
const { SluiceError, callCore } = require('./error.js');
const { report } = require('./listeners.js');
const { connections, dispatch, streams } = require('./notices.js');
const option = require('./option.js');
const { StreamWrites } = require('./stream-writes.js');

/** @type {option.Names<import('../../index.js').Configuration>} */
const NAMES = { shards: true, maxTotalQueueBytes: true, maxConnections: true };

const MAX_SHARDS = 64;
const MAX_CONNECTIONS = 2 ** 32 - 1;

/** @type {import('../../binding.js').HubHandle | undefined} */
let hub;
/** @type {number | undefined} */
let shards;
/** @type {number | undefined} */
let maxTotalQueueBytes;
/** @type {number | undefined} */
let connectionLimit;

/** @param {import('../../index.js').Configuration} configuration */
function configure(configuration) {
  const given = option.object('configuration', configuration, NAMES);
  const wanted = option.whole('shards', given.shards, undefined, 1, MAX_SHARDS);
  const { maxTotalQueueBytes: queueLimit } = given;
  if (queueLimit !== undefined) option.bytes('maxTotalQueueBytes', queueLimit, queueLimit);
  const limit = option.whole('maxConnections', given.maxConnections, undefined, 1, MAX_CONNECTIONS);
  if (hub) {
    throw new SluiceError(
      'ERR_SSE_STARTED',
      'configure() must be called before the first connection or channel',
    );
  }
  shards = wanted;
  maxTotalQueueBytes = queueLimit;
  connectionLimit = limit;
}

/** How many connections may be open. */
const maxConnections = () => connectionLimit ?? Number.POSITIVE_INFINITY;

/**
 * @param {number} id
 * @param {Buffer} bytes
 */
function write(id, bytes) {
  const stream = streams.get(id);
  try {
    if (!stream) return connections.get(id)?.write(bytes);
    return stream.write(bytes) || connections.get(id)?.mustWait();
  } catch (error) {
    // A stream that lacks a write is incomplete.
    connections.get(id)?.close('error');
    report(error);
  }
}

const streamWrites = new StreamWrites(start, write);
const takeNotices = () => dispatch(start().takeNotices(), streamWrites);

/**
 * The core's functions that send an event, set when the hub starts. They cost less than methods.
 */
const senders = {
  /** @type {ReturnType<HubHandle['connectionSender']>} */
  toConnection: notStarted,
  /** @type {ReturnType<HubHandle['channelSender']>} */
  toChannel: notStarted,
};

/** @returns {never} */
function notStarted() {
  throw new SluiceError('ERR_SSE_INTERNAL', 'the core has not started');
}

/** Returns the hub, and starts it on the first call. */
function start() {
  if (hub) return hub;
  const wake = () => HubHandle.callWithoutContext(takeNotices);
  const started = callCore(() => new HubHandle(shards, maxTotalQueueBytes, wake));
  senders.toConnection = started.connectionSender();
  senders.toChannel = started.channelSender();
  hub = started;
  return hub;
}

/** Whether there may be connections. */
const isStarted = () => hub !== undefined;

/** Returns the metrics, without starting the hub. */
function metrics() {
  return hub ? hub.metrics() : HubHandle.metricsAtRest();
}

/**
 * Returns the channels, topics and patterns with the most members, without starting the hub.
 * @param {number} limit
 */
const largestChannels = (limit) => hub?.channels(limit) ?? [];

module.exports = {
  configure,
  isStarted,
  largestChannels,
  maxConnections,
  metrics,
  senders,
  start,
  streamWrites,
};
