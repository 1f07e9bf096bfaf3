'use strict';

/** `setupSSE`: adds the routes of a broker to an Express or Fastify application. */

/** @import { SetupSSEOptions } from '../../../types/setup-sse.js' */

const { SSEBroker } = require('../../broker/broker.js');
const { typeError } = require('../../core/error.js');
const { hasMethods } = require('../../core/option.js');
const { addToExpress } = require('./express.js');
const { readSetupOptions } = require('./options.js');
const { Routes } = require('./routes.js');

/**
 * @param {any} app
 * @param {SSEBroker} broker
 * @param {string} basePath
 * @param {SetupSSEOptions | null} [options]
 */
function setupSSE(app, broker, basePath, options) {
  const isFastify = hasMethods(app, 'register', 'addContentTypeParser');
  if (!isFastify && !hasMethods(app, 'get', 'post', 'options')) {
    throw typeError(
      'ERR_SSE_TYPE',
      'setupSSE() expects an Express app or router, or a Fastify instance, first',
    );
  }
  if (!(broker instanceof SSEBroker)) {
    throw typeError('ERR_SSE_TYPE', 'setupSSE() expects an SSEBroker after the app');
  }
  const base = readBasePath(basePath);
  const routes = new Routes(broker, readSetupOptions(options));
  // Loaded only where it is used.
  if (isFastify) require('./fastify.js').addToFastify(app, base, routes);
  else addToExpress(app, base, routes);
}

/** @param {string} basePath */
function readBasePath(basePath) {
  if (typeof basePath !== 'string' || (basePath !== '' && !basePath.startsWith('/'))) {
    throw typeError(
      'ERR_SSE_TYPE',
      "setupSSE() expects a path after the broker: '' or one with a leading slash, such as '/_sse'",
    );
  }
  return basePath.replace(/\/+$/, '');
}

module.exports = { setupSSE };
