'use strict';

/** @import { Context } from '../../digipair.js' */

const { typeError } = require('../error.js');

/**
 * A string of a pin's properties; `fallback` when it is not there.
 * @template {string | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {Fallback} fallback
 * @returns {string | Fallback}
 */
function text(name, value, fallback) {
  if (value === undefined) return fallback;
  if (typeof value === 'string') return value;
  throw typeError(
    'ERR_SSE_OPTION',
    `\`${name}\` must be a string, but it is ${value === null ? 'null' : `a ${typeof value}`}`,
  );
}

/**
 * The broker's topic of a session's or a channel's name. It is a tuple, so that no two scopes can meet.
 * @param {'session' | 'channel'} kind
 * @param {string} id
 * @param {{ digipair?: string, reasoning?: string }} params
 * @param {Context} context
 */
function topicOf(kind, id, params, context) {
  const start = context?.privates?.SSE_SESION_START || '';
  const digipair = text('digipair', params.digipair, context?.request?.digipair);
  const reasoning = text('reasoning', params.reasoning, context?.request?.reasoning);
  return JSON.stringify([kind, start, digipair, reasoning, id]);
}

module.exports = { text, topicOf };
