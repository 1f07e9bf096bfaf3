'use strict';

const { hasMethods } = require('../../../core/option.js');

const noop = () => {};

/**
 * Cancels a body that will not be read. Its errors are ignored from then on.
 * @param {ReadableStream | null | undefined} body
 */
function cancel(body) {
  // A locked body is its reader's.
  if (hasMethods(body, 'cancel') && !body?.locked) body?.cancel().catch(noop);
}

module.exports = { cancel };
