'use strict';

/** Extracts the part of a request that a lean connection keeps. */

/** @import { LeanRequest } from '../../index.js' */
/** @import { Request } from './carrier.js' */

/**
 * @param {Request & { originalUrl?: string }} req
 * @param {readonly string[]} names of headers, in lower case
 * @returns {LeanRequest}
 */
function leanRequest(req, names) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const name of names) {
    const value = req.headers[name];
    if (value !== undefined) headers[name] = String(value);
  }
  return recordOf(req.method, req.originalUrl ?? req.url, req.socket.remoteAddress, headers);
}

/**
 * @param {string | undefined} method
 * @param {string | undefined} url
 * @param {string | undefined} address
 * @param {Record<string, string>} headers
 * @returns {LeanRequest}
 */
function recordOf(method = '', url = '', address, headers) {
  return Object.freeze({ method, url, headers: Object.freeze(headers), address });
}

module.exports = { leanRequest, recordOf };
