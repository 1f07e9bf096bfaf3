'use strict';

/** Computes limit keys, by which connections are counted. */

/** @import { ConnectionLimits } from '../../index.js' */
/** @import { Request } from '../carrier/carrier.js' */

const { isIPv6 } = require('node:net');
const option = require('../core/option.js');

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** The groups of a /64 network, which usually belongs to one customer. */
const GROUPS = 4;

/**
 * Returns the key of a request, or undefined if it is not limited.
 * @param {Request | undefined} request
 * @param {ConnectionLimits} limits
 * @returns {string | undefined}
 */
function keyOf(request, { key }) {
  if (request === undefined) return undefined;
  const value = key ? key(request) : request.socket?.remoteAddress;
  if (value === undefined) return undefined;
  if (typeof value === 'string') return networkOf(value);
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) {
    // As JSON, because a part may contain any separator.
    return `tuple ${JSON.stringify(value)}`;
  }
  throw option.invalid(
    '`limits.key` must return a string, an array of strings or undefined, synchronously, ' +
      `but it returned ${option.kind(value)}`,
  );
}

/**
 * Returns the network of an IPv6 address. Any other string is a key of its own.
 * @param {string} key
 */
function networkOf(key) {
  const [, mapped] = MAPPED.exec(key) ?? [];
  if (mapped !== undefined || !isIPv6(key)) return `key ${mapped ?? key}`;
  return `network ${groups(key).slice(0, GROUPS).join(':')}`;
}

/** @param {string} address IPv6 */
function groups(address) {
  const [bare] = address.split('%');
  const [left, right] = bare.split('::').map((half) => (half === '' ? [] : half.split(':')));
  // An address may end in dotted form, which stands for two groups.
  const tail = right?.at(-1)?.includes('.') ? 1 : 0;
  const missing = right === undefined ? 0 : 8 - left.length - right.length - tail;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...(right ?? [])];
  return all.map((group) => Number.parseInt(group, 16).toString(16));
}

module.exports = { keyOf };
