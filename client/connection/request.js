import { SSEError } from './error.js';

/** @import { Options } from '../options.js' */

/** Whether a later attempt may get a different status. */
export const isWorthARetry = (/** @type {number} */ status) =>
  /^(5|408|425|429)/.test(/** @type {any} */ (status));
const EVENT_STREAM = /^text\/event-stream\s*(;|$)/i;

/**
 * Encodes an id as UTF-8 for a header, as EventSource does. fetch sends each character of a header
 * as one byte.
 *
 * @param {string} id
 */
const encoded = (id) => String.fromCharCode(...new TextEncoder().encode(id));
/** Ids that a header can carry. Any other id would make every request fail. */
const SENDABLE = /^[\t -~\x80-\uffff]{1,1024}$/;

/**
 * @param {Pick<Options, 'headers' | 'token'>} options
 * @param {string} lastEventId
 */
export async function headersOf({ headers, token }, lastEventId) {
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

/**
 * Reads seconds or a date as milliseconds from now; 0 for past dates and invalid values.
 *
 * @param {Response} response
 */
export function retryAfter({ headers }) {
  const value = headers.get('Retry-After') ?? '';
  const seconds = Number(value);
  return Math.max(seconds >= 0 ? seconds * 1000 : Date.parse(value) - Date.now(), 0) || 0;
}

/** @type {(response: Response) => SSEError | undefined} */
function refusal(response) {
  const { status, headers } = response;
  if (status !== 200) {
    return new SSEError('ERR_SSE_STATUS', `the server answered ${status}`, {
      status,
      fatal: !isWorthARetry(status),
      retryAfter: retryAfter(response),
    });
  }
  const type = headers.get('Content-Type') ?? '';
  if (EVENT_STREAM.test(type)) return undefined;
  const message = `the server answered '${type}'`;
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
  /** @type {any} */
  const init = { method, headers, body, credentials, signal, cache: 'no-store' };
  // Looked up for each request, because monitoring and mocking tools replace the global fetch. It
  // must not be called as a method: browsers reject that.
  const response = await (options.fetch ?? fetch)(url, init);
  if (response.status === 204) return undefined;
  const error = refusal(response);
  if (error) throw error;
  return /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
}
