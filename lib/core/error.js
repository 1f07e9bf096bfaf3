'use strict';

/** The errors of this package, and the conversion of the core's errors. */

/** @import { SluiceErrorCode } from '../../index.js' */

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
]);

/**
 * Calls the core. Its errors become instances of the classes that the contract promises.
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
 * Gives an error of the core its class.
 * @param {unknown} error
 */
function fromCore(error) {
  const { code, message } = /** @type {{ code: SluiceErrorCode, message: string }} */ (error);
  const make = classes.get(code);
  return make ? make(code, message) : new SluiceError(code, message);
}

module.exports = { SluiceError, callCore, fromCore, rangeError, typeError };
