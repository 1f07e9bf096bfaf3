'use strict';

/** @import { Response } from '../connection.js' */

/**
 * Whether the client has left, or somebody else has answered.
 * @param {Response} res
 */
function isOver(res) {
  return Boolean(res.destroyed || res.stream?.destroyed || res.headersSent || res.writableEnded);
}

module.exports = { isOver };
