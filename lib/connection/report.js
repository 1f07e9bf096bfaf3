'use strict';

/** Reports the events of a connection to tools and to NODE_DEBUG=sluice. */

/** @import { CloseReason, Gap } from '../../index.js' */
/** @import { Link } from './link.js' */

const channels = require('../core/diagnostics.js');

const { debug, publish, quoted } = channels;

/** @param {Link} link */
function opened({ carrier, connection, cursor, number, transport }) {
  publish(channels.opened, () => ({ connection }));
  if (!debug.enabled) return;
  const { method, url } = carrier.request ?? carrier.incoming ?? {};
  // The query may contain a token, and the client chooses the bytes of a cursor.
  const where = `${quoted(method)} ${quoted(url?.split('?')[0])}`;
  const what = `${where}, ${cursor === undefined ? 'no cursor' : 'a cursor'}`;
  debug('connection %d opens: %s, transport %s', number, what, transport);
}

/**
 * @param {Link} link
 * @param {CloseReason} reason
 */
function closed({ connection, number }, reason) {
  debug('connection %d closes: %s', number, reason);
  publish(channels.closed, () => ({ connection, reason }));
  if (reason === 'overflow') publish(channels.overflow, () => ({ connection }));
}

/**
 * @param {Link} link
 * @param {number} events how many were dropped
 */
function dropped({ connection }, events) {
  publish(channels.overflow, () => ({ connection, events }));
}

/**
 * @param {Link} link
 * @param {Gap} gap
 */
function missed({ connection, number }, gap) {
  publish(channels.gap, () => ({ connection, gap }));
  if (debug.enabled) debug('connection %d misses events: %s', number, textOf(gap));
}

/** @param {any} gap */
function textOf({ events, topic }) {
  if (events !== undefined) return `${events} were dropped`;
  return topic === undefined ? 'a channel' : `topic ${quoted(topic)}`;
}

module.exports = { closed, dropped, missed, opened };
