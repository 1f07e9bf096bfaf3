'use strict';

const MAX_BYTES = 1024;

/**
 * The request's `Last-Event-ID`, or undefined. Node decodes headers as latin1, while clients send UTF-8.
 * @param {{ headers: import('node:http').IncomingHttpHeaders }} req
 */
function lastEventId(req) {
  const header = req.headers['last-event-id'];
  if (typeof header !== 'string' || header.length === 0 || header.length > MAX_BYTES)
    return undefined;
  const bytes = Buffer.from(header, 'latin1');
  // An injected request hands over what it was given, decoded.
  const decoded = bytes.toString('latin1') === header ? bytes.toString('utf8') : header;
  return Buffer.byteLength(decoded) > MAX_BYTES ? undefined : decoded;
}

/**
 * What the `gap` event tells. Its cursor has both names, as that of a connection.
 * @template {object} Where
 * @param {Where} where
 * @param {string | undefined} cursor
 */
const gapOf = (where, cursor) => ({ ...where, lastEventId: cursor, lastEventID: cursor });

module.exports = { gapOf, lastEventId };
