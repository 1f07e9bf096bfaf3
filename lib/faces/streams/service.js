'use strict';

/** `createStreams`: the Durable Streams protocol as a function from `Request` to `Response`. */

/** @import { Streams, StreamsAction, StreamsOptions } from '../../../streams.js' */

const { debug } = require('../../core/diagnostics.js');
const { printable } = require('../../core/printable.js');
const { post } = require('./append.js');
const { authorize, isResponse } = require('./authorize.js');
const { put } = require('./create.js');
const { admit } = require('./cross-origin.js');
const { readSource } = require('./fork.js');
const { readOptions } = require('./options.js');
const { get, head } = require('./read.js');
const { Refusal, stopped } = require('./refusal.js');
const { Store } = require('./store.js');

/** @type {Record<string, StreamsAction>} */
const ACTIONS = { PUT: 'create', POST: 'append', GET: 'read', HEAD: 'read', DELETE: 'delete' };
const METHODS = [...Object.keys(ACTIONS), 'OPTIONS'].join(', ');

/** Paths are kept in memory. */
const LONGEST_PATH = 1024;
/** The first segment of paths that the protocol has reserved for subscriptions, at any mount. */
const RESERVED = /\/__ds(\/|$)/;

const SECURITY = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Writers choose the content type. A stored page must not act on behalf of its reader.
  'Content-Security-Policy': "default-src 'none'; sandbox",
};

/**
 * @param {StreamsOptions} [options]
 * @returns {Streams}
 */
function createStreams(options) {
  const settings = readOptions(options);
  const store = new Store(settings);

  /** @type {Streams} */
  const streams = {
    async fetch(request, environment) {
      const headers = new Headers(SECURITY);
      const answer = await respond(request, environment, headers).catch((error) =>
        refuse(error, request.method),
      );
      for (const [name, value] of headers) answer.headers.set(name, value);
      return answer;
    },

    close: () => store.close(),
  };

  /**
   * @param {Request} request
   * @param {unknown} environment
   * @param {Headers} extra headers to add to the response
   */
  async function respond(request, environment, extra) {
    const { method, headers } = request;
    for (const [name, value] of admit(settings, request, METHODS)) extra.set(name, value);
    const action = ACTIONS[method];
    if (method === 'OPTIONS') return new Response(null, { status: 204 });
    if (!action) throw new Refusal(405, 'The method is not allowed', { Allow: METHODS });
    const url = new URL(request.url);
    const path = readPath(url);
    await authorize(settings, request, action, path);
    const source = method === 'PUT' ? readSource(headers, url) : undefined;
    // A fork exposes the contents of its source.
    if (source !== undefined) await authorize(settings, request, 'read', source);
    const query = url.searchParams;
    const exchange = { request, path, url, query, settings, store, source, environment };
    if (store.isClosed) throw stopped();
    if (method === 'PUT') return put(exchange);
    if (method === 'POST') return post(exchange);
    if (method === 'GET') return get(exchange);
    if (method === 'HEAD') return head(exchange);
    store.delete(store.find(path));
    return new Response(null, { status: 204 });
  }

  return printable(streams, 'Streams', () => ({
    streams: store.size,
    bytes: store.budget.used,
    waiting: store.waiting.count,
  }));
}

/** @param {URL} url */
function readPath({ pathname }) {
  if (pathname.length > LONGEST_PATH) throw new Refusal(414, 'The path is too long');
  if (RESERVED.test(pathname)) throw new Refusal(501, 'Subscriptions are not supported');
  return pathname;
}

/**
 * The response to a failed request. The client sees only errors that are meant for it.
 * @param {any} error
 * @param {string} method
 */
function refuse(error, method) {
  if (isUnread(error)) return new Response(error.body, error);
  const { status = error?.statusCode } = error;
  // Errors of the package that have a status are about limits and shutdowns.
  const isMeant = error instanceof Refusal || (status && error.code?.startsWith('ERR_SSE_'));
  if (!isMeant) debug('streams: a request failed: %o', error);
  const headers = new Headers(isMeant ? error.headers : {});
  headers.set('Content-Type', 'text/plain; charset=utf-8');
  headers.set('Cache-Control', 'no-store');
  const text = isMeant ? error.message : 'The request failed';
  return new Response(method === 'HEAD' ? null : `${text}\n`, {
    status: isMeant ? status : 500,
    headers,
  });
}

/**
 * Whether a value is a `Response` of `authorize` whose body can still be sent.
 * @param {any} value
 * @returns {value is Response}
 */
const isUnread = (value) => isResponse(value) && !value.bodyUsed && !value.body?.locked;

module.exports = { createStreams };
