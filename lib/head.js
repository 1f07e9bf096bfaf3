'use strict';

const { SluiceError, typeError } = require('./error.js');

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Request, Response } from './connection.js' */

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
      'a connection takes the `req` and `res` of a Node HTTP server, as in new Connection(req, res)',
    );
  }
  if (res.destroyed || req.aborted || res.stream?.destroyed) {
    throw new SluiceError(
      'ERR_SSE_GONE',
      'the client left before the connection opened: check res.destroyed after anything asynchronous',
    );
  }
  if (res.headersSent || res.writableEnded) {
    throw new SluiceError(
      'ERR_SSE_HEADERS_SENT',
      'the response was begun already: open the connection before anything writes to it',
    );
  }
}

/**
 * Calls back when the response has closed. One that waits behind another on its socket never says so itself.
 * @param {Request} req
 * @param {Response} res
 * @param {() => void} callback
 */
function whenGone(req, res, callback) {
  res.once('close', callback);
  if (res.socket === null && req.socket) {
    // As many listeners as the client has pipelined requests.
    req.socket.setMaxListeners(0).once('close', callback);
  }
}

/**
 * Writes the head. A stream has no length; the core ends a handed-over socket with its response.
 * @param {Response} res
 * @param {{ statusCode: number, headers: OutgoingHttpHeaders }} options
 * @param {boolean} native
 */
function writeHead(res, options, native) {
  res.statusCode = options.statusCode;
  for (const [name, value] of Object.entries({ ...HEADERS, ...options.headers })) {
    if (value !== undefined) res.setHeader(name, value);
  }
  res.removeHeader('Content-Length');
  if (native) res.setHeader('Connection', 'close');
  res.flushHeaders();
}

module.exports = { assertOpenable, whenGone, writeHead };
