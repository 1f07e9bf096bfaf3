'use strict';

/** Lets go of the request, response and socket of a connection whose socket the core has. */

/** @import { EventEmitter } from 'node:events' */
/** @import { NodeSocket } from './node-socket.js' */
/** @import { Request, Response } from './carrier.js' */
/** @import { NodeServer } from './lean-servers.js' */

const { closesAll } = require('./close-all.js');
const { enter } = require('./lean-servers.js');

/** What happens to these objects when a client leaves. */
const ENDS = ['aborted', 'close', 'end', 'error', 'finish'];
/** The listeners of Node.js, on all its release lines. */
const OF_NODE = new Set([
  'clearRequestTimeout',
  'onReadableStreamEnd',
  'onServerResponseClose',
  'resOnFinish',
  'socketOnClose',
  'socketOnEnd',
  'socketOnError',
]);

/**
 * Lets go, unless other code listens for the end of one of the objects: it hears of the end when
 * the client leaves. Returns the number of the server, which counts the connection until `leave()`.
 * @param {Request} req
 * @param {Response} res
 * @returns {number | undefined}
 */
function letGo(req, res) {
  const socket = /** @type {NodeSocket & { _server?: NodeServer | null, server?: NodeServer }} */ (
    req.socket
  );
  const { server } = socket;
  if (!server || socket._server !== server || typeof server._connections !== 'number') {
    return undefined;
  }
  if (!closesAll(server)) return undefined;
  if (socket.destroyed || [req, res, socket].some(isListenedTo)) return undefined;
  const number = enter(server);
  // The server does not count the socket as closed yet.
  socket._server = null;
  // Node frees the parser, and forgets the rest.
  socket.destroy();
  return number;
}

/** @param {EventEmitter<any>} emitter */
function isListenedTo(emitter) {
  return ENDS.some(
    (name) => emitter.listenerCount(name) > 0 && !emitter.listeners(name).every(isOfNode),
  );
}

/** @param {Function} listener */
const isOfNode = ({ name }) => OF_NODE.has(name.replace(/^bound /, ''));

module.exports = { letGo };
