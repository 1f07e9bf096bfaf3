'use strict';

/** One stream: its bytes, its writers and its readers. */

/** @import { Kind } from './content-type.js' */
/** @import { Lifetime } from './lifetime.js' */
/** @import { Log } from './log.js' */
/** @import { Claim, Producers } from './producers.js' */
/** @import { Readers } from './readers.js' */

/**
 * The origin of a fork. The client sent `offset` and `sub`.
 * @typedef {{ source: Stream, offset: number, sub: number }} Origin
 */
/**
 * @typedef {object} Parts
 * @property {string} path
 * @property {string} contentType
 * @property {Lifetime} lifetime
 * @property {Log} log
 * @property {Producers} producers
 * @property {Readers} readers
 * @property {Origin} [origin]
 */

const { randomBytes } = require('node:crypto');
const { kindOf } = require('./content-type.js');
const { Cursors } = require('./cursor.js');

class Stream {
  path;
  contentType;
  /** @type {Kind} */
  kind;
  lifetime;
  log;
  producers;
  readers;
  origin;
  cursors = new Cursors();
  /** Distinguishes successive streams of one path in ETags. */
  tag = randomBytes(6).toString('base64url');
  isClosed = false;
  /**
   * The append that closed the stream, if the append had a producer.
   * @type {Claim | undefined}
   */
  closedBy;
  /**
   * The last `Stream-Seq`.
   * @type {string | undefined}
   */
  seq;
  /** The number of its forks. */
  forks = 0;
  /**
   * `deleted`: its path is still taken, as long as it has forks. `gone`: its path is free.
   * @type {'live' | 'deleted' | 'gone'}
   */
  state = 'live';
  #usedAt = Date.now();

  /** @param {Parts} parts */
  constructor({ path, contentType, lifetime, log, producers, readers, origin }) {
    this.path = path;
    this.contentType = contentType;
    this.kind = kindOf(contentType);
    this.lifetime = lifetime;
    this.log = log;
    this.producers = producers;
    this.readers = readers;
    this.origin = origin;
  }

  /** Restarts the time to live. Called on each read and write. */
  touch() {
    this.#usedAt = Date.now();
  }

  /** When it ends, in milliseconds since the epoch. A stream with live readers is not idle. */
  get endsAt() {
    const { ttl, until = Number.POSITIVE_INFINITY } = this.lifetime;
    if (ttl === undefined) return until;
    return (this.readers.count > 0 ? Date.now() : this.#usedAt) + ttl * 1000;
  }

  get hasEnded() {
    return this.endsAt <= Date.now();
  }
}

module.exports = { Stream };
