'use strict';

/** Refuses connections while a process, a broker or a channel drains. */

const { debug } = require('./diagnostics.js');
const { SluiceError } = require('./error.js');

/** @typedef {{ min: number, max: number }} Range in milliseconds */

/** Express, Fastify, Koa and Hono respond with 503 when a handler throws this error. */
class DrainingError extends SluiceError {
  statusCode = 503;

  /** @param {Range} retry */
  constructor({ min, max }) {
    super(
      'ERR_SSE_DRAINING',
      'the server is about to close and accepts no new connections: try again after `Retry-After`',
    );
    debug('refused with 503: the server drains');
    const seconds = Math.ceil((min + Math.random() * (max - min)) / 1000);
    this.headers = { 'Retry-After': String(Math.max(1, seconds)) };
  }

  getResponse() {
    return new Response(null, { status: this.statusCode, headers: this.headers });
  }
}

/** Whether a drain has begun. It is never reset: a broker or process that has drained is closed. */
class Draining {
  /** @type {Range | undefined} */
  #retry;

  /** @param {Range} retry how long clients wait before they reconnect */
  begin(retry) {
    this.#retry = retry;
  }

  get hasBegun() {
    return this.#retry !== undefined;
  }

  /** Throws once the drain has begun. */
  assertNot() {
    if (this.#retry) throw new DrainingError(this.#retry);
  }
}

/** The whole process, or the worker thread. */
const everything = new Draining();

module.exports = { Draining, DrainingError, everything };
