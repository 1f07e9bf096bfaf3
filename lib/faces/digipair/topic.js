'use strict';

/** The broker's topics of sessions and channels, by name and scope. */

/** @import { Context, Scope } from '../../../digipair.js' */

const option = require('../../core/option.js');

/** The maximum size of a name with its scope as JSON, in bytes: less than that of a topic. */
const MAX_BYTES = 1000;

/**
 * Reads a string of a pin's properties. Returns `fallback` when it is undefined.
 * @template {string | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {Fallback} fallback
 * @returns {string | Fallback}
 */
function text(name, value, fallback) {
  if (value === undefined) return fallback;
  if (typeof value === 'string') return value;
  throw option.wrongType(name, 'a string', value);
}

/**
 * The part of a scope that the application chooses. Pins are templates, so a number may also arrive
 * as its digits.
 * @param {unknown} start
 */
function startOf(start) {
  if (!start) return '';
  return typeof start === 'number' ? String(start) : start;
}

/**
 * Returns the broker's topic for the name of a session or a channel. It is a JSON tuple, so
 * different scopes cannot collide.
 * @param {'session' | 'channel'} kind
 * @param {string} id
 * @param {Scope} params
 * @param {Context} context
 */
function topicOf(kind, id, params, context) {
  const { start = context?.privates?.SSE_SESSION_START } = params;
  const digipair = text('digipair', params.digipair, context?.request?.digipair);
  const reasoning = text('reasoning', params.reasoning, context?.request?.reasoning);
  const topic = json([kind, startOf(start), digipair, reasoning, id]);
  if (Buffer.byteLength(topic) <= MAX_BYTES) return topic;
  throw option.invalid(`\`id\` and its scope must have ${MAX_BYTES} bytes at most`);
}

/** @param {unknown[]} tuple */
function json(tuple) {
  try {
    return JSON.stringify(tuple);
  } catch (cause) {
    throw option.invalid('the scope of a name must be serialisable as JSON', { cause });
  }
}

module.exports = { text, topicOf };
