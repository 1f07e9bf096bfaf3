'use strict';

/** Creates errors whose status Fastify's error handler sends. */

/** @import { FastifyErrorCode } from '../../../fastify.js' */

const { SluiceError } = require('../../core/error.js');

/**
 * @param {FastifyErrorCode} code
 * @param {number} statusCode
 * @param {string} message
 */
function httpError(code, statusCode, message) {
  const error = new SluiceError(/** @type {any} */ (code), message);
  return Object.assign(error, { statusCode });
}

module.exports = { httpError };
