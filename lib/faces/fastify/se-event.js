'use strict';

/** Reads the arguments of `sendEvent`. */

/** @import { ServerSentEvent } from '../../../index.js' */

const { typeError } = require('../../core/error.js');

const FIELDS = ['data', 'event', 'id', 'retry'];

/**
 * Whether the only argument is an event and not its data: it has `data`, and only keys of events.
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isEvent(value) {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'data')) return false;
  return Object.keys(value).every((key) => FIELDS.includes(key));
}

/**
 * The event of `sendEvent(data, event?, id?, retry?)` or of
 * `sendEvent({ data, event?, id?, retry? })`. Null arguments are omitted.
 * @param {unknown[]} sent
 * @returns {ServerSentEvent}
 */
function toEvent(sent) {
  const event = sent.length === 1 && isEvent(sent[0]) ? sent[0] : undefined;
  const [data, name, id, retry] = event ? FIELDS.map((field) => event[field]) : sent;
  if (data === undefined) {
    throw typeError('ERR_SSE_EMPTY', 'sendEvent() expects the data first: a string or an object');
  }
  return /** @type {ServerSentEvent} */ ({
    data,
    event: name ?? undefined,
    id: typeof id === 'number' ? String(id) : (id ?? undefined),
    retry: retry ?? undefined,
  });
}

module.exports = { toEvent };
