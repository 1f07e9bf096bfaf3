'use strict';

/** Reads the cursor that a client resumes from. */

const { isUtf8 } = require('node:buffer');

const MAX_BYTES = 1024;

/**
 * Returns the cursor in a `Last-Event-ID` header, or undefined. Node and Fetch decode headers as
 * latin1, while clients send UTF-8. Other values, such as those of injected requests, are already
 * decoded.
 * @param {unknown} header
 */
function readCursor(header) {
  if (typeof header !== 'string' || header === '' || header.length > MAX_BYTES) return undefined;
  const bytes = Buffer.from(header, 'latin1');
  const isEncoded = isUtf8(bytes) && bytes.toString('latin1') === header;
  const cursor = isEncoded ? bytes.toString('utf8') : header;
  return Buffer.byteLength(cursor) > MAX_BYTES ? undefined : cursor;
}

/**
 * Returns the cursor in a query parameter, for clients that cannot set a header.
 * @param {string | undefined} url
 * @param {string} parameter
 */
function readQueryCursor(url, parameter) {
  const start = url?.indexOf('?') ?? -1;
  if (start === -1) return undefined;
  return cursorWithin(new URLSearchParams(url?.slice(start)).get(parameter));
}

/**
 * Returns a cursor from the application, or undefined if it is empty or too long.
 * @param {string | null | undefined} cursor
 */
function cursorWithin(cursor) {
  return cursor && Buffer.byteLength(cursor) <= MAX_BYTES ? cursor : undefined;
}

/**
 * Returns the value of a `gap` event. Its cursor has both names, like that of a connection.
 * @template {object} Where
 * @param {Where} where
 * @param {string | undefined} cursor
 */
const gapOf = (where, cursor) => ({ ...where, lastEventId: cursor, lastEventID: cursor });

module.exports = { cursorWithin, gapOf, readCursor, readQueryCursor };
