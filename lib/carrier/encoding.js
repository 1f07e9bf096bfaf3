'use strict';

/**
 * Whether a `Content-Encoding` changes bytes. `none` is no coding, but keeps other code, such as
 * compression middleware, from adding one.
 * @param {number | string | readonly string[] | null | undefined} header
 */
function isEncoded(header) {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  return codings.some((coding) => !['', 'identity', 'none'].includes(coding));
}

module.exports = { isEncoded };
