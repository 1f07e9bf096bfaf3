'use strict';

/** Reads the options of `createStreams`. */

/** @import { StreamsConnectionOptions, StreamsOptions } from '../../../streams.js' */

const { readConnectionOptions } = require('../../connection/connection-options.js');
const option = require('../../core/option.js');
const { PING_INTERVAL } = require('../ping-interval.js');
const { readCORS } = require('../routes/origins.js');

/** @type {option.Names<StreamsOptions>} */
const NAMES = {
  authorize: true,
  caching: true,
  connection: true,
  cors: true,
  longPollTimeout: true,
  maxBodyBytes: true,
  maxBytes: true,
  maxProducers: true,
  maxReadBytes: true,
  maxStreams: true,
  maxTotalBytes: true,
  maxWaiters: true,
  whenFull: true,
};
/** @type {option.Names<StreamsConnectionOptions>} */
const CONNECTION_NAMES = {
  compress: true,
  eventBufferSize: true,
  heartbeatInterval: true,
  limits: true,
  maxLifetime: true,
  maxLifetimeJitter: true,
  maxQueueBytes: true,
  maxQueueEvents: true,
  pingInterval: true,
  stallTimeout: true,
  timeout: true,
};

const CACHING = /** @type {const} */ (['private', 'public', 'none']);
const WHEN_FULL = /** @type {const} */ (['refuse', 'drop-oldest']);

/** Headers that clients of the protocol send, in addition to those that are always allowed. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'if-none-match',
  'producer-epoch',
  'producer-id',
  'producer-seq',
  'stream-closed',
  'stream-expires-at',
  'stream-fork-offset',
  'stream-fork-sub-offset',
  'stream-forked-from',
  'stream-seq',
  'stream-ttl',
];

/** @typedef {ReturnType<typeof readOptions>} Settings */

/** @param {StreamsOptions} [options] */
function readOptions(options) {
  const given = option.object('options', options, NAMES);
  /** @type {(name: 'maxStreams' | 'maxWaiters' | 'maxProducers', fallback: number) => number} */
  const count = (name, fallback) => option.whole(name, given[name], fallback, 1, 2 ** 32 - 1);
  return {
    authorize: option.callback('authorize', given.authorize),
    caching: option.oneOf('caching', given.caching, CACHING, 'private'),
    whenFull: option.oneOf('whenFull', given.whenFull, WHEN_FULL, 'refuse'),
    connection: readConnection(given.connection),
    origins: readCORS(given.cors, REQUEST_HEADERS),
    longPollTimeout: option.time('longPollTimeout', given.longPollTimeout, 20_000, 1),
    maxBodyBytes: option.bytes('maxBodyBytes', given.maxBodyBytes, 1 << 20),
    maxBytes: option.bytes('maxBytes', given.maxBytes, 16 << 20),
    maxReadBytes: option.bytes('maxReadBytes', given.maxReadBytes, 1 << 20),
    maxTotalBytes: option.bytes('maxTotalBytes', given.maxTotalBytes, 256 << 20),
    maxStreams: count('maxStreams', 10_000),
    maxWaiters: count('maxWaiters', 10_000),
    maxProducers: count('maxProducers', 1000),
  };
}

/** @param {StreamsOptions['connection']} value */
function readConnection(value) {
  const given = option.object('connection', value, CONNECTION_NAMES);
  const usual = { maxLifetime: 60_000, pingInterval: PING_INTERVAL };
  const options = option.over(usual, given);
  // Checks the options once, instead of failing for every reader.
  readConnectionOptions(options);
  return options;
}

module.exports = { readOptions };
