'use strict';

const { isUtf8 } = require('node:buffer');

/**
 * Fetch's `headers.get()` decodes as latin1, while clients send UTF-8; what comes from elsewhere is decoded already.
 * @param {string} lastEventId
 */
function decoded(lastEventId) {
  const bytes = Buffer.from(lastEventId, 'latin1');
  const isHeader = isUtf8(bytes) && bytes.toString('latin1') === lastEventId;
  return isHeader ? bytes.toString('utf8') : lastEventId;
}

module.exports = { decoded };
