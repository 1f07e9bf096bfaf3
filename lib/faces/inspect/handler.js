'use strict';

/** The route of the inspector for Express, Fastify and `node:http`. */

const { linkOf, Connection } = require('../../connection/connection.js');
const { debug } = require('../../core/diagnostics.js');
const option = require('../../core/option.js');
const files = require('./files.js');
const { readQuery } = require('./query.js');
const { Watchers } = require('./watchers.js');

/** @type {option.Names<import('../../../inspect.js').InspectOptions>} */
const NAMES = { authorize: true };

/** The lifetime of a stream, in milliseconds. The page then reconnects and is authorized again. */
const LIFETIME = 10 * 60_000;

/** How long the page waits before it reconnects, in milliseconds. */
const RETRY = 1000;

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** @param {import('../../../inspect.js').InspectOptions} options */
function inspectHandler(options) {
  const { authorize } = option.object('options', options, NAMES);
  if (typeof authorize !== 'function') {
    throw option.invalid(
      `\`authorize\` must be a function, but it is ${option.kind(authorize)}: pass a function ` +
        'that gets the request and returns true if it may see the connections',
    );
  }
  const watchers = new Watchers();
  /**
   * @param {any} request of Node.js or Fastify
   * @param {any} response of Node.js, or a reply of Fastify
   */
  return async (request, response) => {
    // Keeps Fastify from sending its own answer, even while `authorize` is pending.
    if (response.raw) response.hijack();
    const req = request.raw ?? request;
    const res = response.raw ?? response;
    const isAllowed = await ask(authorize, request);
    if (res.destroyed || res.writableEnded) return;
    for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
    if (!isAllowed) return refuse(res, 403, 'Not allowed');
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('Allow', 'GET, HEAD');
      return refuse(res, 405, 'Only GET and HEAD are allowed');
    }
    serve(req, res, watchers);
  };
}

/**
 * @param {(request: any) => unknown} authorize
 * @param {unknown} request
 */
async function ask(authorize, request) {
  try {
    return (await authorize(request)) === true;
  } catch (error) {
    // A request is refused if its check fails.
    debug('inspect: authorize failed: %s', error);
    return false;
  }
}

/**
 * The last segment of the path selects the file, so the handler works under any mount path.
 * @param {any} req
 * @param {any} res
 * @param {Watchers} watchers
 */
function serve(req, res, watchers) {
  // Express removes the mount path from `url`.
  const [path, ...rest] = (req.originalUrl ?? req.url).split('?');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'events') return watch(req, res, rest.join('?'), watchers);
  const file = files.get(name);
  if (file) {
    res.setHeader('Content-Type', file.type);
    return res.end(file.body);
  }
  // The page is requested without the trailing slash that its relative URLs need.
  if (req.originalUrl !== undefined && /^\/?(\?|$)/.test(req.url)) {
    res.setHeader('Location', `./${name}/`);
    return refuse(res, 308, 'The page is at the address with a slash');
  }
  refuse(res, 404, 'Not found');
}

/**
 * @param {any} req
 * @param {any} res
 * @param {string} text
 * @param {Watchers} watchers
 */
function watch(req, res, text, watchers) {
  const { query, problem } = readQuery(text);
  if (!query) return refuse(res, 400, problem);
  if (watchers.areFull) return refuse(res, 503, 'Too many pages are open');
  try {
    watchers.add(linkOf(new Connection(req, res, { maxLifetime: LIFETIME, retry: RETRY })), query);
  } catch (error) {
    const { code, statusCode = 500 } = /** @type {any} */ (error);
    debug('inspect: no stream: %s', error);
    // A client that has already disconnected needs no answer.
    if (code !== 'ERR_SSE_GONE' && !res.headersSent) refuse(res, statusCode, 'No stream');
  }
}

/** @type {(res: any, statusCode: number, message: string) => void} */
function refuse(res, statusCode, message) {
  res.statusCode = statusCode;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(`${message}\n`);
}

module.exports = { inspectHandler };
