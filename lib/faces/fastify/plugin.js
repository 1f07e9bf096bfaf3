'use strict';

/** @import { FastifyInstance, FastifyReply } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { EventStreamOptions } from '../../../fastify.js' */

const fastifyPlugin = require('fastify-plugin');
const { readConnectionOptions } = require('../../connection/connection-options.js');
const option = require('../../core/option.js');
const { eventStreamPreference } = require('./accept.js');
const { httpError } = require('./error.js');
const { varyByAccept } = require('./head.js');
const { EventStreams } = require('./streams.js');

const ACCEPT = /** @type {const} */ (['only', 'dual']);

/**
 * @param {FastifyInstance} fastify
 * @param {ConnectionOptions} defaults
 */
async function sluice(fastify, defaults) {
  readConnectionOptions(defaults);
  const streams = new EventStreams(fastify);
  /**
   * @this {FastifyReply}
   * @param {EventStreamOptions} [options]
   */
  function eventStream(options) {
    const { accept, ...own } = option.object('options', options);
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
  varyByAccept(reply);
  const { accepted, asked } = eventStreamPreference(reply.request.headers.accept);
  if (accept === 'dual') return asked;
  if (!accepted) {
    throw httpError(
      'ERR_SSE_NOT_ACCEPTABLE',
      406,
      'the answer is an event stream, and the client does not accept text/event-stream',
    );
  }
  return true;
}

const plugin = fastifyPlugin(sluice, { fastify: '5.x', name: 'sluice' });

module.exports = { plugin };
