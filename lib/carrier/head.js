'use strict';

/** The head of an event stream, and whether a response can still get one. */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Request, Response } from './carrier.js' */

const { SluiceError, typeError } = require('../core/error.js');
const { isDropped } = require('./last-response.js');

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Throws unless a stream can begin on this response.
 * @param {Request} req
 * @param {Response} res
 */
function assertOpenable(req, res) {
  if (typeof req?.headers !== 'object' || typeof res?.flushHeaders !== 'function') {
    throw typeError(
      'ERR_SSE_TYPE',
      'Connection expects `req` and `res` of a Node HTTP server, as in new Connection(req, res)',
    );
  }
  if (isDropped(res)) {
    throw new SluiceError(
      'ERR_SSE_GONE',
      'the request waits behind an event stream on its socket and cannot be answered: ignore it',
    );
  }
  // First: Node destroys a response that is finished, as if its client had left.
  if (res.headersSent || res.writableEnded) {
    throw new SluiceError(
      'ERR_SSE_HEADERS_SENT',
      'the response has already begun: open the connection before anything writes to it',
    );
  }
  if (res.destroyed || req.aborted || res.stream?.destroyed) {
    throw new SluiceError(
      'ERR_SSE_GONE',
      'the client left before the connection opened: check res.destroyed after every await',
    );
  }
}

/**
 * The headers of a stream, with the given ones over the usual ones.
 * @param {OutgoingHttpHeaders} headers
 * @returns {[name: string, value: number | string | readonly string[]][]}
 */
function streamHeaders(headers) {
  const all = Object.entries({ ...HEADERS, ...headers });
  return /** @type {any} */ (all.filter(([, value]) => value !== undefined));
}

module.exports = { assertOpenable, streamHeaders };
