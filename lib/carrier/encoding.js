'use strict';

/**
 * Whether a `Content-Encoding` changes bytes. `none` is no coding, but keeps other code, such as
 * compression middleware, from adding one.
 * @param {number | string | readonly string[] | null | undefined} header
 */
function isEncoded(header) {
  // Most responses have none, and each connection asks several times.
  if (header === undefined) return false;
  const codings = String(header ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  return codings.some((coding) => !['', 'identity', 'none'].includes(coding));
}

module.exports = { isEncoded };
