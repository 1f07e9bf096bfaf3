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

/** @param {LeanRecord} record */
function encode({ request, cursor, key, server, timestamp, id, onGap, hasOverflow, ...rest }) {
  const { method, url, address, headers } = request;
  // An array, as the names would be longer than the values.
  const all = [method, url, server, timestamp, onGap, Number(hasOverflow), rest.maxQueueBytes];
  return JSON.stringify([...all, address, headers, cursor, key, id].map(orNull));
}

/**
 * @param {string} text
 * @returns {LeanRecord}
 */
function decode(text) {
  const all = JSON.parse(text, (_name, value) => value ?? undefined);
  const [method, url, server, timestamp, onGap, hasOverflow, maxQueueBytes, ...rest] = all;
  const [address, headers = {}, cursor, key, id] = rest;
  const request = recordOf(method, url, address, headers);
  const overflow = hasOverflow === 1;
  const facts = { request, cursor, key, server, timestamp, id };
  return { ...facts, onGap, hasOverflow: overflow, maxQueueBytes };
}

/** @param {any} value */
const orNull = (value) =>
  value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
    ? null
    : value;

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
