'use strict';

/**
 * Makes `server.closeAllConnections()` close the connections whose sockets the core has. Node looks
 * for connections by their parsers, which these no longer have.
 */

/** @import { Server } from 'node:http' */

/** @type {WeakSet<Server>} */
const servers = new WeakSet();
/** @type {(server: Server) => void} */
let closeAll = () => {};

/**
 * @param {(server: Server) => void} callback closes the connections of a server
 */
function onCloseAll(callback) {
  closeAll = callback;
}

/**
 * Whether the connections of a server are closed with all others.
 * @param {Server | undefined} server
 */
function closesAll(server) {
  if (!server) return false;
  if (servers.has(server)) return true;
  const { closeAllConnections } = server;
  if (typeof closeAllConnections !== 'function') return false;
  servers.add(server);
  server.closeAllConnections = function closeAllWithCore() {
    closeAllConnections.call(this);
    closeAll(this);
  };
  return true;
}

module.exports = { closesAll, onCloseAll };
