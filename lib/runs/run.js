'use strict';

/**
 * A run: a channel with everything that its source has yielded. It may belong to this process,
 * which reads the source, or to another one.
 */

/** @import { ServerSentEvent } from '../../index.js' */
/** @import { RunState, RunStatus } from '../../runs.js' */
/** @import { FollowedRecord } from './shared/record.js' */

/**
 * What processes know of a run. Times are milliseconds since 1970.
 * @typedef {object} Record
 * @property {string} id
 * @property {string} key tells it from other runs with the same id
 * @property {string | null} owner
 * @property {string} node the process that reads its source
 * @property {RunState} state
 * @property {number} startedAt
 * @property {number} [endedAt]
 * @property {number} [events] how many it has, once it has ended
 */

const { randomInt } = require('node:crypto');
const { Channel, historyOf } = require('../channel/channel.js');
const { serialise } = require('../connection/event-data.js');
const { SluiceError } = require('../core/error.js');
const { printable } = require('../core/printable.js');
const { idOf, numberOf } = require('./cursor.js');
const { loaded } = require('./shared/loaded.js');

const KEY_LENGTH = 8;
/** What the history may hold beyond the data of events: ids, names and line breaks. */
const OVERHEAD = 128;
/** How many events may follow those of the source. */
const LAST = 16;
/** With a backplane, the source waits after that many events until the engine has the last one. */
const UNCONFIRMED = 64;

const newKey = () => Array.from({ length: KEY_LENGTH }, () => randomInt(36).toString(36)).join('');

class Run {
  /** How many events it has. */
  #events = 0;
  #bytes = 0;
  #limits;
  #channel;
  #isShared;
  /** Ends the source. */
  stopping = new AbortController();
  /** Since when this process knows the run, by `performance.now()`. */
  knownSince = performance.now();

  /**
   * @param {Record} record
   * @param {import('./runs-options.js').Limits} limits
   * @param {import('../../index.js').ChannelOptions} [shared] the backplane, and the channel's name
   * @param {FollowedRecord} [followed]
   */
  constructor(record, limits, shared, followed) {
    this.record = record;
    this.#limits = limits;
    this.followed = followed;
    this.#isShared = shared !== undefined;
    this.#channel = new Channel({
      ids: 'manual',
      historySize: limits.maxEvents + LAST,
      historyBytes: 2 * limits.maxBytes + OVERHEAD * (limits.maxEvents + LAST),
      ...shared,
    });
  }

  get id() {
    return this.record.id;
  }

  get channel() {
    return this.#channel;
  }

  get isRunning() {
    return this.record.state === 'running' && !this.#channel.ended;
  }

  /** Whether no process has begun another run with that id. */
  get isLatest() {
    const latest = this.followed?.latest;
    return latest === undefined || latest.key === this.record.key;
  }

  get status() {
    return statusOf(this.record, this.events);
  }

  /** The number of the latest event, whether it is one of the source or not. */
  get last() {
    return numberOf(historyOf(this.#channel).lastId);
  }

  get events() {
    return this.record.events ?? Math.max(this.#events, this.last);
  }

  /** Reads what other processes know. */
  refresh() {
    this.record = this.followed?.latest ?? this.record;
    return this;
  }

  /** Resolves when this process has everything of a run of another one. */
  async load() {
    await loaded(this.#channel);
    this.#events = this.last;
  }

  /** Makes the run exist: readers may come from now on. */
  async begin() {
    await this.#channel.publish({ id: idOf(this.record.key, 0), comment: 'run' });
  }

  /**
   * Sends an event. Returns a promise if the source is to wait for it.
   * @param {ServerSentEvent} event
   * @param {'last'} [kind] one that follows those of the source
   */
  append(event, kind) {
    const data = serialise(event.data);
    const size = Buffer.byteLength(data ?? '') + (event.event?.length ?? 0);
    if (!kind) this.#assertRoom(size);
    const id = idOf(this.record.key, this.#events + 1);
    const sent = this.#send({ ...event, data, id }, this.#events % UNCONFIRMED === UNCONFIRMED - 1);
    this.#events += 1;
    this.#bytes += size;
    return sent;
  }

  /** @param {number} size */
  #assertRoom(size) {
    const { maxEvents, maxBytes } = this.#limits;
    if (this.#events < maxEvents && this.#bytes + size <= maxBytes) return;
    throw new SluiceError(
      'ERR_SSE_RUN_SIZE',
      `a run has at most ${maxEvents} events and ${maxBytes} bytes: raise \`maxEvents\` or ` +
        '`maxBytes`',
    );
  }

  /**
   * @param {ServerSentEvent} event
   * @param {boolean} waits
   */
  #send(event, waits) {
    if (this.#isShared && waits) return this.#channel.publish(event);
    this.#channel.send(event);
    return undefined;
  }

  /**
   * Its readers end, after a last event if there is one.
   * @param {ServerSentEvent} [event]
   */
  async end(event) {
    const { key } = this.record;
    const end = event ? { ...event, id: idOf(key, this.#events + 1) } : undefined;
    await this.#channel.end(end ?? { id: idOf(key, this.#events), comment: 'end' });
  }

  /**
   * The run has ended. Resolves when every process knows how.
   * @param {RunState} state
   */
  async conclude(state) {
    this.record = { ...this.record, state, endedAt: Date.now(), events: this.#events };
    await this.followed?.write(this.record);
  }

  /**
   * A process wants to end the run of another one that has died.
   * @param {string} node
   */
  async claim(node) {
    const claim = { ...this.record, node, state: /** @type {const} */ ('failed') };
    await this.followed?.write({ ...claim, endedAt: Date.now() });
    this.#events = this.last;
  }

  /**
   * Whether everything after an event is kept.
   * @param {number} after
   */
  keeps(after) {
    return historyOf(this.#channel).read(idOf(this.record.key, after), 0) !== null;
  }

  /** Everything that is kept, as frame text. */
  read() {
    return historyOf(this.#channel).read(undefined, Number.MAX_SAFE_INTEGER) ?? '';
  }

  /** Forgets everything, in this process. */
  close() {
    this.followed?.close();
    this.#channel.close();
  }
}

printable(Run.prototype, 'Run', (/** @type {Run} */ run) => ({ ...run.status }));

/**
 * @param {Record} record
 * @param {number} [events]
 * @returns {RunStatus}
 */
function statusOf({ id, owner, state, startedAt, endedAt, ...record }, events = record.events) {
  const ended = endedAt === undefined ? undefined : new Date(endedAt);
  return { id, owner, state, events, startedAt: new Date(startedAt), endedAt: ended };
}

module.exports = { LAST, Run, newKey, statusOf };
