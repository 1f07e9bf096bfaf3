'use strict';

/** A backplane over Redis, Valkey, or what speaks their protocol. */

/** @import { RedisBackplaneOptions } from '../../redis.js' */

const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');
const { readCommon, readPrefix } = require('./options.js');

/** @param {RedisBackplaneOptions} options */
function redisBackplane(options) {
  const given = option.object('options', options);
  const settings = {
    ...readCommon(given),
    url: readUrl(given.url),
    prefix: readPrefix('prefix', given.prefix),
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

module.exports = { redisBackplane };
