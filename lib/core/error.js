'use strict';

/** The errors of this package, and the conversion of the core's errors. */

/** @import { SluiceErrorCode } from '../../index.js' */

const { randomInt } = require('node:crypto');
const { debug } = require('./diagnostics.js');

/** Errors of state; see `SluiceErrorCode` in index.d.ts. */
class SluiceError extends Error {
  /**
   * @param {SluiceErrorCode} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }
}

/** The bounds of `Retry-After`, in seconds. Refused clients must not retry together. */
const RETRY_AFTER = { min: 5, max: 30 };

/** Thrown when a limit is reached. Frameworks respond with its status and headers. */
class LimitError extends SluiceError {
  /**
   * @param {429 | 503} statusCode
   * @param {string} message which clients may see
   */
  constructor(statusCode, message) {
    super('ERR_SSE_LIMIT', message);
    debug('refused with %d: %s', statusCode, message);
    this.statusCode = statusCode;
    this.headers = { 'Retry-After': String(randomInt(RETRY_AFTER.min, RETRY_AFTER.max + 1)) };
  }
}

/** @type {(code: SluiceErrorCode, message: string, options?: ErrorOptions) => TypeError} */
const typeError = (code, message, options) =>
  Object.assign(new TypeError(message, options), { code });
/** @type {(code: SluiceErrorCode, message: string) => RangeError} */
const rangeError = (code, message) => Object.assign(new RangeError(message), { code });

/** @type {Map<SluiceErrorCode, (code: SluiceErrorCode, message: string) => Error>} */
const classes = new Map([
  ['ERR_SSE_FIELD', typeError],
  ['ERR_SSE_EMPTY', typeError],
  ['ERR_SSE_FRAME', typeError],
  ['ERR_SSE_RETRY', rangeError],
  ['ERR_SSE_TOPIC', typeError],
  ['ERR_SSE_LIMIT', (_code, message) => new LimitError(503, message)],
]);

/**
 * Calls the core. Its errors become instances of the documented classes.
 * @template Result
 * @param {() => Result} call
 */
function callCore(call) {
  try {
    return call();
  } catch (error) {
    throw fromCore(error);
  }
}

/**
 * Converts an error of the core to its class.
 * @param {unknown} error
 */
function fromCore(error) {
  const { code, message } = /** @type {{ code: SluiceErrorCode, message: string }} */ (error);
  const make = classes.get(code);
  return make ? make(code, message) : new SluiceError(code, message);
}

module.exports = { LimitError, SluiceError, callCore, fromCore, rangeError, typeError };
