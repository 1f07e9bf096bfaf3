'use strict';

/** Whether a client has left, has only closed its side of the connection, or is dead. */

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

/** The errors that the kernel reports when a peer no longer acknowledges anything. */
const DEAD = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Whether the kernel has given up on a client that is unreachable.
 * @param {{ errored?: Error | null } | null | undefined} stream a socket, or a stream over one
 */
function isPeerDead(stream) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (stream?.errored ?? {});
  return code !== undefined && DEAD.includes(code);
}

module.exports = { hasClientLeft, isPeerDead, mayHalfClose };
