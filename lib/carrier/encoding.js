'use strict';

/**
 * Whether a `Content-Encoding` changes bytes. `none` does not change bytes, but keeps other code,
 * such as compression middleware, from adding a coding.
 * @param {number | string | readonly string[] | null | undefined} header
 */
function isEncoded(header) {
  // Most responses have no such header, and each connection checks several times.
  if (header === undefined) return false;
  const codings = String(header ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  return codings.some((coding) => !['', 'identity', 'none'].includes(coding));
}

module.exports = { isEncoded };
