'use strict';

/**
 * Counts open connections, and refuses those above a limit before anything is allocated for them.
 *
 * - A connection is counted from before it opens until the core has closed it.
 * - Keys are counted across the process, regardless of a connection's face and options.
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
 * Counts a connection. Match each call with one {@link release}.
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

/** @param {string | undefined} key returned by {@link admit} */
function release(key) {
  open -= 1;
  if (key === undefined) return;
  const count = byKey.get(key) ?? 0;
  if (count > 1) byKey.set(key, count - 1);
  else byKey.delete(key);
}

/** For tests: the number of open connections, and of keys in use. */
const counted = () => ({ open, keys: byKey.size });

module.exports = { admit, counted, release };
