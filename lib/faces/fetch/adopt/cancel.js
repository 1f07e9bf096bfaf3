'use strict';

const noop = () => {};

/**
 * Cancels a body that will not be read. Its errors are ignored from then on.
 * @param {ReadableStream | null | undefined} body
 */
function cancel(body) {
  // A locked body is its reader's.
  if (body && !body.locked) body.cancel().catch(noop);
}

module.exports = { cancel };
