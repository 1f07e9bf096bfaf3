'use strict';

/** `sse`: makes an Express handler of a function that gets a connection. */

/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Request, Response } from '../carrier/carrier.js' */

const { finished } = require('node:stream');
const { Connection } = require('../connection/connection.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const option = require('../core/option.js');

/**
 * How long the client has to take what was sent before an error, when the error goes to Express.
 */
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

  /** @type {(req: Request, res: Response, next: (error: unknown) => void) => void} */
  return function eventStream(req, res, next) {
    let connection;
    try {
      connection = new Connection(req, res, options);
    } catch (error) {
      // The client has left.
      if (/** @type {any} */ (error).code === 'ERR_SSE_GONE') return;
      return next(error);
    }
    // Rejects too if the handler throws.
    const handled = (async () => handler(connection, req, res))();
    handled.catch((error) => {
      connection.end();
      // Express ignores errors that are falsy.
      whenOver(res, () => next(error || new Error(`the handler failed with ${error}`)));
    });
  };
}

/**
 * Express destroys the socket when an error comes after the head, together with bytes still in
 * flight.
 * @param {Response} res
 * @param {() => void} callback
 */
function whenOver(res, callback) {
  const done = () => {
    clearTimeout(timer);
    stopWaiting();
    callback();
  };
  const timer = setTimeout(done, GRACE);
  const stopWaiting = finished(res, done);
}

module.exports = { sse };
