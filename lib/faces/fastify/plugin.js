'use strict';

/** The plugin that adds `reply.eventStream()`. */

/** @import { FastifyInstance, FastifyRegisterOptions, FastifyReply } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { EventStreamOptions } from '../../../fastify.js' */

const fastifyPlugin = require('fastify-plugin');
const {
  CONNECTION_NAMES,
  readConnectionOptions,
} = require('../../connection/connection-options.js');
const option = require('../../core/option.js');
const { PING_INTERVAL } = require('../ping-interval.js');
const { varyBy } = require('../../carrier/vary.js');
const { eventStreamPreference } = require('./accept.js');
const { httpError } = require('./error.js');
const { EventStreams } = require('./streams.js');

/** @type {option.Names<EventStreamOptions>} */
const STREAM_NAMES = { ...CONNECTION_NAMES, accept: true };
const ACCEPT = /** @type {const} */ (['only', 'dual']);

/**
 * @param {FastifyInstance} fastify
 * @param {ConnectionOptions} given
 */
async function sluice(fastify, given) {
  const { prefix, logLevel, logSerializers, ...all } = /** @type {FastifyRegisterOptions<any>} */ (
    given
  );
  readConnectionOptions(all);
  /** @type {ConnectionOptions} */
  const defaults = option.over({ pingInterval: PING_INTERVAL }, all);
  const streams = new EventStreams(fastify);
  /**
   * @this {FastifyReply}
   * @param {EventStreamOptions} [options]
   */
  function eventStream(options) {
    const { accept, ...own } = option.object('options', options, STREAM_NAMES);
    if (!negotiate(this, accept)) return undefined;
    const headers = { ...defaults.headers, ...own.headers };
    return streams.open(this, { ...option.over(defaults, own), headers });
  }
  fastify.decorateReply('eventStream', /** @type {any} */ (eventStream));
}

/**
 * Whether the client gets a stream.
 * @param {FastifyReply} reply
 * @param {EventStreamOptions['accept']} accept
 */
function negotiate(reply, accept) {
  if (accept === undefined) return true;
  option.oneOf('accept', accept, ACCEPT, 'only');
  reply.header('Vary', varyBy(reply.getHeader('Vary'), 'Accept'));
  const { accepted, asked } = eventStreamPreference(reply.request.headers.accept);
  if (accept === 'dual') return asked;
  if (!accepted) {
    throw httpError(
      'ERR_SSE_NOT_ACCEPTABLE',
      406,
      'the answer is an event stream, but the client does not accept text/event-stream',
    );
  }
  return true;
}

const plugin = fastifyPlugin(sluice, { fastify: '5.x', name: 'sluice' });

module.exports = { plugin };
