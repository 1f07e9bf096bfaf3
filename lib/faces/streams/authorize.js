'use strict';

/** Asks the application whether a request may do what it asks for. */

/** @import { StreamsAction } from '../../../streams.js' */
/** @import { Settings } from './options.js' */

const { debug } = require('../../core/diagnostics.js');
const { Refusal } = require('./refusal.js');

/**
 * Throws unless the request is allowed. What is thrown may be a `Response` of the application.
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
    // Whoever cannot be checked is not allowed.
    debug('streams: authorize failed: %o', error);
  }
  if (answer === true) return;
  throw isResponse(answer) ? answer : new Refusal(403, 'Not allowed');
}

/**
 * It may be of another class, as servers replace the global one.
 * @param {any} value
 */
const isResponse = (value) =>
  typeof value?.status === 'number' && typeof value.headers?.get === 'function';

module.exports = { authorize, isResponse };
