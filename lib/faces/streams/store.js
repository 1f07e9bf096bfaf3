'use strict';

/** The streams by path. Creates, expires and deletes them, and enforces their limits. */

/** @import { Lifetime } from './lifetime.js' */
/** @import { Settings } from './options.js' */
/** @import { Origin } from './stream.js' */

const { MAX_TIME } = require('../../core/option.js');
const { Budget } = require('./budget.js');
const { Log } = require('./log.js');
const { Producers } = require('./producers.js');
const { Readers } = require('./readers.js');
const { Refusal, full, stopped } = require('./refusal.js');
const { Stream } = require('./stream.js');
const { Waiting } = require('./waiting.js');

/** The shortest time between two sweeps for expired streams, in milliseconds. */
const SWEEP = 1000;

class Store {
  #settings;
  /** @type {Map<string, Stream>} */
  #streams = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #sweptAt = 0;
  /** When the timer sweeps next, in milliseconds since the epoch. */
  #looksAt = Number.POSITIVE_INFINITY;
  budget;
  waiting;
  isClosed = false;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.budget = new Budget(settings.maxTotalBytes);
    this.waiting = new Waiting(settings.longPollTimeout, settings.maxWaiters);
  }

  get size() {
    return this.#streams.size;
  }

  /**
   * The stream at a path, including a deleted stream whose path is still taken.
   * @param {string} path
   */
  at(path) {
    const stream = this.#streams.get(path);
    if (stream?.state === 'live' && stream.hasEnded) this.delete(stream);
    return this.#streams.get(path);
  }

  /**
   * Returns the stream at a path. Throws an error for the client.
   * @param {string} path
   */
  find(path) {
    const stream = this.at(path);
    if (!stream) throw notFound();
    if (stream.state !== 'live') throw new Refusal(410, 'The stream was deleted, but has forks');
    return stream;
  }

  /**
   * @param {object} request
   * @param {string} request.path where there is no stream
   * @param {string} request.contentType
   * @param {Lifetime} request.lifetime
   * @param {Origin} [request.origin]
   * @param {Uint8Array[]} contents the first appends
   */
  create({ path, contentType, lifetime, origin }, contents) {
    // The store may have closed while the body arrived.
    if (this.isClosed) throw stopped();
    if (this.#isFull && Date.now() - this.#sweptAt >= SWEEP) this.#sweep();
    if (this.#isFull) throw full();
    const log = this.#logOf(origin);
    const producers = new Producers(this.budget, this.#settings.maxProducers);
    const readers = new Readers(this.waiting, () => stream.touch());
    const stream = new Stream({ path, contentType, lifetime, log, producers, readers, origin });
    try {
      for (const bytes of contents) this.append(stream, bytes);
    } catch (error) {
      log.dispose();
      throw error;
    }
    this.#streams.set(path, stream);
    if (origin) origin.source.forks += 1;
    this.#lookAt(stream.endsAt);
    return stream;
  }

  /**
   * Appends bytes, or throws an error for the client.
   * @param {Stream} stream
   * @param {Uint8Array} bytes
   */
  append({ log }, bytes) {
    const { maxBytes, whenFull } = this.#settings;
    if (bytes.length === 0) return;
    if (bytes.length > maxBytes) throw new Refusal(413, 'The stream has no room for that');
    while (log.size + bytes.length > maxBytes) {
      if (whenFull === 'refuse' || log.isEmpty) throw new Refusal(413, 'The stream is full');
      log.dropFirst();
    }
    if (!log.append(bytes)) throw full();
  }

  /** @param {Stream} stream that is live */
  delete(stream) {
    stream.state = 'deleted';
    stream.log.dispose();
    stream.producers.dispose();
    stream.readers.wake();
    stream.readers.end();
    this.#forgetIfUnused(stream);
  }

  close() {
    this.isClosed = true;
    this.waiting.end();
    for (const stream of [...this.#streams.values()]) {
      if (stream.state === 'live') this.delete(stream);
    }
    this.#streams.clear();
    clearTimeout(this.#timer);
  }

  /**
   * A path is taken as long as the stream has forks. The end of the last fork frees the path, and
   * so on up to the first source.
   * @param {Stream} stream
   */
  #forgetIfUnused(stream) {
    if (stream.state !== 'deleted' || stream.forks > 0) return;
    stream.state = 'gone';
    this.#streams.delete(stream.path);
    const source = stream.origin?.source;
    if (!source) return;
    source.forks -= 1;
    this.#forgetIfUnused(source);
  }

  get #isFull() {
    return this.size >= this.#settings.maxStreams;
  }

  /** @param {Origin | undefined} origin */
  #logOf(origin) {
    if (!origin) return new Log(this.budget);
    const log = origin.source.log.fork(origin.offset);
    if (!log) throw full();
    return log;
  }

  /** @param {number} time in milliseconds since the epoch */
  #lookAt(time) {
    if (time >= this.#looksAt || time === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#looksAt = time;
    const delay = Math.min(MAX_TIME, Math.max(SWEEP, time - Date.now()));
    this.#timer = setTimeout(() => this.#sweep(), delay).unref();
  }

  #sweep() {
    clearTimeout(this.#timer);
    this.#sweptAt = Date.now();
    this.#looksAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const stream of [...this.#streams.values()]) {
      if (stream.state !== 'live') continue;
      if (stream.hasEnded) this.delete(stream);
      else next = Math.min(next, stream.endsAt);
    }
    this.#lookAt(next);
  }
}

const notFound = () => new Refusal(404, 'There is no such stream');

module.exports = { Store, notFound };
