'use strict';

const { hasMethods } = require('../../core/option.js');

/**
 * Whether a value is a Fetch `Response`. Frameworks may have their own class.
 * @param {any} value
 * @returns {value is Response}
 */
const isResponse = (value) =>
  typeof value?.status === 'number' && hasMethods(value?.headers, 'get') && 'body' in value;

module.exports = { isResponse };
