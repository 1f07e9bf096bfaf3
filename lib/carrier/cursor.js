'use strict';

/** Reads the cursor that a client comes back with. */

const { isUtf8 } = require('node:buffer');

const MAX_BYTES = 1024;

/**
 * The cursor in a `Last-Event-ID` header, or undefined. Node and Fetch decode headers as latin1,
 * while clients send UTF-8; a value from elsewhere, such as an injected request, is decoded
 * already.
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
 * The cursor in a parameter of a request's query, for clients that cannot set a header.
 * @param {string | undefined} url
 * @param {string} parameter
 */
function readQueryCursor(url, parameter) {
  const start = url?.indexOf('?') ?? -1;
  if (start === -1) return undefined;
  return cursorWithin(new URLSearchParams(url?.slice(start)).get(parameter));
}

/**
 * A cursor that the application passes, or undefined as above.
 * @param {string | null | undefined} cursor
 */
function cursorWithin(cursor) {
  return cursor && Buffer.byteLength(cursor) <= MAX_BYTES ? cursor : undefined;
}

/**
 * What the `gap` event reports. Its cursor has both names, as that of a connection.
 * @template {object} Where
 * @param {Where} where
 * @param {string | undefined} cursor
 */
const gapOf = (where, cursor) => ({ ...where, lastEventId: cursor, lastEventID: cursor });

module.exports = { cursorWithin, gapOf, readCursor, readQueryCursor };
