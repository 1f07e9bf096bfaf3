'use strict';

/**
 * The options of connections, as the core has read them. Most connections of an application have
 * the same, and to read them takes longer than to open a connection.
 */

/** @import { SettingsHandle } from '../../binding.js' */
/** @import { ConnectionSettings } from './connection-options.js' */

const { HubHandle } = require('../core/binding.js');

/** @typedef {ConnectionSettings['core']} CoreOptions */

/** @type {{ options: CoreOptions, handle: SettingsHandle } | undefined} */
let latest;

/**
 * Reads the options, unless they are those of the connection before.
 * @param {CoreOptions} options
 */
function coreSettings(options) {
  if (latest === undefined || !isSame(latest.options, options)) {
    latest = { options, handle: HubHandle.settings(options) };
  }
  return latest.handle;
}

/**
 * @param {CoreOptions} one
 * @param {CoreOptions} other
 */
function isSame(one, other) {
  return (
    one.pingInterval === other.pingInterval &&
    one.pingForm === other.pingForm &&
    one.timeout === other.timeout &&
    one.stallTimeout === other.stallTimeout &&
    one.retry === other.retry &&
    one.overflow === other.overflow &&
    one.maxQueueBytes === other.maxQueueBytes &&
    one.maxQueueEvents === other.maxQueueEvents
  );
}

module.exports = { coreSettings };
