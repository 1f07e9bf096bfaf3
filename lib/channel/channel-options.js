'use strict';

/** Reads the options of a channel, and of a broker's topics. */

/** @import { HistoryOptions } from '../../binding.js' */
/** @import { ChannelOptions } from '../../index.js' */

const option = require('../core/option.js');

/**
 * @param {Partial<ChannelOptions>} given
 * @param {HistoryOptions} [defaults]
 */
function readChannelOptions(given, defaults = CHANNEL) {
  return {
    historySize: option.count('historySize', given.historySize, defaults.historySize),
    historyBytes: option.bytes('historyBytes', given.historyBytes, defaults.historyBytes, 0),
    historyAge: option.time('historyAge', given.historyAge, defaults.historyAge),
    emptyTimeout: option.time('emptyTimeout', given.emptyTimeout, defaults.emptyTimeout),
    mint: option.oneOf('ids', given.ids, IDS, defaults.mint ? 'auto' : 'manual') === 'auto',
  };
}

const IDS = /** @type {const} */ (['auto', 'manual']);

const COMMON = { historyAge: 0, emptyTimeout: 0, mint: true };
const CHANNEL = { ...COMMON, historySize: 500, historyBytes: 16 << 20 };
/** There are many topics, and empty ones close. */
const TOPIC = { ...COMMON, historySize: 100, historyBytes: 1 << 20, emptyTimeout: 60_000 };
/** One history for all patterns of a broker, and so for all events to its topics. */
const PATTERNS = { ...COMMON, historySize: 10_000, historyBytes: 16 << 20 };

module.exports = { PATTERNS, TOPIC, readChannelOptions };
