'use strict';

/**
 * A run: a channel with all events of a source. The source is read by this process or by another
 * one.
 */

/** @import { ServerSentEvent } from '../../index.js' */
/** @import { RunState, RunStatus } from '../../runs.js' */
/** @import { FollowedRecord } from './shared/record.js' */

/**
 * The data of a run that processes share. Times are milliseconds since 1970.
 * @typedef {object} Record
 * @property {string} id
 * @property {string} key distinguishes runs with the same id
 * @property {string | null} owner
 * @property {string} node the process that reads its source
 * @property {number} turn the number of runs with that id so far
 * @property {RunState} state
 * @property {number} startedAt
 * @property {number} [endedAt]
 * @property {number} [events] the number of its events, once it has ended
 */

const { randomInt } = require('node:crypto');
const { Channel, historyOf } = require('../channel/channel.js');
const { serialise } = require('../connection/event-data.js');
const { SluiceError } = require('../core/error.js');
const { printable } = require('../core/printable.js');
const { idOf, numberOf } = require('./cursor.js');
const { loaded } = require('./shared/loaded.js');

const KEY_LENGTH = 8;
/** The maximum number of events after those of the source. */
const LAST = 16;
/** With a backplane, the source waits after this many events until the engine has the last one. */
const UNCONFIRMED = 64;

const newKey = () => Array.from({ length: KEY_LENGTH }, () => randomInt(36).toString(36)).join('');

class Run {
  /** The number of its events. */
  #events = 0;
  #bytes = 0;
  #limits;
  #channel;
  #isShared;
  /** The process that first read its source. */
  #node;
  /** Ends the source. */
  stopping = new AbortController();
  /** Whether this process reads its source. */
  isOwn = false;
  /** Whether its record is about to be written. */
  isBeginning = false;
  /** When its record was last written, by `performance.now()`. */
  recordedAt = performance.now();
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
    this.#node = record.node;
    this.#limits = limits;
    this.followed = followed;
    this.#isShared = shared !== undefined;
    this.#channel = new Channel({
      ids: 'manual',
      historySize: limits.maxEvents + LAST,
      // `limits` bounds the events. Encoded events are larger: each line of data has a prefix.
      historyBytes: Number.MAX_SAFE_INTEGER,
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

  /** Whether this is the latest run with its id. */
  get isLatest() {
    const latest = this.followed?.latest;
    return this.isBeginning || latest === undefined || latest.key === this.record.key;
  }

  get status() {
    return statusOf(this.record, this.events);
  }

  /** The number of the latest event, from the source or not. */
  get last() {
    return numberOf(historyOf(this.#channel).lastId);
  }

  get events() {
    return this.record.events ?? Math.max(this.#events, this.last);
  }

  /** Whether another process has claimed the run because it considered the first process dead. */
  get isTaken() {
    const latest = this.followed?.latest;
    return latest?.key === this.record.key && latest.node !== this.#node;
  }

  /** Updates the record with that of other processes. */
  refresh() {
    const latest = this.followed?.latest;
    // This process knows how the run has ended, even if the record could not be written.
    const isNews = latest?.key === this.record.key && (latest.endedAt ?? !this.record.endedAt);
    if (isNews) this.record = latest;
    return this;
  }

  /** Resolves when this process has all events of another process's run. */
  async load() {
    await loaded(this.#channel);
    this.#events = this.last;
  }

  /** Publishes the start of the run, after which readers can open it. */
  async begin() {
    await this.#channel.publish({ id: idOf(this.record.key, 0), comment: 'run' });
  }

  /**
   * Sends an event. Returns a promise if the source must wait for it.
   * @param {ServerSentEvent} event
   * @param {'last'} [kind] an event that follows those of the source
   */
  append(event, kind) {
    const data = serialise(event.data);
    const size = sizeOf(data) + sizeOf(event.event) + sizeOf(event.comment);
    if (!kind) this.#assertRoom(size);
    const number = this.#events + 1;
    const id = idOf(this.record.key, number);
    const sent = this.#send({ ...event, data, id }, number % UNCONFIRMED === 0);
    this.#events = number;
    this.#bytes += size;
    return sent?.catch((error) => {
      // The event was not kept, so the next one gets its number.
      if (this.#events === number) this.#events -= 1;
      this.#bytes -= size;
      throw error;
    });
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
   * Ends the readers, after a last event if there is one.
   * @param {ServerSentEvent} [event]
   */
  async end(event) {
    const { key } = this.record;
    const end = event ? { ...event, id: idOf(key, this.#events + 1) } : undefined;
    await this.#channel.end(end ?? { id: idOf(key, this.#events), comment: 'end' });
    if (this.#channel.ended || this.#channel.closed) return;
    // The engine was lost in between. Another process may have ended the run first.
    throw new SluiceError('ERR_SSE_BACKPLANE', 'the engine has not confirmed the end of the run');
  }

  /** Writes the record once more. Resolves when this process has all earlier records. */
  async catchUp() {
    await this.followed?.write(this.record);
  }

  /**
   * Records the end of the run. Resolves when every process knows it.
   * @param {RunState} state
   */
  async conclude(state) {
    this.record = { ...this.record, state, endedAt: Date.now(), events: this.#events };
    await this.followed?.write(this.record);
  }

  /** Marks the run as failed: another process has ended it, because it considered this one dead. */
  lose() {
    this.#events = this.last;
    const state = /** @type {const} */ ('failed');
    this.record = { ...this.record, state, endedAt: Date.now(), events: this.last };
  }

  /** Ends its readers in this process without a last event. They may reconnect. */
  dismiss() {
    for (const connection of this.#channel.connections()) void connection.end();
  }

  /**
   * Claims the run of a dead process, in order to end it.
   * @param {string} node
   */
  async claim(node) {
    const claim = { ...this.record, node, state: /** @type {const} */ ('failed') };
    await this.followed?.write({ ...claim, endedAt: Date.now() });
    this.#events = this.last;
  }

  /**
   * Whether all events after a given one are kept.
   * @param {number} after
   */
  keeps(after) {
    return historyOf(this.#channel).read(idOf(this.record.key, after), 0) !== null;
  }

  /** Returns all kept events as frame text. */
  read() {
    return historyOf(this.#channel).read(undefined, Number.MAX_SAFE_INTEGER) ?? '';
  }

  /** Forgets the run in this process. */
  close() {
    // Otherwise its readers would wait for events that never arrive.
    if (!this.#channel.ended) this.dismiss();
    this.followed?.close();
    this.#channel.close();
  }
}

/** @param {string | undefined} text */
const sizeOf = (text) => (text === undefined ? 0 : Buffer.byteLength(text));

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
