'use strict';

/** @import { SluiceErrorCode } from '../../../index.js' */

const { SluiceError } = require('../../core/error.js');

/**
 * What goes to the framework when a hook of the application has failed. An error with a status that says that it is the client's is
 * meant for it; of any other the client is to learn nothing, and the framework's error handler all.
 * @param {any} error
 * @param {SluiceErrorCode} code
 * @param {string} message
 */
function failure(error, code, message) {
  const status = error?.status ?? error?.statusCode;
  if (status >= 400 && status < 500) return error;
  const failed = new SluiceError(code, message);
  failed.cause = error;
  return failed;
}

module.exports = { failure };
