'use strict';

/** Sets the head of a stream on a Fastify reply, for hooks and HEAD requests. */

/** @import { FastifyReply } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */

const { validateHeaderName, validateHeaderValue } = require('node:http');
const { streamHeaders } = require('../../carrier/head.js');
const { isLastResponse } = require('../../carrier/last-response.js');

/**
 * @param {FastifyReply} reply
 * @param {ConnectionOptions} options
 */
function setHead(reply, { statusCode = 200, headers = {} }) {
  for (const [name, value] of streamHeaders(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, /** @type {string} */ (value));
    reply.header(name, value);
  }
  reply.removeHeader('Content-Length');
  if (isLastResponse(reply.request.raw, reply.raw)) reply.header('Connection', 'close');
  reply.code(statusCode);
}

module.exports = { setHead };
