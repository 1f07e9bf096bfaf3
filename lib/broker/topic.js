'use strict';

/** Checks the names of topics. */

const { typeError } = require('../core/error.js');
const { kind } = require('../core/option.js');

/**
 * The core checks the rest.
 * @type {(value: unknown) => asserts value is string}
 */
function assertTopic(value) {
  if (typeof value !== 'string') {
    throw typeError('ERR_SSE_TOPIC', `a topic must be a string, but it is ${kind(value)}`);
  }
  // Two different names would be the same in UTF-8.
  if (!value.isWellFormed()) {
    throw typeError('ERR_SSE_TOPIC', 'invalid topic name: it contains half of a surrogate pair');
  }
}

module.exports = { assertTopic };
