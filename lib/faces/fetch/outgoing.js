'use strict';

/** @import { Connection, Request, Response } from '../../connection/connection.js' */
/** @import { PosingResponse } from './exchange.js' */

const { kHandle } = require('../../connection/connection.js');
const { typeError } = require('../../core/error.js');
const { whenGone } = require('../../carrier/head.js');
const { isOver } = require('../../carrier/over.js');
const { makeLastResponse } = require('../../carrier/last-response.js');

/**
 * The Node response that a client's `Response` will be written to.
 * @param {unknown} given
 * @returns {(Response & { req: Request }) | undefined}
 */
function readOutgoing(given) {
  const outgoing = /** @type {any} */ (given);
  if (outgoing === undefined) return undefined;
  if (typeof outgoing?.once === 'function' && outgoing.req) return outgoing;
  throw typeError(
    'ERR_SSE_OPTION',
    "`outgoing` must be the response of a Node HTTP server, such as Hono's c.env.outgoing",
  );
}

/**
 * Lets a client leave with the Node response, which is the last one on its socket.
 * @param {Response & { req: Request }} outgoing
 * @param {Connection} connection
 * @param {PosingResponse} response
 */
function follow(outgoing, connection, response) {
  const { req } = outgoing;
  if (isOver(req, outgoing)) return response.leave();
  makeLastResponse(req, outgoing, () => connection[kHandle].close('flood'));
  const stopWaiting = whenGone(req, outgoing, () => response.leave());
  connection.once('close', stopWaiting);
}

module.exports = { follow, readOutgoing };
