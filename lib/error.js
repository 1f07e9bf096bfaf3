'use strict';

/** Errors of state; see `SluiceErrorCode` in index.d.ts. */
class SluiceError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'SluiceError';
    this.code = code;
  }
}

const typeError = (code, message) => Object.assign(new TypeError(message), { code });
const rangeError = (code, message) => Object.assign(new RangeError(message), { code });

const classes = new Map([
  ['ERR_SSE_FIELD', typeError],
  ['ERR_SSE_EMPTY', typeError],
  ['ERR_SSE_FRAME', typeError],
  ['ERR_SSE_RETRY', rangeError],
]);

/** What the core threw, as the class that the contract promises. */
function fromCore(error) {
  const make = classes.get(error.code);
  return make ? make(error.code, error.message) : new SluiceError(error.code, error.message);
}

module.exports = { SluiceError, typeError, rangeError, fromCore };
