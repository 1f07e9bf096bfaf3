'use strict';

/** Registers the routes with Fastify. */

/** @import { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { PingForm } from '../../connection/connection-options.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { Exchange } from './exchange.js' */
/** @import { Routes } from './routes.js' */

const fastifyPlugin = require('fastify-plugin');
const { EventStreams } = require('../fastify/streams.js');
const { isOver } = require('../../carrier/gone.js');

/** @implements {Exchange} */
class FastifyExchange {
  #reply;
  #streams;

  /**
   * @param {FastifyRequest} request
   * @param {FastifyReply} reply
   * @param {EventStreams} streams
   */
  constructor(request, reply, streams) {
    this.request = request;
    this.method = request.method;
    this.headers = request.headers;
    this.body = request.body;
    this.#reply = reply;
    this.#streams = streams;
  }

  get over() {
    return isOver(this.request.raw, this.#reply.raw);
  }

  /** @param {string} name */
  getHeader(name) {
    return this.#reply.getHeader(name);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setHeader(name, value) {
    this.#reply.header(name, value);
  }

  /**
   * @param {ConnectionOptions} options
   * @param {PingForm} pingForm
   * @param {(connection: Connection) => void} prepare
   */
  open(options, pingForm, prepare) {
    this.#streams.open(this.#reply, options, prepare, undefined, pingForm);
  }

  /**
   * @param {unknown} error
   * @param {string} what
   */
  log(error, what) {
    this.request.log.error({ err: error }, what);
  }
}

/**
 * @param {FastifyInstance} fastify
 * @param {string} basePath
 * @param {Routes} routes
 */
function addToFastify(fastify, basePath, routes) {
  /** @param {FastifyInstance} own */
  async function setUp(own) {
    const streams = new EventStreams(own);
    // The rules for the body are those of the routes, whatever parsers the application has.
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', (_request, payload, done) => {
      // It may fail before it is read.
      payload.on('error', () => {});
      done(null, payload);
    });
    for (const path of routes.paths) {
      /**
       * @param {FastifyRequest} request
       * @param {FastifyReply} reply
       */
      const handler = async (request, reply) => {
        const answer = await routes.answer(path, new FastifyExchange(request, reply, streams));
        if (!answer) return reply;
        const { status, body } = answer;
        reply.code(status);
        // The rest of the body is not to be read.
        if (status === 413 && request.raw.httpVersionMajor === 1)
          reply.header('Connection', 'close');
        if (!body) return reply.send();
        reply.header('X-Content-Type-Options', 'nosniff');
        // As a string, so that the application's serialisers do not change it.
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
      };
      /**
       * Fastify itself refuses an invalid type; the routes do too, with an answer of their own.
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
