'use strict';

/** `sse`: turns a function that receives a connection into an Express handler. */

/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Request, Response } from '../carrier/carrier.js' */

const { finished } = require('node:stream/promises');
const { Connection } = require('../connection/connection.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const option = require('../core/option.js');
const { PING_INTERVAL } = require('./ping-interval.js');

/** How long a client may take to receive events that precede an error, in milliseconds. */
const GRACE = 5000;

/**
 * @param {(connection: Connection, req: any, res: any) => unknown} handler
 * @param {ConnectionOptions} [options]
 */
function sse(handler, options) {
  if (typeof handler !== 'function') {
    throw option.wrongArgument('sse()', 'a handler function', handler);
  }
  readConnectionOptions(options);
  const all = option.over({ pingInterval: PING_INTERVAL }, options ?? {});

  /** @type {(req: Request, res: Response, next: (error: unknown) => void) => void} */
  return function eventStream(req, res, next) {
    let connection;
    try {
      connection = new Connection(req, res, all);
    } catch (error) {
      // The handler isn't called if the client has already disconnected.
      if (/** @type {any} */ (error).code === 'ERR_SSE_GONE') return;
      return next(error);
    }
    // Also rejects if the handler throws synchronously.
    const handled = (async () => handler(connection, req, res))();
    handled.catch(async (error) => {
      connection.end();
      // After the head, an error makes Express destroy the socket and lose the bytes in flight.
      const options = { cleanup: true, signal: AbortSignal.timeout(GRACE) };
      await finished(res, options).catch(() => {});
      // Express ignores falsy errors.
      next(error || new Error(`the handler failed with ${error}`));
    });
  };
}

module.exports = { sse };
