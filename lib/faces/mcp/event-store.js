'use strict';

/**
 * The `EventStore` of an MCP server with sessions (before the protocol of 2026-07-28). The SDK uses
 * the same stream names in all sessions, so a store belongs to one session of one principal.
 */

/** @import { EventStoreOptions, McpEventStore } from '../../../mcp.js' */

const { typeError, SluiceError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { Runs, settingsOf } = require('../../runs/runs.js');
const { StreamLogs } = require('./stream-logs.js');

/** @type {option.Names<EventStoreOptions>} */
const NAMES = { session: true, principal: true };
const SEPARATOR = '~';
const MAX_STREAM_ID = 256;

/**
 * The streams of all sessions, by the runs of their server.
 * @type {WeakMap<Runs, StreamLogs>}
 */
const logsOf = new WeakMap();

/**
 * @param {Runs} runs
 * @param {EventStoreOptions} options
 * @returns {McpEventStore}
 */
function eventStore(runs, options) {
  if (!(runs instanceof Runs)) {
    throw typeError('ERR_SSE_TYPE', 'eventStore() expects runs: create them with createRuns()');
  }
  const given = option.object('options', options, NAMES);
  const session = readName('session', given.session);
  const principal = given.principal === null ? null : readName('principal', given.principal);
  let logs = logsOf.get(runs);
  if (!logs) {
    logs = new StreamLogs(settingsOf(runs));
    logsOf.set(runs, logs);
  }
  return new EventStore(logs, [principal, session]);
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function readName(name, value) {
  if (typeof value === 'string' && value !== '') return value;
  const meaning = name === 'principal' ? ', or null for an anonymous user' : '';
  throw option.invalid(`\`${name}\` must be a string that is not empty${meaning}`);
}

/** @implements {McpEventStore} */
class EventStore {
  #logs;
  #owner;

  /**
   * @param {StreamLogs} logs
   * @param {(string | null)[]} owner
   */
  constructor(logs, owner) {
    this.#logs = logs;
    this.#owner = owner;
  }

  /** @type {McpEventStore['storeEvent']} */
  async storeEvent(streamId, message) {
    if (Buffer.byteLength(streamId) > MAX_STREAM_ID) {
      throw option.invalid(`the id of a stream has at most ${MAX_STREAM_ID} bytes`);
    }
    const place = await this.#logs.append([...this.#owner, streamId], message);
    return `${Buffer.from(streamId).toString('base64url')}${SEPARATOR}${place}`;
  }

  /** @type {McpEventStore['getStreamIdForEventId']} */
  async getStreamIdForEventId(eventId) {
    return parse(eventId)?.streamId;
  }

  /** @type {McpEventStore['replayEventsAfter']} */
  async replayEventsAfter(lastEventId, { send }) {
    const cursor = parse(lastEventId);
    const events =
      cursor && (await this.#logs.after([...this.#owner, cursor.streamId], cursor.place));
    if (!cursor || !events) {
      throw new SluiceError(
        'ERR_SSE_CURSOR',
        'the event is unknown to this session, or is no longer kept: begin a new session',
      );
    }
    const prefix = Buffer.from(cursor.streamId).toString('base64url');
    for (const { id, message } of events) await send(`${prefix}${SEPARATOR}${id}`, message);
    return cursor.streamId;
  }
}

/** @param {string} eventId */
function parse(eventId) {
  const at = eventId.lastIndexOf(SEPARATOR);
  if (at < 0) return undefined;
  const streamId = Buffer.from(eventId.slice(0, at), 'base64url').toString();
  return { streamId, place: eventId.slice(at + 1) };
}

module.exports = { eventStore };
