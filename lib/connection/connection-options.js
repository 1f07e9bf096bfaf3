'use strict';

/** Reads the options of a connection. */

/** @import { ConnectionLimits, ConnectionOptions, LeanOptions } from '../../index.js' */
/** @import { Names } from '../core/option.js' */

/**
 * The form of a ping: an empty `comment`, a comment with the `time`, or an `event`. With `time`,
 * the first ping is sent immediately. Faces choose the form; it is not a public option.
 * @typedef {'comment' | 'time' | 'event'} PingForm
 */
/** @typedef {ReturnType<typeof readConnectionOptions>} ConnectionSettings */

const option = require('../core/option.js');
const { readCompress } = require('./compression.js');

const BODILESS = [204, 205, 304];

/** What happens when a queue exceeds its limits. */
const OVERFLOW = /** @type {const} */ (['disconnect', 'drop-oldest', 'conflate', 'reread']);

/** @type {Names<ConnectionOptions>} */
const CONNECTION_NAMES = {
  ping: true,
  pingInterval: true,
  heartbeatInterval: true,
  maxLifetime: true,
  timeout: true,
  maxLifetimeJitter: true,
  retry: true,
  headers: true,
  statusCode: true,
  maxQueueBytes: true,
  overflow: true,
  maxQueueEvents: true,
  eventBufferSize: true,
  stallTimeout: true,
  limits: true,
  expiresAt: true,
  reauthorize: true,
  resume: true,
  cursorQuery: true,
  onGap: true,
  transport: true,
  compress: true,
  lean: true,
};
/** @type {Names<LeanOptions>} */
const LEAN_NAMES = { headers: true };
/** @type {Names<ConnectionLimits>} */
const LIMIT_NAMES = { key: true, maxPerKey: true };

/** @type {readonly string[]} */
const NO_HEADERS = [];

const defaults = { pingInterval: 50_000 };

/**
 * @param {ConnectionOptions | undefined} options
 * @param {PingForm} [pingForm]
 */
function readConnectionOptions(options, pingForm = 'comment') {
  const given = option.object('options', options, CONNECTION_NAMES);
  const ping = option.boolean('ping', given.ping, true);
  const pingInterval = option.time(...option.named(given, 'pingInterval'), defaults.pingInterval);
  const statusCode = option.whole('statusCode', given.statusCode, 200, 200, 599);
  if (BODILESS.includes(statusCode)) {
    throw option.invalid(`\`statusCode\` must allow a body, but it is ${statusCode}`);
  }
  return {
    transport: option.oneOf('transport', given.transport, ['auto', 'native', 'stream'], 'auto'),
    compress: readCompress(given.compress),
    resume: option.oneOf('resume', given.resume, ['auto', 'manual'], 'auto'),
    onGap: readOnGap(given.onGap),
    lean: readLean(given.lean),
    hasOverflow: given.overflow !== undefined,
    cursorQuery: readCursorQuery(given.cursorQuery),
    limits: readLimits(given.limits),
    expiresAt: readExpiresAt(given.expiresAt),
    reauthorize: option.callback('reauthorize', given.reauthorize),
    head: { statusCode, headers: readHeaders(given.headers) },
    core: {
      pingInterval: ping ? pingInterval : 0,
      pingForm,
      timeout: drawLifetime(
        option.time(...option.named(given, 'maxLifetime'), 0),
        option.fraction('maxLifetimeJitter', given.maxLifetimeJitter, 0.1),
      ),
      stallTimeout: option.time('stallTimeout', given.stallTimeout, 60_000),
      retry: option.count('retry', given.retry, undefined),
      overflow: option.oneOf('overflow', given.overflow, OVERFLOW, 'disconnect'),
      maxQueueBytes: option.bytes('maxQueueBytes', given.maxQueueBytes, 1 << 20),
      maxQueueEvents: option.count(...option.named(given, 'maxQueueEvents'), 0),
    },
  };
}

/** @param {ConnectionOptions['headers']} value */
function readHeaders(value) {
  const headers = option.object('headers', value);
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() !== 'content-type') continue;
    throw option.invalid(
      `\`headers\` must not have \`${name}\`, as a stream is always text/event-stream: remove it`,
    );
  }
  return headers;
}

/**
 * Spreads lifetimes, so that clients that connected together do not reconnect together.
 * @param {number} longest 0 for no limit
 * @param {number} jitter
 */
function drawLifetime(longest, jitter) {
  if (longest === 0) return 0;
  return Math.max(1, Math.round(longest * (1 - jitter * Math.random())));
}

/**
 * Reads the option `onGap`.
 * @param {ConnectionOptions['onGap']} value
 */
function readOnGap(value) {
  if (typeof value === 'function') return value;
  return option.oneOf('onGap', value, ['ignore', 'reset', 'all'], 'ignore');
}

/**
 * @param {ConnectionOptions['limits']} value
 * @returns {ConnectionLimits | undefined}
 */
function readLimits(value) {
  if (value === undefined) return undefined;
  const { key, maxPerKey } = option.object('limits', value, LIMIT_NAMES);
  const limit = option.whole('limits.maxPerKey', maxPerKey, undefined, 1, 2 ** 32 - 1);
  if (limit === undefined) throw option.wrongType('limits.maxPerKey', 'a number', maxPerKey);
  return { key: option.callback('limits.key', key), maxPerKey: limit };
}

/**
 * Returns the request headers that a lean connection keeps, or undefined if it is not lean.
 * @param {ConnectionOptions['lean']} value
 * @returns {readonly string[] | undefined}
 */
function readLean(value) {
  if (value === undefined || value === false) return undefined;
  if (value === true) return NO_HEADERS;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw option.wrongType('lean', 'true, false or an object', value);
  }
  const { headers = NO_HEADERS } = option.object('lean', value, LEAN_NAMES);
  if (!Array.isArray(headers) || headers.some((name) => typeof name !== 'string')) {
    throw option.invalid('`lean.headers` must be an array of header names');
  }
  return headers.map((name) => name.toLowerCase());
}

/** @param {ConnectionOptions['expiresAt']} value */
function readExpiresAt(value) {
  const isTime = typeof value === 'number' ? !Number.isNaN(value) : value instanceof Date;
  if (value === undefined || typeof value === 'function' || isTime) return value;
  throw option.wrongType('expiresAt', 'a Date, a number or a function', value);
}

/** @param {string | undefined} value */
function readCursorQuery(value) {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw option.wrongType('cursorQuery', 'a string that is not empty', value);
}

module.exports = { CONNECTION_NAMES, OVERFLOW, defaults, readConnectionOptions };
