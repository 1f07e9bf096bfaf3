'use strict';

/** The carrier of an application's stream that Fastify sends. Fastify writes the head. */

/** @import { Duplex } from 'node:stream' */
/** @import { Carrier, Request, Response } from './carrier.js' */

const { carrierOf } = require('./node-response.js');

const noop = () => {};

/**
 * @param {Request} req
 * @param {Response} res to which Fastify pipes the stream
 * @param {Duplex} stream
 * @returns {Carrier}
 */
function pipedCarrier(req, res, stream) {
  const node = carrierOf(req, res);
  const { cursor, headOnly, needsProcess } = node;
  return {
    request: req,
    response: res,
    cursor,
    headOnly,
    needsProcess,
    hasHead: true,
    listen(listener) {
      node.listen(listener);
      stream.on('drain', () => listener.onDrain());
      stream.once('close', () => listener.onClose());
      // Fastify listens for errors only after its hooks have run.
      stream.on('error', noop);
    },
    release: () => node.release(),
    head: noop,
    write: (bytes) => headOnly || stream.write(bytes),
    end: () => stream.end(),
    destroy: (error) => stream.destroy(/** @type {Error} */ (error)),
    whenWritten: (callback) => node.whenWritten(callback),
    cutOff: () => node.cutOff(),
    closeReason() {
      if (node.isPeerDead()) return 'stall';
      return node.hasClientLeft() ? 'client' : 'destroy';
    },
    descriptor: () => node.descriptor(),
    isShared: node.isShared,
  };
}

module.exports = { pipedCarrier };
