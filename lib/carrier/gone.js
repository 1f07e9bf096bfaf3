'use strict';

/** Detects whether and when the client of a Node response has left. */

/** @import { Request, Response } from './carrier.js' */

/**
 * Whether the client has left, or other code has answered. A response that waits behind another one
 * on its socket does not know its client, so this checks the socket.
 * @param {Request} req
 * @param {Response} res
 */
function isOver(req, res) {
  const isGone = res.destroyed || res.stream?.destroyed;
  const leftWaiting = res.socket === null && req.socket?.destroyed;
  return Boolean(isGone || leftWaiting || res.headersSent || res.writableEnded);
}

/**
 * Calls back when the response has closed, unless the returned function is called first. A response
 * that waits behind another one on its socket does not emit `close`, so its socket is watched too.
 * @param {Request} req
 * @param {Response} res
 * @param {() => void} callback
 */
function whenGone(req, res, callback) {
  res.once('close', callback);
  const socket = res.socket === null ? req.socket : undefined;
  // The client may pipeline any number of HEAD requests.
  socket?.setMaxListeners(0).once('close', callback);
  return () => {
    res.off('close', callback);
    socket?.off('close', callback);
  };
}

module.exports = { isOver, whenGone };
