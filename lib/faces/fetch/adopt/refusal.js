'use strict';

/** Answers and reports errors of handlers, of bodies, and of responses that cannot be served. */

/** @import { AdoptOptions } from '../../../../fetch.js' */
/** @import { Response as NodeResponse } from '../../../carrier/carrier.js' */

const { STATUS_CODES } = require('node:http');
const { guarded } = require('../../../core/listeners.js');

/** Codes of programming errors. */
const MISTAKES = ['ERR_SSE_TYPE', 'ERR_SSE_OPTION', 'ERR_SSE_TRANSPORT'];

/** @param {any} error */
const isMistake = (error) => MISTAKES.includes(error?.code);

/** @param {any} error */
function statusOf(error) {
  const { statusCode } = error ?? {};
  return Number.isInteger(statusCode) && statusCode >= 400 && statusCode < 600 ? statusCode : 500;
}

/**
 * Answers with the status of an error, and without its message.
 * @param {NodeResponse} res
 * @param {any} error
 */
function answer(res, error) {
  if (res.headersSent || res.writableEnded || res.destroyed) return;
  const status = statusOf(error);
  for (const name of res.getHeaderNames()) {
    if (/^content-/.test(name)) res.removeHeader(name);
  }
  // Only headers of this package's errors are meant for clients.
  const isOwn = /^ERR_SSE_/.test(error?.code);
  for (const [name, value] of Object.entries(isOwn ? (error.headers ?? {}) : {})) {
    res.setHeader(name, value);
  }
  res.statusCode = status;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(STATUS_CODES[status] ?? 'Error');
}

/**
 * Passes an error to `onError`. Without it, errors other than refusals become a process warning.
 * @param {unknown} error
 * @param {AdoptOptions['onError']} onError
 */
function report(error, onError) {
  if (onError) return guarded(() => onError(error));
  if (statusOf(error) >= 500 && !(/** @type {any} */ (error)?.statusCode)) {
    process.emitWarning(warningOf(error));
  }
  return undefined;
}

/**
 * Node.js also prints the detail, which here shows where the error was thrown.
 * @param {unknown} error
 */
function warningOf(error) {
  const { stack } = /** @type {{ stack?: string }} */ (error ?? {});
  const message = 'a Fetch handler or the body of its Response failed: handle it in `onError`';
  const warning = new Error(message, { cause: error });
  return Object.assign(warning, { name: 'SluiceWarning', detail: stack ?? String(error) });
}

module.exports = { answer, isMistake, report };
