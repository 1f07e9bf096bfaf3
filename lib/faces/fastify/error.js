'use strict';

/** Errors that Fastify's error handler answers with their status. */

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
