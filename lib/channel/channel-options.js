'use strict';

/** Reads the options of a channel, and of a broker's topics. */

/** @import { ChannelOptions } from '../../index.js' */

const option = require('../core/option.js');

/**
 * @param {Partial<ChannelOptions>} given
 * @param {Required<ChannelOptions>} [defaults]
 */
function readChannelOptions(given, defaults = CHANNEL) {
  return {
    historySize: option.count('historySize', given.historySize, defaults.historySize),
    historyBytes: option.bytes('historyBytes', given.historyBytes, defaults.historyBytes, 0),
    historyAge: option.time('historyAge', given.historyAge, defaults.historyAge),
    emptyTimeout: option.time('emptyTimeout', given.emptyTimeout, defaults.emptyTimeout),
  };
}

const CHANNEL = { historySize: 500, historyBytes: 16 << 20, historyAge: 0, emptyTimeout: 0 };
/** There are many topics, and empty ones close. */
const TOPIC = { historySize: 100, historyBytes: 1 << 20, historyAge: 0, emptyTimeout: 60_000 };
/** One history for all patterns of a broker, and so for all events to its topics. */
const PATTERNS = { historySize: 10_000, historyBytes: 16 << 20, historyAge: 0, emptyTimeout: 0 };

module.exports = { PATTERNS, TOPIC, readChannelOptions };
