'use strict';

/**
 * The `controller` of a Fetch client. It writes through the connection, so events keep their order.
 */

/** @import { BodyCarrier } from '../../carrier/body-carrier.js' */
/** @import { Connection } from '../../connection/connection.js' */

const { inspect } = require('node:util');
const { FrameAssembler } = require('../../carrier/frame-assembler.js');
const option = require('../../core/option.js');

class ClientController {
  #connection;
  #carrier;
  /** @type {FrameAssembler | undefined} */
  #assembler;

  /**
   * @param {Connection} connection
   * @param {BodyCarrier} carrier
   */
  constructor(connection, carrier) {
    this.#connection = connection;
    this.#carrier = carrier;
  }

  get desiredSize() {
    return this.#carrier.desiredSize(this.#connection.queuedBytes);
  }

  /** @param {Uint8Array} chunk */
  enqueue(chunk) {
    if (!(chunk instanceof Uint8Array)) {
      throw option.wrongArgument('enqueue()', 'a Uint8Array', chunk);
    }
    this.#assembler ??= new FrameAssembler();
    this.#assembler.push(chunk, undefined, (frames) => {
      if (!this.#connection.closed) this.#connection.write(frames);
    });
  }

  close() {
    this.#connection.end();
  }

  /** @param {unknown} [reason] */
  error(reason) {
    this.#carrier.destroy(reason);
  }

  /** Hides Node's own method, which fails for controllers that Node has not created. */
  get [inspect.custom]() {
    return undefined;
  }
}

Object.setPrototypeOf(ClientController.prototype, ReadableStreamDefaultController.prototype);

module.exports = { ClientController };
