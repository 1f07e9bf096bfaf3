'use strict';

/** Derives the handling of a stream's bytes from its content type. */

const { Refusal } = require('./refusal.js');

/**
 * - `json`: messages, read as an array.
 * - `text`: bytes that SSE can carry as they are.
 * - `binary`: bytes that SSE carries in base64.
 * @typedef {'json' | 'text' | 'binary'} Kind
 */

const DEFAULT = 'application/octet-stream';
const FORM = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;[ -~]*)?$/;
const LONGEST = 256;

/**
 * The content type without its parameters, in lower case.
 * @param {string} contentType
 */
const mediaType = (contentType) => contentType.split(';')[0].trim().toLowerCase();

/**
 * @param {string} contentType
 * @returns {Kind}
 */
function kindOf(contentType) {
  const type = mediaType(contentType);
  if (type === 'application/json') return 'json';
  return type.startsWith('text/') ? 'text' : 'binary';
}

/**
 * Reads the content type of a request, if it has one.
 * @param {Headers} headers
 */
function readContentType(headers) {
  const value = headers.get('Content-Type')?.trim();
  if (!value) return undefined;
  if (value.length <= LONGEST && FORM.test(value)) return value;
  throw new Refusal(400, 'Content-Type must be a media type');
}

module.exports = { DEFAULT, kindOf, mediaType, readContentType };
