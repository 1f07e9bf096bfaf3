'use strict';

/** Chooses the content coding of a connection, and adds it to the head. */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Carrier } from '../carrier/carrier.js' */

/** @typedef {'zstd' | 'gzip'} Coding */

const { preferred } = require('../carrier/accept-encoding.js');
const { varyBy } = require('../carrier/vary.js');
const option = require('../core/option.js');

/** @type {readonly Coding[]} */
const CODINGS = ['zstd', 'gzip'];

/**
 * Reads the option `compress`.
 * @param {ConnectionOptions['compress']} value
 * @returns {readonly Coding[]}
 */
function readCompress(value) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw option.wrongType('compress', "an array, such as ['zstd', 'gzip']", value);
  }
  return value.map((coding, index) => {
    const name = `compress[${index}]`;
    const known = option.oneOf(name, coding, CODINGS, undefined);
    if (known === undefined) throw option.wrongType(name, "'zstd' or 'gzip'", coding);
    return known;
  });
}

/**
 * Returns the coding of the body, if any, and the headers that declare it.
 * @param {readonly Coding[]} codings offered by the server, in order of preference
 * @param {Carrier} carrier
 * @param {OutgoingHttpHeaders} headers
 */
function encodeBody(codings, carrier, headers) {
  const request = carrier.request ?? carrier.incoming;
  // Leave the coding to other code that writes the head or has encoded the body.
  if (codings.length === 0 || carrier.hasHead || !request) return { coding: undefined, headers };
  const header = (/** @type {string} */ name) =>
    given(headers, name) ?? carrier.response?.getHeader(name);
  if (header('content-encoding') !== undefined) return { coding: undefined, headers };
  const coding = preferred(request.headers['accept-encoding'], codings);
  const Vary = varyBy(header('vary'), 'Accept-Encoding');
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'vary');
  const encoded = coding && { 'Content-Encoding': coding };
  return { coding, headers: { ...Object.fromEntries(others), Vary, ...encoded } };
}

/**
 * @param {OutgoingHttpHeaders} headers
 * @param {string} lowerCase
 */
function given(headers, lowerCase) {
  const name = Object.keys(headers).find((name) => name.toLowerCase() === lowerCase);
  return name && headers[name];
}

module.exports = { encodeBody, readCompress };
