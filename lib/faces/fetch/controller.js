'use strict';

/** @import { Connection } from '../../connection/connection.js' */
/** @import { PosingResponse } from './exchange.js' */

const { inspect } = require('node:util');
const { typeError } = require('../../core/error.js');

/** What a client's `controller` does goes through the connection, so that it keeps its place in the order. */
class ClientController {
  #connection;
  #response;

  /**
   * @param {Connection} connection
   * @param {PosingResponse} response
   */
  constructor(connection, response) {
    this.#connection = connection;
    this.#response = response;
  }

  get desiredSize() {
    const { desiredSize, destroyed } = this.#response.stream;
    return desiredSize === null || destroyed
      ? desiredSize
      : desiredSize - this.#connection.queuedBytes;
  }

  /** @param {Uint8Array} chunk */
  enqueue(chunk) {
    if (!(chunk instanceof Uint8Array)) {
      throw typeError('ERR_SSE_TYPE', `enqueue() takes a Uint8Array, not a ${typeof chunk}`);
    }
    this.#response.write(chunk);
  }

  close() {
    this.#response.end();
  }

  /** @param {unknown} [reason] */
  error(reason) {
    this.#response.destroy(reason);
  }

  /** That of the real ones knows only those that Node has made. */
  get [inspect.custom]() {
    return undefined;
  }
}

Object.setPrototypeOf(ClientController.prototype, ReadableStreamDefaultController.prototype);

module.exports = { ClientController };
