'use strict';

/** The frames of event streams: `data`, then `control`, which has the reader's position. */

/** @import { Kind } from './content-type.js' */
/** @import { Stream } from './stream.js' */

const { toArray } = require('./json.js');
const { formatOffset } = require('./offset.js');

/** @type {Record<Kind, (bytes: Buffer) => string>} */
const TEXT = {
  json: (bytes) => toArray(bytes).toString(),
  text: (bytes) => bytes.toString(),
  binary: (bytes) => bytes.toString('base64'),
};

/**
 * @param {string} name
 * @param {string} data
 */
const frame = (name, data) =>
  `event: ${name}\ndata: ${data.split(/\r\n|\r|\n/).join('\ndata: ')}\n\n`;

/**
 * The frames for bytes, which may be empty.
 * @param {Stream} stream
 * @param {Buffer} bytes
 * @param {number} position up to which the reader has all data with these bytes
 * @param {string} cursor
 */
function framesOf({ kind, log, isClosed }, bytes, position, cursor) {
  const data = bytes.length > 0 ? frame('data', TEXT[kind](bytes)) : '';
  const streamNextOffset = formatOffset(position);
  const upToDate = position === log.tail;
  const control =
    upToDate && isClosed
      ? { streamNextOffset, upToDate, streamClosed: true }
      : { streamNextOffset, streamCursor: cursor, ...(upToDate && { upToDate }) };
  return data + frame('control', JSON.stringify(control));
}

module.exports = { framesOf };
