'use strict';

/** Serialises the data of an event, and rejects data that JSON would lose. */

const { typeError } = require('../core/error.js');
const { kind } = require('../core/option.js');

/** What to send instead of data that JSON turns into an empty object, by class. */
const FIXES = /** @type {Record<string, string>} */ ({
  Map: 'pass Object.fromEntries(map) or [...map]',
  Set: 'pass [...set]',
  Error: 'pass what the client may see, such as { message: error.message }',
  Headers: 'pass Object.fromEntries(headers)',
  URLSearchParams: 'pass String(parameters)',
  RegExp: 'pass String(expression)',
  Response: 'pass the result of `await response.text()` or `await response.json()`',
  Generator: 'pass it to connection.stream()',
  AsyncGenerator: 'pass it to connection.stream()',
  ReadableStream: 'pass it to connection.stream()',
});
const ANYTHING = 'pass a string, or an object with plain properties';

/** @type {(found: string, fix: string) => TypeError} */
const lost = (found, fix) =>
  typeError('ERR_SSE_DATA', `\`data\` is ${found}, which JSON cannot represent: ${fix}`);

/**
 * @param {unknown} data
 * @returns {string | undefined}
 */
function serialise(data) {
  if (data === undefined || typeof data === 'string') return data;
  let json;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    assertKeepsData(data);
    const { message } = /** @type {Error} */ (cause);
    throw typeError('ERR_SSE_DATA', `\`data\` cannot be serialised as JSON: ${message}`, { cause });
  }
  if (json === undefined) {
    const fix = typeof data === 'function' ? 'call it' : 'pass a string or a JSON value';
    throw lost(kind(data), fix);
  }
  if (json === '{}' || isOdd(data)) assertKeepsData(data);
  return json;
}

/**
 * Whether data may be a promise or an error. Both may have properties that JSON keeps.
 * @param {any} data
 */
const isOdd = (data) =>
  typeof data === 'object' && data !== null && (data instanceof Error || 'then' in data);

/** @param {any} data */
function assertKeepsData(data) {
  if (typeof data !== 'object' || data === null || typeof data.toJSON === 'function') return;
  if (typeof data.then === 'function') throw lost('a promise', 'await it first');
  const name = data instanceof Error ? 'Error' : Object.prototype.toString.call(data).slice(8, -1);
  if (name === 'Object' || name === 'Array') return;
  throw lost(/^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`, FIXES[name] ?? ANYTHING);
}

module.exports = { serialise };
