'use strict';

/**
 * Primers: a client without a cursor gets one at the end of the turn in which it joins a channel,
 * so that it can resume before its first event.
 */

/** @import { Link } from './link.js' */

/** @type {Set<Link>} */
const waiting = new Set();

/** @param {Link} link */
function primeAtEndOfTurn(link) {
  if (waiting.size === 0) setImmediate(primeAll);
  waiting.add(link);
}

function primeAll() {
  const links = [...waiting];
  waiting.clear();
  for (const link of links) link.prime();
}

module.exports = { primeAtEndOfTurn };
