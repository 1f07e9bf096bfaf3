'use strict';

const { SluiceError, typeError } = require('../core/error.js');
const { isDropped } = require('./last-response.js');

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Request, Response } from '../connection/connection.js' */

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
  if (isDropped(res)) {
    throw new SluiceError(
      'ERR_SSE_GONE',
      'the request waits behind an event stream on the same connection and cannot be answered: ignore it',
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
 * Calls back when the response has closed. One that waits behind another on its socket never says so
 * itself. Returns a function that takes the listeners away again.
 * @param {Request} req
 * @param {Response} res
 * @param {() => void} callback
 */
function whenGone(req, res, callback) {
  res.once('close', callback);
  const socket = res.socket === null ? req.socket : undefined;
  // As many listeners as the client has pipelined HEAD requests.
  socket?.setMaxListeners(0).once('close', callback);
  return () => {
    res.off('close', callback);
    socket?.off('close', callback);
  };
}

/**
 * Writes the head. A stream has no length, and on HTTP/1.x nothing comes after it.
 * @param {Response} res
 * @param {{ statusCode: number, headers: OutgoingHttpHeaders }} options
 * @param {boolean} isLast
 */
function writeHead(res, options, isLast) {
  res.statusCode = options.statusCode;
  for (const [name, value] of Object.entries({ ...HEADERS, ...options.headers })) {
    if (value !== undefined) res.setHeader(name, value);
  }
  res.removeHeader('Content-Length');
  if (isLast) res.setHeader('Connection', 'close');
  res.flushHeaders();
}

module.exports = { assertOpenable, whenGone, writeHead };
