'use strict';

/** Builds the head of an event stream, and checks whether a response can still send one. */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Request, Response } from './carrier.js' */

const { SluiceError, typeError } = require('../core/error.js');
const { hasMethods } = require('../core/option.js');
const { isDropped } = require('./last-response.js');

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Suggests what to pass instead of the arguments of a framework's handler.
 * @param {any} req
 * @param {any} res
 */
function pairFix(req, res) {
  if (res?.raw !== undefined) {
    return (
      ', but received those of Fastify: call reply.eventStream() of sluice/fastify or, in Nest, ' +
      'call reply.hijack() and pass request.raw and reply.raw'
    );
  }
  if (typeof req?.flushHeaders === 'function') return ': pass `req` first, then `res`';
  if (req instanceof Request) return ', but received a Fetch Request: use createSSE()';
  if (req?.req ?? res?.res) return ', but received those of Koa: pass ctx.req and ctx.res';
  return ', as in new Connection(req, res)';
}

/**
 * Throws unless a stream can begin on this response.
 * @param {Request} req
 * @param {Response} res
 */
function assertOpenable(req, res) {
  // A response of Koa has the other members too, but is not a stream.
  if (typeof req?.headers !== 'object' || !hasMethods(res, 'flushHeaders', 'once')) {
    const expected = 'Connection expects `req` and `res` of a Node HTTP server';
    throw typeError('ERR_SSE_TYPE', `${expected}${pairFix(req, res)}`);
  }
  if (isDropped(res)) {
    throw new SluiceError(
      'ERR_SSE_GONE',
      'the request waits behind an event stream on its socket and cannot be answered: ignore it',
    );
  }
  // Checked first: Node destroys a finished response as if its client had left.
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
 * Returns the headers of a stream. The given headers override the defaults.
 * @param {OutgoingHttpHeaders} headers
 * @returns {[name: string, value: number | string | readonly string[]][]}
 */
function streamHeaders(headers) {
  const all = Object.entries({ ...HEADERS, ...headers });
  return /** @type {any} */ (all.filter(([, value]) => value !== undefined));
}

/** The default headers of a stream that is the last response on its socket. */
const LAST = Object.freeze({ ...HEADERS, Connection: 'close' });

/**
 * Returns the headers of a stream, for `res.writeHead()`: each name once, ignoring case.
 * @param {OutgoingHttpHeaders} headers
 * @param {boolean} isLast whether the stream is the last response on its socket
 * @returns {OutgoingHttpHeaders}
 */
function headHeaders(headers, isLast) {
  if (isLast && Object.keys(headers).length === 0) return LAST;
  /** @type {Map<string, [name: string, value: any]>} */
  const all = new Map();
  for (const header of streamHeaders(headers)) all.set(header[0].toLowerCase(), header);
  all.delete('content-length');
  if (isLast) all.set('connection', ['Connection', 'close']);
  return Object.fromEntries(all.values());
}

module.exports = { assertOpenable, headHeaders, streamHeaders };
