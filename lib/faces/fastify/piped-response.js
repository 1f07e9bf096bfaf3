'use strict';

/** @import { ServerResponse } from 'node:http' */
/** @import { Duplex } from 'node:stream' */

const { EventEmitter } = require('node:events');

const noop = () => {};

/** What a connection takes for a response when its frames go through a stream that Fastify sends. The head is Fastify's. */
class PipedResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  #stream;

  /**
   * @param {Duplex} stream
   * @param {ServerResponse} raw
   */
  constructor(stream, raw) {
    super();
    this.#stream = stream;
    stream.on('drain', () => this.emit('drain'));
    stream.once('close', () => this.emit('close'));
    // Fastify listens to the errors only when its hooks have run.
    stream.on('error', noop);
    raw.once('close', () => this.emit('close'));
    this.destroyed = raw.destroyed;
  }

  get writableEnded() {
    return this.#stream.writableEnded;
  }

  setHeader() {}
  removeHeader() {}
  flushHeaders() {}
  hasHeader() {
    return false;
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    return this.#stream.write(bytes);
  }

  end() {
    this.#stream.end();
  }

  /** @param {Error} [error] */
  destroy(error) {
    this.#stream.destroy(error);
  }
}

module.exports = { PipedResponse };
