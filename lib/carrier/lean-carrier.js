'use strict';

/**
 * The carrier of a lean connection whose Node.js objects were released. The core writes, and
 * detects when the client leaves.
 */

/** @import { LeanRequest } from '../../index.js' */
/** @import { Server } from 'node:http' */
/** @import { Carrier } from './carrier.js' */

const { isServer, leave } = require('./lean-servers.js');

/** @implements {Carrier} */
class LeanCarrier {
  #hasLeft = false;

  /**
   * @param {LeanRequest} request
   * @param {string | undefined} cursor
   * @param {number} server the number of its server
   */
  constructor(request, cursor, server) {
    this.request = request;
    this.cursor = cursor;
    this.server = server;
  }

  get response() {
    return undefined;
  }

  listen() {}

  release() {}

  head() {}

  write() {
    return true;
  }

  end() {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    leave(this.server);
  }

  destroy() {
    this.end();
  }

  /**
   * The core has written everything when it closes the connection.
   * @param {() => void} callback
   */
  whenWritten(callback) {
    callback();
  }

  cutOff() {}

  /** @param {Server} server */
  isOf(server) {
    return isServer(this.server, server);
  }

  /** @returns {'destroy'} */
  closeReason() {
    return 'destroy';
  }
}

module.exports = { LeanCarrier };
