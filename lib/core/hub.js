'use strict';

/** @import { CloseReason } from '../../index.js' */
/** @import { Channel } from '../channel/channel.js' */
/** @import { Connection } from '../connection/connection.js' */

const { HubHandle } = require('../../binding.js');
const { SluiceError, fromCore } = require('./error.js');
const { guarded } = require('./listeners.js');
const option = require('./option.js');
const { SlowWrites } = require('./slow-writes.js');
const { Writes } = require('./writes.js');

/** What a connection or a channel is told of what the core did; see `dispatch`. */
const kClosed = Symbol('closed');
const kTimedOut = Symbol('timedOut');
const kDrained = Symbol('drained');
const kExpired = Symbol('expired');
const kLeft = Symbol('left');
const kWrite = Symbol('write');

const MAX_SHARDS = 64;

/** @type {HubHandle | undefined} */
let hub;
/** @type {number | undefined} */
let shards;

/**
 * Open connections by id.
 * @type {Map<number, Connection>}
 */
const connections = new Map();
/**
 * Channels by id, as long as the core may still have something to tell them.
 * @type {Map<number, Channel>}
 */
const channels = new Map();

/** @param {import('../../index.js').Configuration} configuration */
function configure(configuration) {
  const given = option.object('configuration', configuration);
  const wanted = option.whole('shards', given.shards, undefined, 1, MAX_SHARDS);
  if (hub) {
    throw new SluiceError(
      'ERR_SSE_STARTED',
      'configure() must be called before the first connection or channel',
    );
  }
  shards = wanted;
}

/** The environment's one hub, started when it is first needed. */
function start() {
  if (!hub) {
    try {
      hub = new HubHandle(shards, () => HubHandle.callWithoutContext(dispatch));
    } catch (error) {
      throw fromCore(error);
    }
  }
  return hub;
}

/** Asking does not start the core. */
function metrics() {
  return hub ? hub.metrics() : HubHandle.metricsAtRest();
}

const writes = new Writes(
  (id, bytes) => guarded(() => connections.get(id)?.[kWrite](bytes)),
  (ids) => start().written(ids, false),
  (ids) => slowWrites.add(ids),
);
const slowWrites = new SlowWrites((ids) => start().blocked(ids));

/**
 * Runs in no request's context: a connection enters its own, a channel has none.
 */
function dispatch() {
  const notices = start().takeNotices();
  writes.push(notices.writes);
  for (const id of notices.timedOut) guarded(() => connections.get(id)?.[kTimedOut]());
  for (const id of notices.drained) guarded(() => connections.get(id)?.[kDrained]());
  for (const { connection: id, reason, left } of notices.closed) {
    const connection = connections.get(id);
    if (!connection) continue;
    connections.delete(id);
    slowWrites.delete(id);
    guarded(() => connection[kClosed](/** @type {CloseReason} */ (reason)));
    for (const channel of left) guarded(() => channels.get(channel)?.[kLeft](connection));
  }
  for (const id of notices.expired) guarded(() => channels.get(id)?.[kExpired]());
}

/**
 * Connections that became ready for more in this turn of the event loop.
 * @type {number[]}
 */
let late = [];

/**
 * A connection whose write had to wait for the client is ready for more.
 * @param {number} id
 */
function writtenLate(id) {
  slowWrites.delete(id);
  late.push(id);
  if (late.length === 1) setImmediate(tellLate);
}

/** One call for all of them: waking a shard costs more than the rest. */
function tellLate() {
  start().written(late, true);
  late = [];
}

/**
 * Handed-over sockets do not keep the process alive, as Node no longer knows of them. A timer does instead, while there are
 * any.
 */
let handedOver = 0;
/** @type {NodeJS.Timeout | undefined} */
let heartbeat;

function holdProcess() {
  handedOver += 1;
  heartbeat ??= setInterval(() => {}, 2 ** 31 - 1);
}

function releaseProcess() {
  handedOver -= 1;
  if (handedOver === 0) {
    clearInterval(heartbeat);
    heartbeat = undefined;
  }
}

module.exports = {
  kClosed,
  kTimedOut,
  kDrained,
  kExpired,
  kLeft,
  kWrite,
  channels,
  connections,
  configure,
  holdProcess,
  metrics,
  releaseProcess,
  start,
  writtenLate,
};
