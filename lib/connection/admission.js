'use strict';

/**
 * Counts open connections, and refuses those above a limit before anything is allocated for them.
 *
 * - A connection counts from before it opens until the core has closed it.
 * - Keys count in the whole process, whichever face or options a connection has.
 */

/** @import { ConnectionLimits } from '../../index.js' */
/** @import { Request } from '../carrier/carrier.js' */

const { maxConnections } = require('../core/hub.js');
const { LimitError } = require('../core/error.js');
const { keyOf } = require('./limit-key.js');

let open = 0;
/** @type {Map<string, number>} */
const byKey = new Map();

/**
 * Counts a connection. Every call needs its {@link release}.
 * @param {Request | undefined} request
 * @param {ConnectionLimits | undefined} limits
 * @returns {string | undefined} the key to release
 */
function admit(request, limits) {
  if (open >= maxConnections()) {
    throw new LimitError(503, 'the server has too many connections: try again later');
  }
  const key = limits && keyOf(request, limits);
  if (limits && key !== undefined) {
    const count = byKey.get(key) ?? 0;
    if (count >= limits.maxPerKey) {
      throw new LimitError(429, 'this client has too many connections: close one, or try later');
    }
    byKey.set(key, count + 1);
  }
  open += 1;
  return key;
}

/** @param {string | undefined} key that {@link admit} returned */
function release(key) {
  open -= 1;
  if (key === undefined) return;
  const count = byKey.get(key) ?? 0;
  if (count > 1) byKey.set(key, count - 1);
  else byKey.delete(key);
}

/** For tests: how many connections are counted, in all and by key. */
const counted = () => ({ open, keys: byKey.size });

module.exports = { admit, counted, release };
