'use strict';

/** Reads the options of a channel, and of a broker's topics. */

/** @import { HistoryOptions } from '../../binding.js' */
/** @import { ChannelOptions } from '../../index.js' */
/** @import { TopicOptions } from '../../types/broker.js' */
/** @import { Names } from '../core/option.js' */

const { rangeError } = require('../core/error.js');
const option = require('../core/option.js');
const { OVERFLOW } = require('../connection/connection-options.js');

/** @type {Names<Omit<TopicOptions, 'emptyTimeout'>>} */
const HISTORY_NAMES = { historySize: true, historyBytes: true, historyAge: true, ids: true };
/** @type {Names<TopicOptions>} */
const TOPIC_NAMES = { ...HISTORY_NAMES, emptyTimeout: true };
/** @type {Names<ChannelOptions>} */
const CHANNEL_NAMES = {
  ...TOPIC_NAMES,
  keep: true,
  key: true,
  overflow: true,
  maxMembers: true,
  backplane: true,
  name: true,
};

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

const KEEP = /** @type {const} */ (['all', 'latest']);
const IDS = /** @type {const} */ (['auto', 'manual']);

const COMMON = { historyAge: 0, emptyTimeout: 0, mint: true };
const CHANNEL = { ...COMMON, historySize: 500, historyBytes: 16 << 20 };
/** There are many topics, and empty ones close. */
const TOPIC = { ...COMMON, historySize: 100, historyBytes: 1 << 20, emptyTimeout: 60_000 };
/** One history for all patterns of a broker, which covers all events to its topics. */
const PATTERNS = { ...COMMON, historySize: 10_000, historyBytes: 16 << 20 };

/**
 * Reads the options `keep`, `key` and `overflow`.
 * @param {Partial<ChannelOptions<any>>} given
 * @param {number} historySize
 */
function readState(given, historySize) {
  const isLatest = option.oneOf('keep', given.keep, KEEP, 'all') === 'latest';
  const overflow =
    given.overflow === undefined
      ? undefined
      : option.oneOf('overflow', given.overflow, OVERFLOW, 'disconnect');
  const key = option.callback('key', given.key);
  if (isLatest && !key) {
    throw option.invalid("`keep: 'latest'` needs `key`, a function that returns an event's key");
  }
  if (overflow === 'conflate' && !key) {
    throw option.invalid(
      "`overflow: 'conflate'` needs `key`: a function that returns an event's key",
    );
  }
  if (isLatest && historySize === 0) {
    throw rangeError('ERR_SSE_OPTION', "with `keep: 'latest'`, `historySize` must be at least 1");
  }
  return { isLatest, key, overflow };
}

module.exports = {
  CHANNEL_NAMES,
  HISTORY_NAMES,
  PATTERNS,
  TOPIC,
  TOPIC_NAMES,
  readChannelOptions,
  readState,
};
