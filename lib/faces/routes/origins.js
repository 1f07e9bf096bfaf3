'use strict';

/** Checks which pages of other origins may use the routes or the streams (CORS). */

/** @import { SetupSSEOptions } from '../../../types/setup-sse.js' */
/** @import { Exchange } from './exchange.js' */

/** @typedef {Pick<Exchange, 'headers' | 'getHeader' | 'setHeader'>} Head */

const option = require('../../core/option.js');
const { varyBy } = require('../../carrier/vary.js');
const { Refusal } = require('./exchange.js');

/** @type {option.Names<NonNullable<SetupSSEOptions['cors']>>} */
const NAMES = { origin: true, credentials: true, headers: true, maxAge: true };

/** An origin as a browser sends it. Apps have their own schemes. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s\\]+$/;
/** `Sec-Fetch-Site` of requests that are not from pages of other sites. Only browsers send it. */
const OWN_SITES = [undefined, 'same-origin', 'none'];

/** The headers that clients of the routes send, and that browsers list in preflights. */
const HEADERS = ['authorization', 'content-type', 'last-event-id', 'sse-session'];
/** @type {(value: unknown) => boolean} */
const isToken = (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);

/**
 * `admit` throws if the page that made the request may not use the routes. `preflight` sets the
 * headers of a response to a preflight.
 * @typedef {object} Origins
 * @property {(exchange: Head) => void} admit
 * @property {(exchange: Head, methods: string) => void} preflight
 */

/**
 * @param {SetupSSEOptions['cors']} cors
 * @param {string[]} [usual] the headers of requests that are always allowed
 * @returns {Origins}
 */
function readCORS(cors, usual = HEADERS) {
  const given = cors === undefined ? { origin: [] } : option.object('cors', cors, NAMES);
  const { origin, headers = [] } = given;
  const listed = Array.isArray(origin) ? origin : [origin];
  const credentials = option.boolean('cors.credentials', given.credentials, false);
  const maxAge = option.time('cors.maxAge', given.maxAge, undefined);
  for (const value of listed) assertOrigin(value);
  const isAny = listed.includes('*');
  if (credentials && isAny) {
    throw option.invalid(
      "`cors.credentials` sends cookies, so `cors.origin` must not be '*': list the origins",
    );
  }
  if (!Array.isArray(headers) || !headers.every(isToken)) {
    throw option.invalid("`cors.headers` must be names of headers, as in ['X-Tenant']");
  }
  const allowedHeaders = [...usual, ...headers].join(', ');
  const origins = new Set(listed);

  return {
    admit(exchange) {
      const { origin, 'sec-fetch-site': site } = exchange.headers;
      exchange.setHeader('Vary', varyBy(exchange.getHeader('Vary'), 'Origin'));
      if (origin !== undefined && (isAny || origins.has(origin))) {
        exchange.setHeader('Access-Control-Allow-Origin', isAny ? '*' : origin);
        if (credentials) exchange.setHeader('Access-Control-Allow-Credentials', 'true');
      } else if (!OWN_SITES.includes(/** @type {string | undefined} */ (site))) {
        throw new Refusal(403, 'ERR_SSE_ORIGIN', 'requests from other sites are not allowed');
      }
    },

    preflight(exchange, methods) {
      exchange.setHeader('Access-Control-Allow-Methods', methods);
      exchange.setHeader('Access-Control-Allow-Headers', allowedHeaders);
      if (maxAge !== undefined) {
        exchange.setHeader('Access-Control-Max-Age', String(Math.floor(maxAge / 1000)));
      }
    },
  };
}

/** @param {unknown} value */
function assertOrigin(value) {
  if (value === '*') return;
  const isOrigin =
    typeof value === 'string' &&
    ORIGIN.test(value) &&
    // A part that browsers omit, such as a default port, would never match.
    (!/^https?:/.test(value) || (URL.canParse(value) && new URL(value).origin === value));
  if (isOrigin) return;
  throw option.invalid(
    "`cors.origin` must be '*', or an origin or origins like 'https://example.com': " +
      'a scheme and a host in lower case, and a port if it is not the default',
  );
}

module.exports = { readCORS };
