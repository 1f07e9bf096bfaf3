'use strict';

/** Whether a client has left, or has only closed its side of the connection. */

/** @import { Socket } from 'node:net' */

/**
 * Whether a client that has closed its side of the connection still gets the response. Node's HTTP
 * servers end the connection instead, unless their `httpAllowHalfOpen` is set; over TLS they always
 * do.
 * @param {Socket} socket
 */
function mayHalfClose(socket) {
  const { server, encrypted } = /** @type {{ server?: any, encrypted?: boolean }} */ (socket);
  return server?.httpAllowHalfOpen === true && !encrypted;
}

/**
 * Whether the client has ended the connection, rather than the server.
 * @param {Socket | undefined} socket
 */
function hasClientLeft(socket) {
  return Boolean(socket?.errored || (socket?.readableEnded && !mayHalfClose(socket)));
}

module.exports = { hasClientLeft, mayHalfClose };
