'use strict';

/** @import { FastifyReply } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */

const { validateHeaderName, validateHeaderValue } = require('node:http');
const { writeHead } = require('../../carrier/head.js');
const { isLastResponse } = require('../../carrier/last-response.js');

/**
 * Sets the head of a stream on a reply, so that hooks see it and HEAD gets it.
 * @param {FastifyReply} reply
 * @param {ConnectionOptions} options
 */
function setHead(reply, { statusCode = 200, headers = {} }) {
  const head = {
    statusCode,
    /**
     * @param {string} name
     * @param {any} value
     */
    setHeader(name, value) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
      reply.header(name, value);
    },
    removeHeader: (/** @type {string} */ name) => reply.removeHeader(name),
    flushHeaders() {},
  };
  const isLast = isLastResponse(reply.request.raw, reply.raw);
  writeHead(/** @type {any} */ (head), { statusCode, headers }, isLast);
  reply.code(statusCode);
}

/**
 * Says that the answer depends on the request's `Accept`.
 * @param {FastifyReply} reply
 */
function varyByAccept(reply) {
  const header = [reply.getHeader('Vary') ?? []].flat().join(', ');
  const names = header.toLowerCase().split(/\s*,\s*/);
  if (names.includes('accept') || names.includes('*')) return;
  reply.header('Vary', header ? `${header}, Accept` : 'Accept');
}

module.exports = { setHead, varyByAccept };
