'use strict';

const { HubHandle } = require('../binding.js');
const { SluiceError, fromCore } = require('./error.js');
const option = require('./option.js');
const { Writes } = require('./writes.js');

/** What a connection or a channel is told of what the core did; see `dispatch`. */
const kClosed = Symbol('closed');
const kTimedOut = Symbol('timedOut');
const kDrained = Symbol('drained');
const kExpired = Symbol('expired');
const kLeft = Symbol('left');
const kWrite = Symbol('write');

const MAX_SHARDS = 64;

let hub;
let shards;

/** Open connections by id. */
const connections = new Map();
/** Channels by id, as long as the core may still have something to tell them. */
const channels = new Map();

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
      hub = new HubHandle(shards, dispatch);
    } catch (error) {
      throw fromCore(error);
    }
  }
  return hub;
}

function metrics() {
  return start().metrics();
}

/** Runs a listener's code. What it throws is an uncaught exception, as of any event, and costs nobody else his notice. */
function tell(receiver, what, ...details) {
  try {
    return receiver?.[what](...details);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

const writes = new Writes(
  (id, bytes) => tell(connections.get(id), kWrite, bytes),
  (ids) => hub.written(ids, false),
);

function dispatch() {
  const notices = hub.takeNotices();
  writes.push(notices.writes);
  for (const id of notices.timedOut) tell(connections.get(id), kTimedOut);
  for (const id of notices.drained) tell(connections.get(id), kDrained);
  for (const { connection: id, reason, left } of notices.closed) {
    const connection = connections.get(id);
    connections.delete(id);
    tell(connection, kClosed, reason);
    for (const { channel, emptied } of left) tell(channels.get(channel), kLeft, connection, emptied);
  }
  for (const id of notices.expired) tell(channels.get(id), kExpired);
}

/** A connection whose write had to wait for the client is ready for more. */
function writtenLate(id) {
  hub.written([id], true);
}

/**
 * Handed-over sockets do not keep the process alive, as Node no longer knows of them. A timer does instead, while there are
 * any.
 */
let handedOver = 0;
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
