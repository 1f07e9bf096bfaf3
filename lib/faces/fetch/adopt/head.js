'use strict';

/** The status and the headers of a Fetch `Response`, for a Node response. */

/** @import { Response as NodeResponse } from '../../../carrier/carrier.js' */

const { isEncoded } = require('../../../carrier/encoding.js');
const { varyBy } = require('../../../carrier/vary.js');

/** These headers apply to a single connection and are not forwarded (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** `fetch()` decodes the body, so these headers no longer describe it. */
const ENCODING = ['content-encoding', 'content-length'];

/** @param {Response} response */
function isEventStream({ headers, body, url }) {
  const isStream = /^text\/event-stream\s*(?:;|$)/i.test(headers.get('content-type') ?? '');
  // Frames cannot be separated in compressed bytes.
  const isCompressed = !url && isEncoded(headers.get('content-encoding'));
  return isStream && !isCompressed && body !== null;
}

/**
 * The headers to set. Headers of the response replace those that are already set, but cookies and
 * the names in `Vary` are combined.
 * @param {Response} response
 * @param {NodeResponse} res
 */
function headersOf({ headers, url }, res) {
  const named =
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? [];
  const dropped = new Set([...HOP_BY_HOP, ...named, ...(url ? ENCODING : [])]);
  /** @type {Record<string, string | string[]>} */
  const all = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (!dropped.has(key)) all[key] = key === 'set-cookie' ? join(all[key], value) : value;
  }
  if (all['set-cookie']) all['set-cookie'] = join(res.getHeader('set-cookie'), all['set-cookie']);
  const vary = res.getHeader('vary');
  if (all.vary && vary !== undefined) all.vary = varyByAll(vary, String(all.vary));
  return all;
}

/**
 * @param {number | string | readonly string[] | undefined} first
 * @param {string | string[]} second
 */
const join = (first, second) => [first ?? [], second].flat().map(String);

/**
 * @param {unknown} current
 * @param {string} names
 */
const varyByAll = (current, names) =>
  names.split(',').reduce((all, name) => varyBy(all, name.trim()), String(current));

/**
 * HTTP/2 has no reason phrase.
 * @param {Response} response
 * @param {NodeResponse} res
 */
function setReason({ statusText }, res) {
  if (statusText && !res.stream) res.statusMessage = statusText;
}

module.exports = { headersOf, isEventStream, setReason };
