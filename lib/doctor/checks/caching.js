'use strict';

/** Checks whether a cache may keep the stream (RFC 9111, section 5.2.2). */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function caching({ recording: { headers } }) {
  const control = headers['cache-control'] ?? '';
  if (headers.age !== undefined) {
    return {
      level: 'problem',
      message: `a cache has answered (Age: ${headers.age})`,
      fix: ['Send Cache-Control: no-store, and exclude the path from the cache of the proxy.'],
    };
  }
  if (/no-store|no-cache|private/i.test(control)) return { level: 'ok', message: control };
  return {
    level: 'warning',
    message: control ? `Cache-Control is ${control}` : 'there is no Cache-Control',
    fix: ['Send Cache-Control: no-cache, so that no proxy keeps the stream.'],
  };
}

module.exports = { caching };
