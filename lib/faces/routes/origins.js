'use strict';

/** Which pages of other origins may use the routes (CORS). */

/** @import { SetupSSEOptions } from '../../../types/setup-sse.js' */
/** @import { Exchange } from './exchange.js' */

const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { varyBy } = require('../vary.js');
const { Refusal } = require('./exchange.js');

/** An origin as a browser sends it; those of apps have schemes of their own. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s\\]+$/;
/** `Sec-Fetch-Site` of requests that no other site's page has made; only browsers send it. */
const OWN_SITES = [undefined, 'same-origin', 'none'];

/** The headers that our own client sends and a browser asks for. */
const HEADERS = ['authorization', 'content-type', 'last-event-id'];
/** @type {(value: unknown) => boolean} */
const isToken = (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);

class Origins {
  #listed;
  #any;
  #credentials;
  #maxAge;
  #headers;

  /**
   * @param {string[]} listed
   * @param {boolean} credentials
   * @param {number | undefined} maxAge
   * @param {string[]} headers
   */
  constructor(listed, credentials, maxAge, headers) {
    this.#listed = new Set(listed);
    this.#any = this.#listed.has('*');
    this.#credentials = credentials;
    this.#maxAge = maxAge;
    this.#headers = headers.join(', ');
  }

  /**
   * Throws when the page that made the request may not use the routes.
   * @param {Exchange} exchange
   */
  admit(exchange) {
    const { origin, 'sec-fetch-site': site } = exchange.headers;
    exchange.setHeader('Vary', varyBy(exchange.getHeader('Vary'), 'Origin'));
    if (origin !== undefined && (this.#any || this.#listed.has(origin))) {
      exchange.setHeader('Access-Control-Allow-Origin', this.#any ? '*' : origin);
      if (this.#credentials) exchange.setHeader('Access-Control-Allow-Credentials', 'true');
    } else if (!OWN_SITES.includes(/** @type {string | undefined} */ (site))) {
      throw new Refusal(403, 'ERR_SSE_ORIGIN', 'requests of other sites are not allowed');
    }
  }

  /**
   * The head of the answer to a preflight.
   * @param {Exchange} exchange
   * @param {string} methods
   */
  preflight(exchange, methods) {
    exchange.setHeader('Access-Control-Allow-Methods', methods);
    exchange.setHeader('Access-Control-Allow-Headers', this.#headers);
    if (this.#maxAge !== undefined) {
      exchange.setHeader('Access-Control-Max-Age', String(Math.floor(this.#maxAge / 1000)));
    }
  }
}

/** @param {SetupSSEOptions['cors']} cors */
function readCORS(cors) {
  if (cors === undefined) return new Origins([], false, undefined, []);
  const { origin, credentials, maxAge, headers = [] } = option.object('cors', cors);
  const listed = Array.isArray(origin) ? origin : [origin];
  const allowsCredentials = option.boolean('cors.credentials', credentials, false);
  for (const value of listed) assertOrigin(value);
  if (allowsCredentials && listed.includes('*')) {
    throw typeError(
      'ERR_SSE_OPTION',
      "`cors.credentials` sends cookies, so `cors.origin` must not be '*': list the origins",
    );
  }
  const age = maxAge === undefined ? undefined : option.time('cors.maxAge', maxAge, 0);
  if (!Array.isArray(headers) || !headers.every(isToken)) {
    throw typeError(
      'ERR_SSE_OPTION',
      "`cors.headers` must be names of headers, as in ['X-Tenant']",
    );
  }
  const allowed = [...HEADERS, ...headers];
  return new Origins(/** @type {string[]} */ (listed), allowsCredentials, age, allowed);
}

/** @param {unknown} value */
function assertOrigin(value) {
  if (value === '*') return;
  const isOrigin =
    typeof value === 'string' &&
    ORIGIN.test(value) &&
    // A part that browsers leave out, such as a default port, would never match.
    (!/^https?:/.test(value) || (URL.canParse(value) && new URL(value).origin === value));
  if (isOrigin) return;
  throw typeError(
    'ERR_SSE_OPTION',
    "`cors.origin` must be '*', or an origin or origins like 'https://example.com': " +
      'a scheme and a host in lower case, and a port if it is not the usual one',
  );
}

module.exports = { Origins, readCORS };
