'use strict';

/** Registers the routes with Fastify. */

/** @import { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify' */
/** @import { Exchange } from './exchange.js' */
/** @import { Routes } from './routes.js' */

const fastifyPlugin = require('fastify-plugin');
const { EventStreams } = require('../fastify/streams.js');

/**
 * @param {FastifyRequest} request
 * @param {FastifyReply} reply
 * @param {EventStreams} streams
 * @returns {Exchange}
 */
const exchangeOf = (request, reply, streams) => ({
  request,
  req: request.raw,
  res: reply.raw,
  headers: request.headers,
  body: () => request.body,
  getHeader: (name) => reply.getHeader(name),
  setHeader: (name, value) => reply.header(name, value),
  log: (error, what) => request.log.error({ err: error }, what),
  open: (options, pingForm, prepare) => streams.open(reply, options, { prepare, pingForm }),
  send: (status, body) => reply.code(status).send(body),
});

/**
 * @param {FastifyInstance} fastify
 * @param {string} basePath
 * @param {Routes} routes
 */
function addToFastify(fastify, basePath, routes) {
  /** @param {FastifyInstance} own */
  async function setUp(own) {
    const streams = new EventStreams(own);
    // The routes parse the body by their own rules, whatever parsers the application has.
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', (_request, payload, done) => {
      // The stream may fail before it is read.
      payload.on('error', () => {});
      done(null, payload);
    });
    for (const path of routes.paths) {
      /**
       * @param {FastifyRequest} request
       * @param {FastifyReply} reply
       */
      const handler = async (request, reply) => {
        await routes.answer(path, exchangeOf(request, reply, streams));
        return reply;
      };
      /**
       * Fastify refuses an invalid type itself. The routes send their own refusal instead.
       * @param {FastifyError} error
       * @param {FastifyRequest} request
       * @param {FastifyReply} reply
       */
      const errorHandler = (error, request, reply) => {
        if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error;
        return handler(request, reply);
      };
      own.route({ method: own.supportedMethods, url: path, handler, errorHandler });
    }
  }
  const options = { fastify: '5.x', name: 'sluice-setup-sse', encapsulate: true };
  fastify.register(fastifyPlugin(setUp, options), { prefix: basePath });
}

module.exports = { addToFastify };
