'use strict';

/** Reads the id and secret with which a client of `GET /connect` returns. */

/** @import { Claim } from '../../broker/clients.js' */
/** @import { Exchange } from './exchange.js' */

const { isSecret } = require('./request.js');

/** The header holds the encoded id and the secret. */
const SESSION = /^(\S+) (\S+)$/;

/**
 * @param {Exchange} exchange
 * @returns {Claim | undefined} undefined if they are missing or malformed
 */
function readClaim({ headers, req }) {
  const { id, secret } = fromHeader(headers['sse-session']) ?? fromQuery(req.url);
  if (!id || !secret) return undefined;
  return { id, secret, proves: (known) => isSecret(secret, known) };
}

/** @param {unknown} header */
function fromHeader(header) {
  const [, encoded, secret] = (typeof header === 'string' && SESSION.exec(header)) || [];
  if (!encoded) return undefined;
  try {
    return { id: decodeURIComponent(encoded), secret };
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} url */
function fromQuery(url = '') {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start));
  return { id: query.get('clientId'), secret: query.get('secret') };
}

module.exports = { readClaim };
