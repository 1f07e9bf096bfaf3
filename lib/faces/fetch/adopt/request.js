'use strict';

/** Converts a Node request into a Fetch `Request`. */

/** @import { Request as NodeRequest } from '../../../carrier/carrier.js' */

const { bodyOf } = require('./request-body.js');

/** A name or an address, and a port. Anything else could change the path or the user of a URL. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** Methods that `Request` refuses. */
const FORBIDDEN_METHODS = ['CONNECT', 'TRACE', 'TRACK'];

/** A request that does not reach the handler. The client receives the status. */
class BadRequest extends Error {
  /**
   * @param {number} statusCode
   * @param {string} message
   */
  constructor(statusCode, message) {
    super(message);
    this.name = 'BadRequest';
    this.statusCode = statusCode;
  }
}

/** @param {NodeRequest & { originalUrl?: string }} req */
function urlOf(req) {
  const { headers, socket } = req;
  const host = headers[':authority'] ?? headers.host ?? 'localhost';
  if (typeof host !== 'string' || !HOST.test(host)) {
    throw new BadRequest(400, 'the Host header is not a name or an address with a port');
  }
  const origin = `${/** @type {any} */ (socket)?.encrypted ? 'https' : 'http'}://${host}`;
  try {
    // Express removes the mount path of the router from `url`.
    return new URL(origin + pathOf(req.originalUrl ?? req.url ?? '/'));
  } catch {
    throw new BadRequest(400, 'the target of the request is not a URL');
  }
}

/** @param {string} target */
function pathOf(target) {
  if (target.startsWith('/')) return target;
  if (target === '*') return '/';
  // The absolute form, which clients send to a proxy.
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/** @param {NodeRequest} req */
function headersOf(req) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (name.startsWith(':')) continue;
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  return headers;
}

/**
 * Throws `BadRequest` if the request cannot become a Fetch `Request`.
 * @param {NodeRequest} req
 * @param {AbortSignal} signal
 */
function requestOf(req, signal) {
  const { method = 'GET' } = req;
  if (FORBIDDEN_METHODS.includes(method)) throw new BadRequest(405, `${method} is not supported`);
  const url = urlOf(req);
  const init = { method, headers: headersOf(req), body: bodyOf(req), signal, duplex: 'half' };
  return new Request(url, /** @type {RequestInit} */ (init));
}

module.exports = { requestOf };
