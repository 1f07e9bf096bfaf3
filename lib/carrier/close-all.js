'use strict';

/**
 * Makes `server.closeAllConnections()` close the connections whose sockets the core has. Node finds
 * connections through their parsers, which these connections no longer have.
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
 * Makes `closeAllConnections()` of a server cover these connections. Returns whether it does.
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
