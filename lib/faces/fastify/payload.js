'use strict';

/**
 * The payload that Fastify sends. It is empty. When Fastify pipes it, the hooks have run and the
 * headers are on the response, so the connection can begin.
 */

/** @import { FastifyReply } from 'fastify' */

const { Readable } = require('node:stream');
const { httpError } = require('./error.js');

class EventStreamPayload extends Readable {
  #reply;
  #begin;
  /** @type {'waiting' | 'begun' | 'finished'} */
  #state = 'waiting';

  /**
   * @param {FastifyReply} reply
   * @param {() => void} begin
   */
  constructor(reply, begin) {
    super();
    this.#reply = reply;
    this.#begin = begin;
    // HEAD gets only the head: Fastify discards the payload.
    if (reply.request.method === 'HEAD') this.finish();
  }

  /**
   * @template {NodeJS.WritableStream} Destination
   * @param {Destination} destination
   * @param {{ end?: boolean }} [options]
   */
  pipe(destination, options) {
    if (/** @type {NodeJS.WritableStream} */ (destination) !== this.#reply.raw) {
      this.#refuse();
      return destination;
    }
    try {
      this.#begin();
    } catch (error) {
      this.destroy(/** @type {Error} */ (error));
      return destination;
    }
    if (this.#state === 'waiting') this.#state = 'begun';
    // With trailers, Fastify ends the response itself when the payload ends.
    if (options?.end !== false) this.finish();
    return destination;
  }

  finish() {
    if (this.destroyed || this.#state === 'finished') return;
    this.#state = 'finished';
    this.push(null);
    this.resume();
  }

  _read() {
    if (this.#state === 'waiting') this.#refuse();
  }

  #refuse() {
    // The error response has its own encoding.
    this.#reply.removeHeader('Content-Encoding');
    this.destroy(
      httpError(
        'ERR_SSE_PAYLOAD',
        500,
        'an onSend hook tried to change the event stream, which Fastify does not send: ' +
          'exclude text/event-stream, as from the `customTypes` of @fastify/compress',
      ),
    );
  }
}

module.exports = { EventStreamPayload };
