'use strict';

/**
 * What is left of a lean connection: a record in the core, as text. The connection is made again
 * from it.
 */

/** @import { LeanRequest } from '../../index.js' */
/** @import { ConnectionSettings } from './connection-options.js' */

/**
 * @typedef {object} LeanRecord
 * @property {LeanRequest} request
 * @property {string} [cursor] that the client came with
 * @property {string} [key] by which it is counted
 * @property {number} server the number of its server
 * @property {number} timestamp when it opened
 * @property {string} [id] if it was asked for
 * @property {ConnectionSettings['onGap']} onGap
 * @property {boolean} hasOverflow
 * @property {number} maxQueueBytes
 */

const { recordOf } = require('../carrier/lean-request.js');
const { holdProcess, releaseProcess } = require('../core/process.js');

/** The default of `maxQueueBytes`. */
const USUAL_BYTES = 1 << 20;

/**
 * Made for each connection that opens, so it copies no objects: that would take five times as long.
 * @param {LeanRequest} request
 * @param {number} server the number of its server
 * @param {Omit<LeanRecord, 'request' | 'server'>} facts
 */
function encode(request, server, facts) {
  const { cursor, key, timestamp, id, onGap, hasOverflow, maxQueueBytes } = facts;
  const { method, url, address, headers } = request;
  // An array, as the names would be longer than the values.
  const all = [
    method,
    url,
    server,
    timestamp,
    address,
    Object.keys(headers).length === 0 ? undefined : headers,
    cursor,
    key,
    id,
    onGap === 'ignore' ? undefined : onGap,
    hasOverflow || undefined,
    maxQueueBytes === USUAL_BYTES ? undefined : maxQueueBytes,
  ];
  // Most have nothing rare.
  while (all.at(-1) === undefined) all.pop();
  return JSON.stringify(all);
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

let open = 0;
const holder = {};

/** A connection is lean from now on. It keeps the process alive. */
function countLean() {
  open += 1;
  holdProcess(holder);
}

/** A lean connection has closed. */
function discountLean() {
  open -= 1;
  if (open === 0) releaseProcess(holder);
}

/** Whether there are lean connections. */
const hasLean = () => open > 0;

module.exports = { countLean, decode, discountLean, encode, hasLean };
