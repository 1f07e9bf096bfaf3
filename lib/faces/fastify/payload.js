'use strict';

/** @import { FastifyReply } from 'fastify' */

const { Readable } = require('node:stream');
const { httpError } = require('./error.js');

/**
 * What Fastify gets to send. It carries nothing: when Fastify pipes it, the hooks have run and the headers are on the response, so
 * that the connection can begin.
 */
class EventStreamPayload extends Readable {
  #reply;
  #begin;
  #begun = false;
  #finished = false;

  /**
   * @param {FastifyReply} reply
   * @param {() => void} begin
   */
  constructor(reply, begin) {
    super();
    this.#reply = reply;
    this.#begin = begin;
    // HEAD gets the head alone: Fastify throws the payload away.
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
    this.#begun = true;
    // With trailers Fastify ends the response when its payload does.
    if (options?.end !== false) this.finish();
    return destination;
  }

  finish() {
    if (this.destroyed || this.#finished) return;
    this.#finished = true;
    this.push(null);
    this.resume();
  }

  _read() {
    if (!this.#begun) this.#refuse();
  }

  #refuse() {
    // The error's answer has an encoding of its own.
    this.#reply.removeHeader('Content-Encoding');
    this.destroy(
      httpError(
        'ERR_SSE_PAYLOAD',
        500,
        'an onSend hook wants to change the event stream, which is written elsewhere: exclude text/event-stream, as from the `customTypes` of @fastify/compress',
      ),
    );
  }
}

module.exports = { EventStreamPayload };
