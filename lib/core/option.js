'use strict';

/** Checks options and arguments. Errors name the option or the call. */

const { rangeError, typeError } = require('./error.js');
const { suggestion, unknownName } = require('./known-names.js');
const { invalid, named, over, pick } = require('./option-names.js');

/**
 * The names of an interface's members. The compiler reports a name that is missing or wrong.
 * @template Options
 * @typedef {Record<keyof Options, true>} Names
 */

/** The longest delay that the timers of Node.js and of the core support, in milliseconds. */
const MAX_TIME = 2 ** 31 - 1;
/** The core counts in 32 bits. */
const MAX_COUNT = 2 ** 32 - 1;

/**
 * Names the kind of a value, with an article, for messages.
 * @param {unknown} value
 */
function kind(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** @type {(name: string, expected: string, value: unknown) => TypeError} */
const wrongType = (name, expected, value) =>
  invalid(`\`${name}\` must be ${expected}, but it is ${kind(value)}`);

/** @type {(call: string, expected: string, value: unknown) => TypeError} */
const wrongArgument = (call, expected, value) =>
  typeError('ERR_SSE_TYPE', `${call} expects ${expected}, but received ${kind(value)}`);

/**
 * @param {any} value
 * @param {...PropertyKey} methods
 */
const hasMethods = (value, ...methods) =>
  methods.every((name) => typeof value?.[name] === 'function');

/** @type {(name: string, value: unknown) => asserts value is string} */
function assertString(name, value) {
  if (typeof value === 'string') return;
  throw typeError('ERR_SSE_TYPE', `\`${name}\` must be a string, but it is ${kind(value)}`);
}

/**
 * Returns a string, or undefined.
 * @param {string} name
 * @param {unknown} value
 */
function text(name, value) {
  if (value !== undefined) assertString(name, value);
  return value;
}

/**
 * Reads a whole number from `min` to `max`. Returns `fallback` when it is undefined.
 * @template {number | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {Fallback} fallback
 * @param {number} min
 * @param {number} max
 * @returns {number | Fallback}
 */
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

/**
 * Reads a number of milliseconds.
 * @template {number | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {Fallback} fallback
 * @param {number} [min]
 */
const time = (name, value, fallback, min = 0) => whole(name, value, fallback, min, MAX_TIME);

/**
 * @template {number | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {Fallback} fallback
 */
const count = (name, value, fallback) => whole(name, value, fallback, 0, MAX_COUNT);

/** @type {(name: string, value: unknown, fallback: number, min?: number) => number} */
const bytes = (name, value, fallback, min = 1) =>
  whole(name, value, fallback, min, Number.MAX_SAFE_INTEGER);

/** @type {(name: string, value: unknown, fallback: number) => number} */
function fraction(name, value, fallback) {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (value >= 0 && value <= 1) return value;
  throw rangeError('ERR_SSE_OPTION', `\`${name}\` must be from 0 to 1, but it is ${value}`);
}

/** @type {(name: string, value: unknown, fallback: boolean) => boolean} */
function boolean(name, value, fallback) {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
  return value;
}

/**
 * @template {string} Choice
 * @template {Choice | undefined} Fallback
 * @param {string} name
 * @param {unknown} value
 * @param {readonly Choice[]} choices
 * @param {Fallback} fallback
 * @returns {Choice | Fallback}
 */
function oneOf(name, value, choices, fallback) {
  if (value === undefined) return fallback;
  if (choices.includes(/** @type {Choice} */ (value))) return /** @type {Choice} */ (value);
  const listed = choices.map((choice) => `'${choice}'`).join(', ');
  if (typeof value !== 'string') throw wrongType(name, `one of ${listed}`, value);
  throw rangeError('ERR_SSE_OPTION', `\`${name}\` must be one of ${listed}, but it is '${value}'`);
}

/**
 * @template {Function} Callback
 * @param {string} name
 * @param {Callback | undefined} value
 */
function callback(name, value) {
  if (value !== undefined && typeof value !== 'function') {
    throw wrongType(name, 'a function', value);
  }
  return value;
}

/**
 * Reads an object of options. Returns an empty object when it is undefined.
 * @template {object} Options
 * @param {string} name
 * @param {Options | undefined} value
 * @param {object} [known] has the names of all options as keys; without it, any name is allowed
 * @returns {Partial<Options>}
 */
function object(name, value, known) {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, 'an object', value);
  }
  if (known) assertKnown(name, value, known);
  return value;
}

/**
 * Throws if an object has an unknown option.
 * @param {string} name
 * @param {object} given
 * @param {object} known has the names of all options as keys
 */
function assertKnown(name, given, known) {
  const unknown = unknownName(given, known);
  if (unknown === undefined) return;
  throw invalid(`\`${name}\` has an unknown option \`${unknown}\`: ${suggestion(unknown, known)}`);
}

module.exports = {
  MAX_TIME,
  assertKnown,
  assertString,
  boolean,
  bytes,
  callback,
  count,
  fraction,
  hasMethods,
  invalid,
  kind,
  named,
  object,
  oneOf,
  over,
  pick,
  text,
  time,
  whole,
  wrongArgument,
  wrongType,
};
