'use strict';

/** The lifetime of a stream: a time after its last use, or until a date. */

const { Refusal } = require('./refusal.js');

/**
 * `ttl` is in seconds. `expiresAt` is the date that the client sent. `until` is the same date in
 * milliseconds since the epoch.
 * @typedef {{ ttl?: number, expiresAt?: string, until?: number }} Lifetime
 */

const TTL = /^(0|[1-9]\d{0,11})$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const LONGEST = 64;

/**
 * @param {Headers} headers
 * @returns {Lifetime}
 */
function readLifetime(headers) {
  const ttl = headers.get('Stream-TTL');
  const expiresAt = headers.get('Stream-Expires-At');
  if (ttl !== null && expiresAt !== null) {
    throw new Refusal(400, 'Stream-TTL and Stream-Expires-At cannot be combined');
  }
  if (ttl !== null) {
    if (TTL.test(ttl)) return { ttl: Number(ttl) };
    throw new Refusal(400, 'Stream-TTL must be a whole number of seconds');
  }
  if (expiresAt === null) return {};
  const until = expiresAt.length <= LONGEST && DATE.test(expiresAt) ? Date.parse(expiresAt) : NaN;
  if (!Number.isNaN(until)) return { expiresAt, until };
  throw new Refusal(400, 'Stream-Expires-At must be a date of RFC 3339');
}

/** @type {(one: Lifetime, other: Lifetime) => boolean} */
const isSameLifetime = (one, other) => one.ttl === other.ttl && one.until === other.until;

module.exports = { isSameLifetime, readLifetime };
