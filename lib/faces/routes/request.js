'use strict';

/**
 * Reads requests to subscribe and unsubscribe: the JSON body, its properties and the client's
 * secret.
 */

/** @import { IncomingHttpHeaders } from 'node:http' */
/** @import { Readable } from 'node:stream' */
/** @import { SSEBroker } from '../../broker/broker.js' */

const { createHash, randomBytes, timingSafeEqual } = require('node:crypto');
const { Refusal } = require('./exchange.js');

const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** @param {string} message */
const malformed = (message) => new Refusal(400, 'ERR_SSE_BODY', message);
const invalidJSON = () => malformed('the body is not valid JSON');

/** @param {number} limit */
const tooLarge = (limit) =>
  new Refusal(413, 'ERR_SSE_BODY_LIMIT', `the body is larger than ${limit} bytes`);

/**
 * Reads a JSON body. Resolves with undefined if the body is cut off, for example when the client
 * disconnects.
 *
 * The type must be JSON: pages of other sites can send most other types without a preflight.
 * @param {IncomingHttpHeaders} headers
 * @param {unknown} body a stream, or the result of another parser
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
  if (body === undefined) throw invalidJSON();
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
    throw invalidJSON();
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

/** @type {(value: unknown) => value is string} */
const isName = (value) => typeof value === 'string' && value !== '';

/**
 * Reads a request to subscribe or unsubscribe. Duplicate topics are removed.
 * @param {unknown} body
 */
function readRequest(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw malformed('the body must be an object with `clientId`, `secret` and `topics`');
  }
  // Own properties only: another parser may have created an object with any prototype.
  const { clientId, secret, topics } = /** @type {Record<string, unknown>} */ ({
    __proto__: null,
    ...body,
  });
  if (!isName(clientId)) throw malformed('`clientId` must be a string that is not empty');
  if (!Array.isArray(topics) || topics.length === 0) {
    throw malformed('`topics` must be an array of at least one topic');
  }
  if (!topics.every(isName)) {
    throw new Refusal(400, 'ERR_SSE_TOPIC', 'a topic must be a string that is not empty');
  }
  return { clientId, secret, topics: [...new Set(topics)] };
}

/** @param {string} text */
const digest = (text) => createHash('sha256').update(text).digest();

/** Replaces the secret of a client that does not exist, so the comparison does the same work. */
const NO_SECRET = randomBytes(32).toString('base64url');

/**
 * Returns the client that a request names, if the request also has its secret.
 * @param {SSEBroker} broker
 * @param {string} clientId
 * @param {unknown} secret
 */
function prove(broker, clientId, secret) {
  if (secret === undefined) {
    throw new Refusal(
      401,
      'ERR_SSE_SECRET_MISSING',
      'the body must have the `secret` of the `connected` event',
    );
  }
  const client = broker.client(clientId);
  if (!isSecret(secret, client?.secret) || !client) throw unproven();
  return client;
}

/**
 * Whether a client has sent the right secret, which is undefined if the client does not exist.
 * @param {unknown} given
 * @param {string | undefined} secret
 */
function isSecret(given, secret) {
  const sent = digest(typeof given === 'string' ? given : '');
  // Digests have equal lengths, and the time of their comparison reveals nothing about the secret.
  return timingSafeEqual(sent, digest(secret ?? NO_SECRET));
}

/** One answer for an unknown client and a wrong secret: it must not reveal who is connected. */
const unproven = () =>
  new Refusal(
    403,
    'ERR_SSE_SECRET',
    'no client has this `clientId` and `secret`: use those of the last `connected` event',
  );

module.exports = { isSecret, prove, readJSON, readRequest, unproven };
