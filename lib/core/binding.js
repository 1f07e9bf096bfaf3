'use strict';

/** The native binding. If it cannot be loaded, the error says why, and what to do. */

const { binaryError, notABinding } = require('./binary/error.js');

/** @returns {typeof import('../../binding.js')} */
function load() {
  let binding;
  try {
    binding = require('../../binding.js');
  } catch (error) {
    throw binaryError(error);
  }
  // Bundlers can replace the binary with its path, its bytes or an empty object.
  if (typeof binding?.HubHandle !== 'function') throw notABinding(binding);
  return binding;
}

module.exports = load();
