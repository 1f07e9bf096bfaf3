'use strict';

const { typeError } = require('../core/error.js');

/**
 * What else makes a name one is the core's to say.
 * @type {(value: unknown) => asserts value is string}
 */
function assertTopic(value) {
  if (typeof value !== 'string') {
    throw typeError('ERR_SSE_TOPIC', `a topic's name is a string, not a ${typeof value}`);
  }
  // Two different ones would be the same in UTF-8.
  if (!value.isWellFormed()) {
    throw typeError('ERR_SSE_TOPIC', "not a topic: its name has half of a character's two parts");
  }
}

module.exports = { assertTopic };
