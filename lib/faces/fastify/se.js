'use strict';

/** The plugin `SE`: `reply.sendEvent`, `sendEventBySeid` and `endEvent`. */

/** @import { FastifyInstance, FastifyReply } from 'fastify' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { SEOptions } from '../../../fastify.js' */
/** @import { ServerSentEvent } from '../../../index.js' */

const { AsyncResource } = require('node:async_hooks');
const { randomUUID } = require('node:crypto');
const { PassThrough } = require('node:stream');
const fastifyPlugin = require('fastify-plugin');
const { readConnectionOptions } = require('../../connection/connection-options.js');
const { SluiceError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { printable } = require('../../core/printable.js');
const { isOver } = require('../../carrier/gone.js');
const { Clients } = require('./clients.js');
const { httpError } = require('./error.js');
const { watchHandler } = require('./handlers.js');
const { ReplyStream } = require('./reply-stream.js');
const { toEvent } = require('./se-event.js');
const { generateSeid } = require('./seid.js');
const { SeidHistory } = require('./seid-history.js');
const { EventStreams } = require('./streams.js');

const METHODS = ['GET', 'HEAD'];
/** Each request gets a new seid, so a client never returns to its own. */
const randomSeid = () => randomUUID();
/** The codes of errors that are the answer to a client whose stream does not open. */
const REFUSALS = ['ERR_SSE_LIMIT', 'ERR_SSE_EXPIRED'];

class SE {
  /** @type {WeakMap<FastifyReply, ReplyStream>} */
  #streams = new WeakMap();
  /**
   * The plugin instance and context of a reply. The handler of another request may open its stream.
   * @type {WeakMap<FastifyReply, { streams: EventStreams, context: AsyncResource }>}
   */
  #homes = new WeakMap();
  #clients = new Clients();
  #options;
  #seidTimeout;
  #ownStream;
  #history;

  /** @param {SEOptions} [opts] */
  constructor(opts) {
    const given = option.object('opts', opts);
    const { seidGenerator, seidTimeout, stream, streamOptions, autoGenerateId, topic, ...rest } =
      given;
    option.callback('seidGenerator', seidGenerator);
    option.callback('stream', stream);
    readConnectionOptions(rest);
    // A stream joins one topic, and at once.
    this.#options = { ...rest, resume: /** @type {const} */ ('auto') };
    this.#history = new SeidHistory(topic);
    this.#seidTimeout = option.time('seidTimeout', seidTimeout, 5000, 1);
    this.#ownStream = stream !== undefined || streamOptions !== undefined;
    this.seidGenerator = seidGenerator ?? randomSeid;
    this.stream = stream ?? PassThrough;
    this.streamOptions = streamOptions ?? { allowHalfOpen: false };
    this.autoGenerateId = option.boolean('autoGenerateId', autoGenerateId, true);
    this.clients = this.#clients.bySeid;
    this.plugin = fastifyPlugin((fastify) => this.#register(fastify), {
      fastify: '5.x',
      name: 'sluice-se',
    });
  }

  /** @param {FastifyInstance} fastify */
  async #register(fastify) {
    const se = this;
    const streams = new EventStreams(fastify);
    fastify.decorateRequest('seid', '');
    // After authentication, on which the seid may depend.
    fastify.addHook('preHandler', async (request, reply) => {
      // After `callNotFound()`, the hook runs a second time, and the request has a seid.
      if (!METHODS.includes(request.method) || request.seid !== '') return;
      request.seid = await generateSeid(se.seidGenerator, request, reply, se.#seidTimeout);
      // HEAD gets the head alone, so its request is never a client.
      if (request.method !== 'GET') return;
      watchHandler(reply, {
        begins: () => se.#begin(streams, reply),
        isAnswered: () => {
          if (!se.#streams.has(reply)) se.#clients.delete(reply);
        },
      });
    });
    /** @this {FastifyReply} @param {unknown[]} sent */
    fastify.decorateReply('sendEvent', function sendEvent(...sent) {
      se.#send(streams, this, sent);
      return this;
    });
    /** @param {string} seid @param {unknown[]} sent */
    fastify.decorateReply('sendEventBySeid', function sendEventBySeid(seid, ...sent) {
      const reply = se.#clients.find(seid);
      if (reply === undefined) {
        if (se.#keeps(seid)) se.#history.send(seid, toEvent(sent));
        return false;
      }
      const home = se.#homes.get(reply);
      try {
        // The stream must not open in the asynchronous context of the request that sends.
        if (home) home.context.runInAsyncScope(() => se.#send(home.streams, reply, sent));
        else se.#send(streams, reply, sent);
        return true;
      } catch (error) {
        // The client is refused, and not the request that sends.
        if (!REFUSALS.includes(/** @type {{ code: string }} */ (error).code)) throw error;
        reply.send(error);
        return false;
      }
    });
    /** @this {FastifyReply} */
    fastify.decorateReply('endEvent', function endEvent() {
      se.#end(streams, this);
      return this;
    });
  }

  /**
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   */
  #begin(streams, reply) {
    const { raw, seid } = reply.request;
    if (isOver(raw, reply.raw)) return;
    this.#homes.set(reply, { streams, context: new AsyncResource('SluiceReply') });
    this.#clients.wait(seid, reply);
  }

  /**
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   * @param {unknown[]} sent
   */
  #send(streams, reply, sent) {
    const event = toEvent(sent);
    const stream = this.#streams.get(reply);
    if (stream?.isEnded) {
      throw new SluiceError('ERR_SSE_CLOSED', 'the stream was ended: send before endEvent()');
    }
    if (stream) stream.send(event, this.autoGenerateId);
    else this.#open(streams, reply, event);
  }

  /** @param {string} seid */
  #keeps(seid) {
    return this.seidGenerator !== randomSeid && this.#history.keeps(seid);
  }

  /**
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   */
  #end(streams, reply) {
    const stream = this.#streams.get(reply) ?? this.#open(streams, reply);
    stream.isEnded = true;
    this.#clients.delete(reply);
    stream.connection?.end();
  }

  /**
   * Opens the stream of a reply, with its first event.
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   * @param {ServerSentEvent} [first]
   */
  #open(streams, reply, first) {
    const { method, seid } = reply.request;
    this.#assertFree(reply);
    const stream = new ReplyStream();
    // Set first: `streams.open()` calls `reply.send()`, which must not count as an answer.
    this.#streams.set(reply, stream);
    try {
      const through = this.#ownStream ? this.#newStream() : undefined;
      /** @param {Connection} connection */
      const prepare = (connection) => {
        stream.connection = connection;
        const mint = this.autoGenerateId;
        if (method !== 'HEAD' && this.#keeps(seid)) {
          stream.keepIn(this.#history, connection, seid, mint);
        }
        if (first) stream.send(first, mint);
      };
      streams.open(reply, this.#options, prepare, through);
    } catch (error) {
      stream.connection = undefined;
      this.#fail(reply, error);
    }
    if (stream.connection && method !== 'HEAD') {
      this.#clients.open(seid, reply);
      stream.connection.once('close', () => this.#clients.delete(reply));
    } else this.#clients.delete(reply);
    return stream;
  }

  /**
   * The sender gets no error if the client has already left, nor while the process drains: the
   * sender may be another request, or a timer.
   * @param {FastifyReply} reply
   * @param {unknown} error
   */
  #fail(reply, error) {
    const { code } = /** @type {{ code: string }} */ (error);
    if (code === 'ERR_SSE_GONE') return;
    if (code === 'ERR_SSE_DRAINING') return reply.send(error);
    this.#streams.delete(reply);
    throw error;
  }

  #newStream() {
    const stream = new this.stream(this.streamOptions);
    if (option.hasMethods(stream, 'pipe', 'write')) return stream;
    throw option.invalid('`stream` must be a class of Duplex streams');
  }

  /** @param {FastifyReply} reply */
  #assertFree(reply) {
    const { request } = reply;
    if (!METHODS.includes(request.method)) {
      throw httpError('ERR_SSE_SEID', 500, 'only a GET request has a seid to send events to');
    }
    if (request.method === 'GET' && this.#clients.isTaken(request.seid, reply)) {
      throw httpError('ERR_SSE_SEID_TAKEN', 409, 'another request with the same seid is open');
    }
  }
}

printable(SE.prototype, 'SE', (/** @type {SE} */ { clients, autoGenerateId }) => ({
  clients: Object.keys(clients).length,
  autoGenerateId,
}));

module.exports = { SE };
