'use strict';

/** `sse`: makes an Express handler of a function that gets a connection. */

/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Request, Response } from '../carrier/carrier.js' */

const { finished } = require('node:stream');
const { Connection } = require('../connection/connection.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const { typeError } = require('../core/error.js');
const { kind } = require('../core/option.js');

/** How long the client has to take what was sent before an error, when the error goes to Express. */
const GRACE = 5000;

/**
 * @param {(connection: Connection, req: any, res: any) => unknown} handler
 * @param {ConnectionOptions} [options]
 */
function sse(handler, options) {
  if (typeof handler !== 'function') {
    throw typeError(
      'ERR_SSE_TYPE',
      `sse() expects a handler function, but received ${kind(handler)}`,
    );
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
    call(handler, connection).catch((error) => {
      connection.end();
      // Express ignores errors that are falsy.
      whenOver(res, () => next(error || new Error(`the handler failed with ${error}`)));
    });
  };
}

/**
 * Rejects whether the handler throws or rejects.
 * @param {(connection: Connection, req: any, res: any) => unknown} handler
 * @param {Connection} connection
 */
async function call(handler, connection) {
  await handler(connection, connection.request, connection.response);
}

/**
 * Express destroys the socket when an error comes after the head, together with bytes still in flight.
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
