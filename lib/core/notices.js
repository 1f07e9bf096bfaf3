'use strict';

/**
 * Passes the core's notices to connections and channels: a connection closed, a timeout passed, a
 * queue drained, a channel expired, a drain finished, or bytes must be written.
 */

/** @import { Writable } from 'node:stream' */
/** @import { Gap, Notices } from '../../binding.js' */
/** @import { CloseReason } from '../../index.js' */
/** @import { DrainResult } from '../../types/drain.js' */
/** @import { StreamWrites } from './stream-writes.js' */

/**
 * @typedef {object} ConnectionListener
 * @property {any} connection the public connection, for the channels that it was in
 * @property {(bytes: Buffer) => boolean} write true when there is room for more
 * @property {() => false} mustWait called when a write found no room
 * @property {(reason: CloseReason) => void} close
 * @property {() => void} timedOut
 * @property {() => void} drained
 * @property {(gap: { events: number } | { channel: any } | { topic: string }) => void} missed
 * @property {(reason: CloseReason) => void} closed
 */
/**
 * @typedef {object} ChannelListener
 * @property {any} channel the public channel
 * @property {(connection: any) => void} left
 * @property {() => void} expired
 * @property {() => void} ended called when its last event arrived from another process
 */

const { guarded } = require('./listeners.js');
const { OpenConnections } = require('./open-connections.js');
const { answer } = require('./requests.js');

const connections = new OpenConnections();
/**
 * The streams that take bytes without a carrier, by the core's id. A broadcast to many connections
 * writes to them without touching the objects of each connection, which would be cache misses.
 * @type {Map<number, Pick<Writable, 'write'>>}
 */
const streams = new Map();
/**
 * Channels, by id, while the core may still send them notices.
 * @type {Map<number, ChannelListener>}
 */
const channels = new Map();

/**
 * Callbacks for finished drains, by the number of the drain.
 * @type {Map<number, (result: DrainResult) => void>}
 */
const drains = new Map();

/**
 * Callbacks for engines that become reachable or unreachable, by the id of the backplane.
 * @type {Map<number, (isOnline: boolean, reason: string | undefined) => void>}
 */
const backplanes = new Map();

/**
 * Callbacks for messages from other processes, by the id of the backplane.
 * @type {Map<number, () => void>}
 */
const mailboxes = new Map();

/**
 * Callbacks for the requests of engines, by the number of the asker.
 * @type {Map<number, (request: number) => void>}
 */
const askers = new Map();

/**
 * Runs outside the asynchronous context of any request. Connections enter their own.
 * @param {Notices} notices
 * @param {StreamWrites} streamWrites
 */
function dispatch(notices, streamWrites) {
  if (notices.writes) streamWrites.push(notices.writes);
  for (const id of notices.timedOut) guarded(() => connections.get(id)?.timedOut());
  for (const id of notices.drained) guarded(() => connections.get(id)?.drained());
  for (const gap of notices.gaps)
    guarded(() => connections.get(gap.connection)?.missed(whatOf(gap)));
  for (const { connection: id, reason, left } of notices.closed) {
    streams.delete(id);
    const listener = connections.get(id);
    if (!listener) continue;
    connections.delete(id);
    streamWrites.forget(id);
    guarded(() => listener.closed(/** @type {CloseReason} */ (reason)));
    for (const channel of left) guarded(() => channels.get(channel)?.left(listener.connection));
  }
  for (const id of notices.expired) guarded(() => channels.get(id)?.expired());
  for (const id of notices.ended) guarded(() => channels.get(id)?.ended());
  for (const { request, ...outcome } of notices.published) guarded(() => answer(request, outcome));
  for (const request of notices.loaded) guarded(() => answer(request));
  for (const { backplane, isOnline, reason } of notices.backplanes) {
    guarded(() => backplanes.get(backplane)?.(isOnline, reason));
  }
  for (const backplane of notices.mail) guarded(() => mailboxes.get(backplane)?.());
  for (const { asker, request } of notices.asked) guarded(() => askers.get(asker)?.(request));
  // Last, so that the connections close first.
  for (const { drain, ...result } of notices.drains) {
    drains.get(drain)?.(result);
    drains.delete(drain);
  }
}

/** @param {Gap} gap */
function whatOf({ events, channel, topic }) {
  if (events !== undefined) return { events };
  if (topic !== undefined) return { topic };
  return { channel: channels.get(/** @type {number} */ (channel))?.channel };
}

module.exports = {
  askers,
  backplanes,
  channels,
  connections,
  dispatch,
  drains,
  mailboxes,
  streams,
};
