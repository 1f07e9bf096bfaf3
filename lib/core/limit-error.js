'use strict';

/** The error of a limit that is reached. Frameworks answer with its status and headers. */

const { randomInt } = require('node:crypto');
const { SluiceError } = require('./error.js');

/** The bounds of `Retry-After`, in seconds. Refused clients must not come back together. */
const RETRY_AFTER = { min: 5, max: 30 };

class LimitError extends SluiceError {
  /**
   * @param {429 | 503} statusCode
   * @param {string} message which clients may see
   */
  constructor(statusCode, message) {
    super('ERR_SSE_LIMIT', message);
    this.statusCode = statusCode;
    this.headers = { 'Retry-After': String(randomInt(RETRY_AFTER.min, RETRY_AFTER.max + 1)) };
  }
}

module.exports = { LimitError, RETRY_AFTER };
