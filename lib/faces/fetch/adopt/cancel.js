'use strict';

const { hasMethods } = require('../../../core/option.js');

const noop = () => {};

/**
 * Cancels a body that will not be read, and ignores errors of the cancellation.
 * @param {ReadableStream | null | undefined} body
 */
function cancel(body) {
  // A locked body belongs to its reader.
  if (hasMethods(body, 'cancel') && !body?.locked) body?.cancel().catch(noop);
}

module.exports = { cancel };
