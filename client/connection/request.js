import { SSEError } from './error.js';

/** @import { Options } from '../options.js' */

/** Statuses that are worth a retry, besides 5xx. */
const WORTH_A_RETRY = [408, 425, 429];
const EVENT_STREAM = /^text\/event-stream\s*(;|$)/i;

/**
 * Encodes an id as UTF-8 for a header, as EventSource does. fetch sends each character of a header
 * as one byte.
 *
 * @param {string} id
 */
const encoded = (id) => String.fromCharCode(...new TextEncoder().encode(id));
/** An id that no request can carry would be the end of them all. */
const SENDABLE = /^[\t -~\x80-\uffff]{1,1024}$/;

/**
 * @param {Options} options
 * @param {string} lastEventId
 */
async function headersOf({ headers, token }, lastEventId) {
  try {
    const all = new Headers(typeof headers === 'function' ? await headers() : headers);
    if (!all.has('Accept')) all.set('Accept', 'text/event-stream');
    if (token) all.set('Authorization', `Bearer ${await token()}`);
    if (SENDABLE.test(lastEventId)) all.set('Last-Event-ID', encoded(lastEventId));
    return all;
  } catch (cause) {
    throw new SSEError('ERR_SSE_HEADERS', '`headers` or `token` failed', { cause });
  }
}

/** Converts seconds or a date to milliseconds from now; 0 for past dates and invalid values. */
function retryAfter(/** @type {string} */ value) {
  const seconds = Number(value);
  return Math.max(Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000, 0) || 0;
}

/** @type {(response: Response) => SSEError | undefined} */
function refusal({ status, headers }) {
  if (status !== 200) {
    return new SSEError('ERR_SSE_STATUS', `the server answered ${status}`, {
      status,
      fatal: status < 500 && !WORTH_A_RETRY.includes(status),
      retryAfter: retryAfter(headers.get('Retry-After') ?? ''),
    });
  }
  const type = headers.get('Content-Type') ?? '';
  if (EVENT_STREAM.test(type)) return undefined;
  const message = `the server answered '${type}', no event stream`;
  return new SSEError('ERR_SSE_CONTENT_TYPE', message, { status, fatal: true });
}

/**
 * Makes one request. Resolves with the body if the response is an event stream, or with undefined
 * for a 204, which tells the client not to reconnect.
 *
 * fetch removes `Authorization` from a request that is redirected to another origin.
 *
 * @param {Options} options
 * @param {string} lastEventId
 * @param {AbortSignal} signal
 * @returns {Promise<ReadableStreamDefaultReader<Uint8Array> | undefined>}
 */
export async function request(options, lastEventId, signal) {
  const { url, method, body, credentials } = options;
  const headers = await headersOf(options, lastEventId);
  signal.throwIfAborted();
  /** @type {RequestInit} */
  const init = { method, headers, credentials, signal, cache: 'no-store' };
  init.body = /** @type {BodyInit | undefined} */ (body);
  // Looked up for each request, because monitoring and mocking tools replace the global fetch. It
  // must not be called as a method: browsers reject that.
  const response = await (options.fetch ?? fetch)(url, init);
  if (response.status === 204) return undefined;
  const error = refusal(response);
  if (error) throw error;
  return /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
}
