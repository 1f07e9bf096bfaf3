'use strict';

/** Decides when a carrier may bypass the write methods of a response. */

/** @import { Request, Response } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

const { OutgoingMessage } = require('node:http');
const { Http2ServerResponse } = require('node:http2');
const { Socket } = require('node:net');
const { replacedWriter } = require('./node-socket.js');

/**
 * The write methods of Node.js.
 * @type {Function[]}
 */
const WRITES = [OutgoingMessage.prototype.write, Http2ServerResponse.prototype.write];

/**
 * Whether only Node.js takes part in the writes of a response. Other code, such as compression
 * middleware, wraps them and expects the context of the request.
 * @param {Response} res
 * @param {Function} write
 */
const isDirect = (res, write) => WRITES.includes(write) && typeof res.flush !== 'function';

/**
 * Returns the socket that takes the bytes of a response as they are, if its writes are direct.
 * `res.write()` would write a chunk in four pieces.
 * @param {Request} req
 * @param {Response & { outputData?: unknown[], _hasBody?: boolean }} res
 * @returns {NodeSocket | undefined}
 */
function directSocket(req, res) {
  const socket = /** @type {NodeSocket} */ (res.socket);
  const isOwner = socket instanceof Socket && socket === req.socket && socket._httpMessage === res;
  // Bytes that the response has buffered would be written later.
  const isEmpty = res._hasBody === true && res.outputData?.length === 0;
  return isOwner && isEmpty && !replacedWriter(socket) ? socket : undefined;
}

module.exports = { directSocket, isDirect };
