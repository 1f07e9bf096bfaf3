'use strict';

/** Sends a snapshot: the current state, before the events that have changed it since the join. */

/** @import { ServerSentEvent, Snapshot } from '../../index.js' */
/** @import { Link } from './link.js' */

const event = require('./event.js');

/**
 * Live events wait until the snapshot is sent. If the snapshot fails, the connection is destroyed:
 * the client must not receive changes to a state that it does not know.
 * @param {Link} link
 * @param {Snapshot<any>} snapshot
 */
async function sendSnapshot(link, snapshot) {
  link.catchUp.hold();
  try {
    const events = eventsOf(await snapshot());
    if (link.isOver) return;
    link.handle.letOwnPass();
    for (const one of events) event.sendToConnection(link.number, one);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.emitWarning(`a snapshot failed, so its connection is destroyed: ${message}`, {
      code: 'SLUICE_SNAPSHOT',
    });
    link.destroy(error);
  } finally {
    link.catchUp.release();
  }
}

/**
 * @param {Awaited<ReturnType<Snapshot<any>>>} value
 * @returns {Iterable<ServerSentEvent>}
 */
function eventsOf(value) {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [value];
  return Symbol.iterator in value ? value : [value];
}

module.exports = { sendSnapshot };
