'use strict';

/** Lets pages of other origins use the streams, if the application allows it (CORS). */

/** @import { Settings } from './options.js' */

const { Refusal } = require('./refusal.js');

/** Headers that pages may read, in addition to those that are always readable. */
const EXPOSED = [
  'ETag',
  'Location',
  'Producer-Epoch',
  'Producer-Expected-Seq',
  'Producer-Received-Seq',
  'Producer-Seq',
  'Retry-After',
  'Stream-Closed',
  'Stream-Cursor',
  'Stream-Expires-At',
  'Stream-Next-Offset',
  'Stream-SSE-Data-Encoding',
  'Stream-TTL',
  'Stream-Up-To-Date',
].join(', ');

/**
 * Returns the headers for the response. Throws if the page that made the request may not use the
 * streams.
 * @param {Settings} settings
 * @param {Request} request
 * @param {string} methods
 */
function admit({ origins }, { headers, method }, methods) {
  const answer = new Headers({ 'Access-Control-Expose-Headers': EXPOSED });
  const exchange = {
    headers: {
      origin: headers.get('Origin') ?? undefined,
      'sec-fetch-site': headers.get('Sec-Fetch-Site') ?? undefined,
    },
    getHeader: (/** @type {string} */ name) => answer.get(name) ?? undefined,
    setHeader: (/** @type {string} */ name, /** @type {string} */ value) => answer.set(name, value),
  };
  try {
    origins.admit(exchange);
  } catch {
    throw new Refusal(403, 'Requests from other sites are not allowed');
  }
  if (method === 'OPTIONS') origins.preflight(exchange, methods);
  if (!answer.has('Access-Control-Allow-Origin')) answer.delete('Access-Control-Expose-Headers');
  return answer;
}

module.exports = { admit };
