'use strict';

/** The record of a lean connection: text in the core, from which the connection is recreated. */

/** @import { LeanRequest } from '../../index.js' */
/** @import { ConnectionSettings } from './connection-options.js' */

/**
 * @typedef {object} LeanRecord
 * @property {LeanRequest} request
 * @property {string} [cursor] the cursor that the client sent
 * @property {string} [key] its limit key
 * @property {number} server the number of its server
 * @property {number} timestamp when it opened
 * @property {string} [id] the public id, if it was read
 * @property {ConnectionSettings['onGap']} onGap
 * @property {boolean} hasOverflow
 * @property {number} maxQueueBytes
 */

const { recordOf } = require('../carrier/lean-request.js');
const { holdProcess, releaseProcess } = require('../core/process.js');

/** The default of `maxQueueBytes`. */
const USUAL_BYTES = 1 << 20;

/** @param {LeanRecord} record */
function encode({ request, cursor, key, server, timestamp, id, onGap, hasOverflow, ...rest }) {
  const { method, url, address, headers } = request;
  // An array, because names would be longer than the values.
  const gap = onGap === 'ignore' ? undefined : onGap;
  const overflow = hasOverflow || undefined;
  const bytes = rest.maxQueueBytes === USUAL_BYTES ? undefined : rest.maxQueueBytes;
  const all = [method, url, server, timestamp, address];
  const rare = [headers, cursor, key, id, gap, overflow, bytes].map(orNull);
  // Most records have no rare values.
  while (rare.length > 0 && rare.at(-1) === null) rare.pop();
  return JSON.stringify([...all, ...rare]);
}

/**
 * @param {string} text
 * @returns {LeanRecord}
 */
function decode(text) {
  const all = JSON.parse(text, (_name, value) => value ?? undefined);
  const [method, url, server, timestamp, address, headers = {}, cursor, key, id, ...rest] = all;
  const [onGap = 'ignore', hasOverflow = false, maxQueueBytes = USUAL_BYTES] = rest;
  const request = recordOf(method, url, address ?? undefined, headers);
  return { request, cursor, key, server, timestamp, id, onGap, hasOverflow, maxQueueBytes };
}

/** @param {any} value */
const orNull = (value) =>
  value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
    ? null
    : value;

let open = 0;
const holder = {};

/** Counts a connection that has become lean. It keeps the process alive. */
function countLean() {
  open += 1;
  holdProcess(holder);
}

/** Called when a lean connection closes. */
function discountLean() {
  open -= 1;
  if (open === 0) releaseProcess(holder);
}

/** Whether there are lean connections. */
const hasLean = () => open > 0;

module.exports = { countLean, decode, discountLean, encode, hasLean };
