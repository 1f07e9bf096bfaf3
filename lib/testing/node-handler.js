'use strict';

/**
 * Requests to a Node.js server without a port. A pair of in-memory streams replaces a TCP
 * connection: one is injected into an `http.Server`, the other into `http.request`. Node.js's own
 * HTTP parser and `ServerResponse` are used, so back-pressure and `close` events are real.
 */

/** @import { Answer, Ask } from './handler.js' */

const http = require('node:http');
const { duplexPair } = require('node:stream');
const { unreferenced } = require('../carrier/unreferenced.js');

const noop = () => {};

/** How Node.js reports a client that has closed its connection. */
const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/**
 * @param {http.Server} server
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 */
function askServer(server, { path, method, headers, remoteAddress, signal }) {
  const [near, far] = duplexPair();
  unreferenced.add(far);
  // Frameworks read the address, and `limits` count connections by it.
  Object.assign(far, { remoteAddress });
  // A pair does not propagate the destruction of one end to the other.
  far.on('close', () => near.destroy()).on('error', noop);
  near.on('close', () => far.destroy(far.readableEnded ? undefined : reset()));
  near.on('error', noop);
  signal.addEventListener('abort', () => near.destroy(), { once: true });

  return new Promise((resolve, reject) => {
    const createConnection = () => near;
    const request = http.request({ path, method, headers, createConnection });
    request.on('error', reject);
    request.on('response', (response) => {
      resolve({
        status: Number(response.statusCode),
        headers: /** @type {Record<string, string | string[] | undefined>} */ (response.headers),
        body: response,
        leave: () => near.destroy(),
      });
    });
    server.emit('connection', far);
    request.end();
  });
}

module.exports = { askServer };
