'use strict';

/** @import { SSEBroker } from '../../broker/broker.js' */

const { createHash, randomBytes, timingSafeEqual } = require('node:crypto');
const { Refusal } = require('./refusal.js');

/** @param {string} message */
const malformed = (message) => new Refusal(400, 'ERR_SSE_BODY', message);

/** @type {(value: unknown) => value is string} */
const isName = (value) => typeof value === 'string' && value !== '';

/**
 * What a request to subscribe or unsubscribe asks for, each topic once.
 * @param {unknown} body
 */
function readRequest(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw malformed('the body must be an object with `clientId`, `secret` and `topics`');
  }
  // Only what the client has sent: another parser may have made an object with any prototype.
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

/** Stands for the secret of a client that does not exist, so that the same work is done for it. */
const NO_SECRET = randomBytes(32).toString('base64url');

/**
 * The client that a request names, if the request also has its secret.
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
  const given = digest(typeof secret === 'string' ? secret : '');
  // Digests have one length, and the time of their comparison says nothing about the secret.
  const matches = timingSafeEqual(given, digest(client?.secret ?? NO_SECRET));
  if (!client || !matches) throw unproven();
  return client;
}

/** One answer for an unknown client and for a wrong secret: it must not tell who is connected. */
const unproven = () =>
  new Refusal(
    403,
    'ERR_SSE_SECRET',
    'no client has this `clientId` and `secret`: use those of the last `connected` event',
  );

module.exports = { prove, readRequest, unproven };
