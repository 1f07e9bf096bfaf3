'use strict';

/** Asks the application whether a request is allowed. */

/** @import { StreamsAction } from '../../../streams.js' */
/** @import { Settings } from './options.js' */

const { debug } = require('../../core/diagnostics.js');
const { Refusal } = require('./refusal.js');

/**
 * Throws a refusal, or a `Response` of the application, unless the request is allowed.
 * @param {Settings} settings
 * @param {Request} request
 * @param {StreamsAction} action
 * @param {string} path
 */
async function authorize({ authorize: ask }, request, action, path) {
  if (!ask) return;
  let answer;
  try {
    answer = await ask(request, { action, path });
  } catch (error) {
    // A request is refused if its check fails.
    debug('streams: authorize failed: %o', error);
  }
  if (answer === true) return;
  throw isResponse(answer) ? answer : new Refusal(403, 'Not allowed');
}

/**
 * Servers may replace the global class, so `instanceof` is not reliable.
 * @param {any} value
 */
const isResponse = (value) =>
  typeof value?.status === 'number' && typeof value.headers?.get === 'function';

module.exports = { authorize, isResponse };
