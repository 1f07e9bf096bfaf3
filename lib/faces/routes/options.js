'use strict';

/** Reads the options of `setupSSE`. */

/** @import { SetupSSEOptions } from '../../../types/setup-sse.js' */

const { HEARTBEATS } = require('../../broker/broker-options.js');
const option = require('../../core/option.js');
const { readCORS } = require('./origins.js');

/** @type {option.Names<SetupSSEOptions>} */
const NAMES = {
  authorizeSubscribe: true,
  identify: true,
  heartbeat: true,
  pingInterval: true,
  heartbeatInterval: true,
  cors: true,
  bodyLimit: true,
  maxTopics: true,
  stats: true,
};

/** The topics become the arguments of a single call. */
const MAX_TOPICS = 2 ** 16;

/** @typedef {ReturnType<typeof readSetupOptions>} SetupOptions */

/** @param {SetupSSEOptions | null} [options] */
function readSetupOptions(options) {
  const given = option.object('options', options ?? undefined, NAMES);
  const { stats } = given;
  return {
    authorizeSubscribe: option.callback('authorizeSubscribe', given.authorizeSubscribe),
    identify: option.callback('identify', given.identify),
    heartbeat: option.oneOf('heartbeat', given.heartbeat, HEARTBEATS, undefined),
    pingInterval: option.time(...option.named(given, 'pingInterval'), undefined),
    origins: readCORS(given.cors),
    bodyLimit: option.bytes('bodyLimit', given.bodyLimit, 16_384),
    maxTopics: option.whole('maxTopics', given.maxTopics, 1000, 1, MAX_TOPICS),
    stats: typeof stats === 'function' ? stats : option.boolean('stats', stats, true),
  };
}

module.exports = { readSetupOptions };
