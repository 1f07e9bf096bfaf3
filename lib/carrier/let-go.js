'use strict';

/** Releases the request, response and socket of a connection whose socket the core has. */

/** @import { EventEmitter } from 'node:events' */
/** @import { NodeSocket } from './node-socket.js' */
/** @import { Request, Response } from './carrier.js' */
/** @import { NodeServer } from './lean-servers.js' */

const { closesAll } = require('./close-all.js');
const { enter } = require('./lean-servers.js');
const { closeHandle, hasKnownParser } = require('./node-socket.js');

/** The events of these objects when a client leaves. */
const ENDS = ['aborted', 'close', 'end', 'error', 'finish'];
/** The listeners of Node.js, in all its release lines. Most of them are bound functions. */
const OF_NODE = new Set(
  [
    'clearRequestTimeout',
    'onReadableStreamEnd',
    'onServerResponseClose',
    'resOnFinish',
    'socketOnClose',
    'socketOnEnd',
    'socketOnError',
  ].flatMap((name) => [name, `bound ${name}`]),
);
/** The listener that frees the parser and aborts all requests. */
const ABORTER = 'bound socketOnClose';

/**
 * Releases the objects, unless other code listens for the end of one of them, and so must be
 * notified when the client leaves. Returns the number of the server, which counts the connection
 * until `leave()`.
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
  if (!closesAll(server) || !socket._handle || socket.destroyed) return undefined;
  if ([req, res, socket].some(isListenedTo)) return undefined;
  const number = enter(server);
  // Keeps the server from counting the socket as closed.
  socket._server = null;
  destroy(req, socket);
  return number;
}

/**
 * Destroys the objects as Node does when a client leaves. If the client has sent no other request,
 * this skips the error that Node creates for the request. Its stack trace takes longer than the
 * rest, and no listener would receive it.
 * @param {Request} req
 * @param {NodeSocket} socket
 */
function destroy(req, socket) {
  const isAlone = socket.parser?.incoming === req && hasKnownParser(socket);
  const aborter = isAlone && socket.listeners('close').find(({ name }) => name === ABORTER);
  if (aborter) socket.removeListener('close', /** @type {any} */ (aborter));
  // The parser reads from the handle.
  socket.parser?.unconsume?.();
  closeHandle(socket);
  socket.destroy();
  if (aborter) req.destroy();
}

/** @param {EventEmitter<any>} emitter */
function isListenedTo(emitter) {
  return ENDS.some(
    (name) => emitter.listenerCount(name) > 0 && !emitter.listeners(name).every(isOfNode),
  );
}

/** @param {Function} listener */
const isOfNode = ({ name }) => OF_NODE.has(name);

module.exports = { letGo };
