'use strict';

/**
 * The servers of lean connections. Node no longer has their sockets, but the server still counts
 * these connections: `getConnections()` and `maxConnections` are correct, and `close()` waits for
 * them.
 */

/** @import { Server } from 'node:http' */

/**
 * A server with the internal properties of Node.js.
 * @typedef {Server & { _connections: number, _emitCloseIfDrained?: () => void }} NodeServer
 */

/**
 * Servers that have lean connections, by number.
 * @type {Map<number, { server: NodeServer, count: number }>}
 */
const servers = new Map();
/** @type {WeakMap<NodeServer, number>} */
const numbers = new WeakMap();
let latest = 0;

/**
 * Counts a lean connection. Returns the number of its server.
 * @param {NodeServer} server
 */
function enter(server) {
  let number = numbers.get(server);
  if (number === undefined) {
    latest += 1;
    number = latest;
    numbers.set(server, number);
  }
  const entry = servers.get(number) ?? { server, count: 0 };
  entry.count += 1;
  servers.set(number, entry);
  return number;
}

/**
 * Called when a lean connection has closed.
 * @param {number} number of its server
 */
function leave(number) {
  const entry = servers.get(number);
  if (!entry) return;
  entry.count -= 1;
  if (entry.count === 0) servers.delete(number);
  // As Node does when a socket closes.
  entry.server._connections -= 1;
  entry.server._emitCloseIfDrained?.();
}

/**
 * @param {number} number
 * @param {Server} server
 */
const isServer = (number, server) => servers.get(number)?.server === server;

module.exports = { enter, isServer, leave };
