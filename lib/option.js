'use strict';

const { rangeError, typeError } = require('./error.js');

/** The longest time that Node's and the core's timers can hold. */
const MAX_TIME = 2 ** 31 - 1;
const MAX_BYTES = Number.MAX_SAFE_INTEGER;

const wrongType = (name, expected, value) =>
  typeError(
    'ERR_SSE_OPTION',
    `\`${name}\` must be ${expected}, but it is ${value === null ? 'null' : `a ${typeof value}`}`,
  );

/** A whole number from `min` to `max`; `fallback` when it is undefined. */
function whole(name, value, fallback, min, max) {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError(
      'ERR_SSE_OPTION',
      `\`${name}\` must be a whole number from ${min} to ${max}, but it is ${value}`,
    );
  }
  return value;
}

/** Milliseconds; 0 where that means none. */
const time = (name, value, fallback, min = 0) => whole(name, value, fallback, min, MAX_TIME);

function boolean(name, value, fallback) {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
  return value;
}

function oneOf(name, value, choices, fallback) {
  if (value === undefined) return fallback;
  if (choices.includes(value)) return value;
  const listed = choices.map((choice) => `'${choice}'`).join(', ');
  if (typeof value !== 'string') throw wrongType(name, `one of ${listed}`, value);
  throw rangeError('ERR_SSE_OPTION', `\`${name}\` must be one of ${listed}, but it is '${value}'`);
}

/** An object of options, or none. */
function object(name, value) {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, 'an object', value);
  }
  return value;
}

module.exports = { MAX_BYTES, whole, time, boolean, oneOf, object };
