'use strict';

/** @import { IncomingHttpHeaders } from 'node:http' */
/** @import { Readable } from 'node:stream' */

const { Refusal } = require('./refusal.js');

const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const malformed = () => new Refusal(400, 'ERR_SSE_BODY', 'the body is not valid JSON');

/** @param {number} limit */
const tooLarge = (limit) =>
  new Refusal(413, 'ERR_SSE_BODY_LIMIT', `the body is larger than ${limit} bytes`);

/**
 * Reads a body of JSON. Resolves with undefined when it ends before its end, most likely because the client has left.
 *
 * A page of another site can send every type but this one without asking the server first.
 * @param {IncomingHttpHeaders} headers
 * @param {unknown} body a stream, or what another parser has made of it
 * @param {number} limit
 * @returns {Promise<unknown>}
 */
async function readJSON(headers, body, limit) {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) throw unsupported();
  if (Number(headers['content-length']) > limit) throw tooLarge(limit);
  if (isStream(body)) {
    assertPlain(headers);
    const bytes = await readBytes(body, limit);
    return bytes && parse(bytes, limit);
  }
  if (body === undefined) throw malformed();
  if (typeof body === 'string') return parse(Buffer.from(body), limit);
  return body instanceof Uint8Array ? parse(body, limit) : body;
}

const unsupported = () =>
  new Refusal(
    415,
    'ERR_SSE_MEDIA_TYPE',
    'the body must be JSON in UTF-8, with `Content-Type: application/json`, and not compressed',
  );

/** @param {IncomingHttpHeaders} headers */
function assertPlain(headers) {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (!/^utf-?8$/i.test(charset) || !/^identity$/i.test(encoding)) throw unsupported();
}

/**
 * @param {unknown} body
 * @returns {body is Readable}
 */
const isStream = (body) => typeof (/** @type {any} */ (body)?.on) === 'function';

/**
 * @param {Uint8Array} bytes
 * @param {number} limit
 */
function parse(bytes, limit) {
  if (bytes.length > limit) throw tooLarge(limit);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed();
  }
}

/**
 * @param {Readable} stream
 * @param {number} limit
 * @returns {Promise<Buffer | undefined>}
 */
function readBytes(stream, limit) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let size = 0;
    const onEnd = () => resolve(Buffer.concat(chunks));
    const onGone = () => resolve(undefined);
    /** @param {Buffer | string} chunk */
    const onData = (chunk) => {
      const bytes = Buffer.from(/** @type {Buffer} */ (chunk));
      chunks.push(bytes);
      size += bytes.length;
      if (size <= limit) return;
      stream.off('data', onData).pause();
      reject(tooLarge(limit));
    };
    if (stream.destroyed) return onGone();
    stream.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

module.exports = { readJSON };
