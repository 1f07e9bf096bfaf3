'use strict';

/** The carrier of a stream of the user's that Fastify sends. Fastify writes the head. */

/** @import { Duplex } from 'node:stream' */
/** @import { Carrier, CarrierListener, Request, Response } from './carrier.js' */

const { carrierOf } = require('./node-response.js');

const noop = () => {};

/** @implements {Carrier} */
class PipedCarrier {
  #node;
  #stream;

  /**
   * @param {Request} req
   * @param {Response} res to which Fastify pipes the stream
   * @param {Duplex} stream
   */
  constructor(req, res, stream) {
    this.#node = carrierOf(req, res);
    this.#stream = stream;
    this.request = req;
    this.response = res;
    this.cursor = this.#node.cursor;
    this.headOnly = this.#node.headOnly;
    this.needsProcess = this.#node.needsProcess;
  }

  /** @param {CarrierListener} listener */
  listen(listener) {
    this.#node.listen(listener);
    this.#stream.on('drain', () => listener.onDrain());
    this.#stream.once('close', () => listener.onClose());
    // Fastify listens to the errors only when its hooks have run.
    this.#stream.on('error', noop);
  }

  release() {
    this.#node.release();
  }

  head() {}

  /** @param {Buffer} bytes */
  write(bytes) {
    return this.headOnly || this.#stream.write(bytes);
  }

  end() {
    this.#stream.end();
  }

  /** @param {any} [error] */
  destroy(error) {
    this.#stream.destroy(error);
  }

  /** @returns {'client' | 'destroy'} */
  closeReason() {
    return this.#node.hasClientLeft() ? 'client' : 'destroy';
  }

  descriptor() {
    return this.#node.descriptor();
  }
}

module.exports = { PipedCarrier };
