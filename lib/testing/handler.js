'use strict';

/** Detects the kind of handler that a test passes, and sends it a request. */

/**
 * @typedef {{
 *   path: string, method: string, headers: Record<string, string>, remoteAddress: string,
 *   signal: AbortSignal,
 * }} Ask
 * @typedef {{
 *   status: number, headers: Record<string, string | string[] | undefined>,
 *   body: AsyncIterable<Uint8Array>, leave(): void,
 * }} Answer
 */

const http = require('node:http');
const { typeError } = require('../core/error.js');
const { hasMethods, wrongArgument } = require('../core/option.js');
const { isResponse } = require('../faces/fetch/is-response.js');
const { answerOf, askFetch } = require('./fetch-handler.js');
const { askServer } = require('./node-handler.js');

const EXPECTED =
  'an Express app, a (req, res) handler, an http.Server, a Fastify or Nest application, ' +
  '{ fetch } or a Response';

/**
 * @param {any} handler
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 */
async function askHandler(handler, ask) {
  if (isResponse(handler)) return answerOf(handler);
  if (hasMethods(handler, 'fetch')) {
    return askFetch((...args) => handler.fetch(...args), ask);
  }
  if (hasMethods(handler, 'getHttpServer', 'init')) {
    await handler.init();
    return askServer(plainServer(handler.getHttpServer()), ask);
  }
  if (hasMethods(handler, 'ready', 'inject')) {
    await handler.ready();
    return askServer(plainServer(handler.server), ask);
  }
  if (handler instanceof http.Server) return askServer(handler, ask);
  if (typeof handler === 'function') return askFunction(handler, ask);
  throw wrongArgument('openStream()', EXPECTED, handler);
}

/**
 * @param {Function} handler
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 */
function askFunction(handler, ask) {
  return new Promise((resolve, reject) => {
    // Called as a function: an Express app has its own `this`.
    const server = http.createServer((req, res) => {
      // A handler that throws would end the process. The test should fail instead.
      run(handler, req, res).catch(reject);
    });
    askServer(server, ask).then(resolve, reject);
  });
}

/** @type {(handler: Function, req: unknown, res: unknown) => Promise<void>} */
async function run(handler, req, res) {
  if (!isResponse(await handler(req, res))) return;
  throw typeError(
    'ERR_SSE_TYPE',
    'openStream() called a function as a (req, res) handler, but it returned a Response: pass ' +
      '`{ fetch: handler }`',
  );
}

/** @param {unknown} server */
function plainServer(server) {
  if (server instanceof http.Server) return server;
  throw typeError(
    'ERR_SSE_TYPE',
    'openStream() needs an application over plain HTTP/1.x: create it without `https` and `http2`',
  );
}

module.exports = { askHandler };
