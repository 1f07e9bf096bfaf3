'use strict';

/** A backplane over Redis, Valkey, or what speaks their protocol. */

/** @import { RedisBackplaneOptions } from '../../redis.js' */

const { randomUUID } = require('node:crypto');
const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');

const OUTAGE = /** @type {const} */ (['wait', 'fail']);
const MAX_QUEUE_BYTES = 16 << 20;
const RETAIN = { events: 500, age: 3_600_000 };

/** @param {RedisBackplaneOptions} options */
function redisBackplane(options) {
  const given = option.object('options', options);
  const retain = option.object('retain', given.retain);
  const settings = {
    url: readUrl(given.url),
    prefix: readPrefix(given.prefix),
    retainEvents: option.whole('retain.events', retain.events, RETAIN.events, 1, 2 ** 32 - 1),
    retainAge: option.whole('retain.age', retain.age, RETAIN.age, 1000, 2 ** 32 - 1),
    maxQueueBytes: option.bytes('maxQueueBytes', given.maxQueueBytes, MAX_QUEUE_BYTES),
    waits: option.oneOf('outage', given.outage, OUTAGE, 'wait') === 'wait',
    node: randomUUID(),
  };
  return new Backplane(() => callCore(() => start().redis(settings)));
}

/** @param {unknown} value */
function readUrl(value) {
  if (typeof value !== 'string') throw option.wrongType('url', 'a string', value);
  const { protocol } = URL.canParse(value) ? new URL(value) : { protocol: '' };
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw option.invalid('`url` must begin with redis:// or, with TLS, rediss://');
  }
  return value;
}

/** @param {unknown} value */
function readPrefix(value = 'sluice') {
  if (typeof value !== 'string') throw option.wrongType('prefix', 'a string', value);
  if (!/^[\w.-]{1,100}$/.test(value)) {
    throw option.invalid('`prefix` must have 1 to 100 letters, digits, `_`, `.` and `-`');
  }
  return value;
}

module.exports = { redisBackplane };
