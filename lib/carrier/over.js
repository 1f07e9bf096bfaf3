'use strict';

/** @import { Request, Response } from '../connection/connection.js' */

/**
 * Whether the client has left, or somebody else has answered. A response that waits behind another on its socket says nothing of
 * its client.
 * @param {Request} req
 * @param {Response} res
 */
function isOver(req, res) {
  const isGone = res.destroyed || res.stream?.destroyed;
  const leftWaiting = res.socket === null && req.socket?.destroyed;
  return Boolean(isGone || leftWaiting || res.headersSent || res.writableEnded);
}

module.exports = { isOver };
