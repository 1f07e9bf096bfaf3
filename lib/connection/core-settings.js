'use strict';

/**
 * Caches the connection options that the core has read. Most connections of an application share
 * the same options, and reading them takes longer than opening a connection.
 */

/** @import { SettingsHandle } from '../../binding.js' */
/** @import { Names } from '../core/option.js' */
/** @import { ConnectionSettings } from './connection-options.js' */

const { start } = require('../core/hub.js');

/** @typedef {ConnectionSettings['core']} CoreOptions */

/**
 * The options to compare. The type requires all of them.
 * @type {Names<CoreOptions>}
 */
const NAMES = {
  maxQueueBytes: true,
  maxQueueEvents: true,
  overflow: true,
  pingForm: true,
  pingInterval: true,
  retry: true,
  stallTimeout: true,
  timeout: true,
};

/** @type {{ options: CoreOptions, handle: SettingsHandle } | undefined} */
let latest;

/**
 * Reads the options, unless they equal those of the previous connection.
 * @param {CoreOptions} options
 */
function coreSettings(options) {
  if (latest === undefined || !isSame(latest.options, options)) {
    latest = { options, handle: start().settings(options) };
  }
  return latest.handle;
}

/**
 * @param {CoreOptions} one
 * @param {CoreOptions} other
 */
function isSame(one, other) {
  for (const name in NAMES) {
    const key = /** @type {keyof CoreOptions} */ (name);
    if (one[key] !== other[key]) return false;
  }
  return true;
}

module.exports = { coreSettings };
