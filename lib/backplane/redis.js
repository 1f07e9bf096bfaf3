'use strict';

/** A backplane over Redis, Valkey or a compatible server. */

/** @import { RedisBackplaneOptions } from '../../redis.js' */

const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');
const { readCommon, readPrefix } = require('./options.js');
const { readServers } = require('./redis-servers.js');

/** @type {option.Names<RedisBackplaneOptions>} */
const NAMES = {
  url: true,
  sentinel: true,
  cluster: true,
  username: true,
  password: true,
  credentials: true,
  database: true,
  tls: true,
  prefix: true,
  retain: true,
  maxQueueBytes: true,
  outage: true,
};

/** @param {RedisBackplaneOptions} options */
function redisBackplane(options) {
  const given = option.object('options', options, NAMES);
  const credentials = option.callback('credentials', given.credentials);
  const settings = {
    ...readCommon(given),
    ...readServers(given),
    asksCredentials: credentials !== undefined,
    prefix: readPrefix('prefix', given.prefix),
  };
  const answerer = credentials && (() => ask(credentials));
  const retain = { events: settings.retainEvents, age: settings.retainAge };
  return new Backplane(() => callCore(() => start().redis(settings)), answerer, retain);
}

/** @param {NonNullable<RedisBackplaneOptions['credentials']>} credentials */
async function ask(credentials) {
  const { username, password } = option.object('credentials()', await credentials());
  option.assertString('password', password);
  if (username !== undefined) option.assertString('username', username);
  return { username, password };
}

module.exports = { redisBackplane };
