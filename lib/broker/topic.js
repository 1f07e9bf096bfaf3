'use strict';

/** Checks the names of topics. */

const { typeError } = require('../core/error.js');
const { kind } = require('../core/option.js');

/**
 * Checks the properties that the core cannot see. The core checks the rest.
 * @type {(value: unknown) => asserts value is string}
 */
function assertTopic(value) {
  if (typeof value !== 'string') {
    const fix = Array.isArray(value) ? ': spread it, as in subscribe(id, ...topics)' : '';
    throw typeError('ERR_SSE_TOPIC', `a topic must be a string, but it is ${kind(value)}${fix}`);
  }
  // UTF-8 would replace the half, so two different names could become the same.
  if (!value.isWellFormed()) {
    throw typeError('ERR_SSE_TOPIC', 'invalid topic name: it contains half of a surrogate pair');
  }
}

module.exports = { assertTopic };
