'use strict';

/** What event streams carry: `data`, and behind it `control`, which says where the reader is. */

/** @import { ServerSentEvent } from '../../../index.js' */
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
 * @param {Kind} kind
 * @param {Buffer} bytes
 * @returns {ServerSentEvent}
 */
const dataEvent = (kind, bytes) => ({ event: 'data', data: TEXT[kind](bytes) });

/**
 * @param {Stream} stream
 * @param {number} position up to which the reader has everything
 * @param {string} cursor
 * @returns {ServerSentEvent}
 */
function controlEvent({ log, isClosed }, position, cursor) {
  const streamNextOffset = formatOffset(position);
  const upToDate = position === log.tail;
  if (upToDate && isClosed) {
    return { event: 'control', data: { streamNextOffset, upToDate, streamClosed: true } };
  }
  const data = { streamNextOffset, streamCursor: cursor, ...(upToDate && { upToDate }) };
  return { event: 'control', data };
}

module.exports = { controlEvent, dataEvent };
