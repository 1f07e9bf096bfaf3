import { headersOf, retryAfter } from '../connection/request.js';

/**
 * @import { Options } from '../options.js'
 *
 * @typedef {object} Session identifies this client to the server; from the event `connected`
 * @property {string} clientId
 * @property {string} secret
 *
 * @typedef {object} Answer
 * @property {number} status 0 if there was no answer
 * @property {boolean} [success]
 * @property {string} [code]
 * @property {string[]} [topics]
 * @property {number} [retryAfter]
 * @property {unknown} [cause]
 */

/** The server's default limit of a body, in bytes. */
const MOST_BYTES = 16_384;

const sizeOf = (/** @type {unknown} */ value) =>
  new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * Returns the first topics that fit into one request, at least one.
 *
 * @param {Session} session
 * @param {string[]} topics
 * @param {number} most the maximum number of topics
 */
export function fitting(session, topics, most) {
  let room = MOST_BYTES - sizeOf({ ...session, topics: [] });
  const end = topics.findIndex((topic, n) => {
    room -= sizeOf(topic) + 1;
    return n > 0 && (n >= most || room < 0);
  });
  return end === -1 ? topics : topics.slice(0, end);
}

/**
 * Sends a request to subscribe or unsubscribe. Never rejects.
 *
 * @param {Options} options
 * @param {string} url
 * @param {Session & { topics: string[] }} message
 * @returns {Promise<Answer>}
 */
export async function post(options, url, message) {
  const { credentials, timeout } = options;
  try {
    const headers = await headersOf(options, '');
    headers.set('Accept', 'application/json');
    headers.set('Content-Type', 'application/json');
    const signal = timeout > 0 ? AbortSignal.timeout(timeout) : null;
    const body = JSON.stringify(message);
    // Looked up for each request and not called as a method, as in `request()`.
    const send = options.fetch ?? fetch;
    const response = await send(url, { method: 'POST', headers, credentials, signal, body });
    const { status } = response;
    const { success, code, topics } = await response.json().catch(() => ({}));
    // The response came from an intermediary.
    if (status === 200 && success !== true) return { status: 0 };
    return { status, success, code, topics, retryAfter: retryAfter(response) };
  } catch (cause) {
    return { status: 0, cause };
  }
}
