'use strict';

/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Request, Response } from '../connection/connection.js' */

const { finished } = require('node:stream');
const { Connection } = require('../connection/connection.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const { typeError } = require('../core/error.js');

/** How long the client has to take what was sent before an error, when the error goes to Express. */
const GRACE = 5000;

/**
 * @param {(connection: Connection, req: any, res: any) => unknown} handler
 * @param {ConnectionOptions} [options]
 */
function sse(handler, options) {
  if (typeof handler !== 'function') {
    throw typeError('ERR_SSE_TYPE', `sse() takes a handler, not a ${typeof handler}`);
  }
  readConnectionOptions(options);

  /** @type {(req: Request, res: Response, next: (error: unknown) => void) => void} */
  return function eventStream(req, res, next) {
    let connection;
    try {
      connection = new Connection(req, res, options);
    } catch (error) {
      // Nobody is left to answer.
      if (/** @type {any} */ (error).code === 'ERR_SSE_GONE') return;
      return next(error);
    }
    call(handler, connection).catch((error) => {
      connection.end();
      // Express skips what is falsy.
      whenOver(res, () => next(error || new Error(`the handler failed with ${error}`)));
    });
  };
}

/**
 * What it throws and what it rejects with are one.
 * @param {(connection: Connection, req: any, res: any) => unknown} handler
 * @param {Connection} connection
 */
async function call(handler, connection) {
  await handler(connection, connection.request, connection.response);
}

/**
 * Express destroys the socket when an error comes after the head, and with it what is still on its way.
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
