'use strict';

/** Reads the Node response that a client's Fetch `Response` will be written to. */

/** @import { Request, Response } from '../../carrier/carrier.js' */

const option = require('../../core/option.js');

/**
 * @param {unknown} given
 * @returns {(Response & { req: Request }) | undefined}
 */
function readOutgoing(given) {
  const outgoing = /** @type {any} */ (given);
  if (outgoing === undefined) return undefined;
  if (typeof outgoing?.once === 'function' && outgoing.req) return outgoing;
  throw option.invalid(
    "`outgoing` must be the response of a Node HTTP server, such as Hono's c.env.outgoing",
  );
}

module.exports = { readOutgoing };
