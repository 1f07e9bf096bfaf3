'use strict';

/** @import { ConnectionOptions } from '../index.js' */

/** @typedef {'comment' | 'time' | 'event'} PingForm */

const { typeError } = require('./error.js');
const option = require('./option.js');

/**
 * An option for faces whose pings differ: an empty `comment`, a comment with the `time` of which the
 * first is sent at once, or an `event`.
 */
const kPingForm = Symbol('pingForm');

const BODILESS = [204, 205, 304];

const defaults = { pingInterval: 50_000 };

/** @param {ConnectionOptions & { [kPingForm]?: PingForm } | undefined} options */
function readConnectionOptions(options) {
  const given = option.object('options', options);
  const ping = option.boolean('ping', given.ping, true);
  const pingInterval = option.time(...option.named(given, 'pingInterval'), defaults.pingInterval);
  const statusCode = option.whole('statusCode', given.statusCode, 200, 200, 599);
  if (BODILESS.includes(statusCode)) {
    throw typeError('ERR_SSE_OPTION', `\`statusCode\` must allow a body, but it is ${statusCode}`);
  }
  return {
    transport: option.oneOf('transport', given.transport, ['auto', 'native', 'stream'], 'auto'),
    head: { statusCode, headers: option.object('headers', given.headers) },
    core: {
      pingInterval: ping ? pingInterval : 0,
      pingForm: given[kPingForm] ?? 'comment',
      timeout: option.time(...option.named(given, 'maxLifetime'), 0),
      stallTimeout: option.time('stallTimeout', given.stallTimeout, 60_000),
      retry: option.whole('retry', given.retry, undefined, 0, 2 ** 32 - 1),
      maxQueueBytes: option.whole(
        'maxQueueBytes',
        given.maxQueueBytes,
        1 << 20,
        1,
        option.MAX_BYTES,
      ),
      maxQueueEvents: option.whole(
        ...option.named(given, 'maxQueueEvents'),
        0,
        0,
        option.MAX_COUNT,
      ),
    },
  };
}

module.exports = { defaults, kPingForm, readConnectionOptions };
