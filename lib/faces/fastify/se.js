'use strict';

/** The plugin `SE`: `reply.sendEvent`, `sendEventBySeid` and `endEvent`. */

/** @import { FastifyInstance, FastifyReply } from 'fastify' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { SEOptions } from '../../../fastify.js' */
/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { Watch } from './seid-history.js' */

const { AsyncResource } = require('node:async_hooks');
const { randomUUID } = require('node:crypto');
const { PassThrough } = require('node:stream');
const fastifyPlugin = require('fastify-plugin');
const { readShared } = require('../../broker/broker-options.js');
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
const { checkedOptions } = require('./se-options.js');
const { generateSeid } = require('./seid.js');
const { SeidHistory } = require('./seid-history.js');
const { EventStreams } = require('./streams.js');

const METHODS = ['GET', 'HEAD'];
/** Each request gets a new seid, so a client never returns with the same seid. */
const randomSeid = () => randomUUID();
/** The codes of errors that are sent to a client whose stream does not open. */
const REFUSALS = ['ERR_SSE_LIMIT', 'ERR_SSE_EXPIRED'];

class SE {
  /** @type {WeakMap<FastifyReply, ReplyStream>} */
  #streams = new WeakMap();
  /**
   * The origin of a reply: the plugin instance, the context, and the watch for events of other
   * processes. The handler of another request may open the stream of a reply.
   * @type {WeakMap<FastifyReply,
   *   { streams: EventStreams, context: AsyncResource, watch: Watch | undefined }>}
   */
  #homes = new WeakMap();
  #clients = new Clients();
  #options;
  #seidTimeout;
  #ownStream;
  #history;

  /** @param {SEOptions} [opts] */
  constructor(opts) {
    const given = checkedOptions(opts);
    const { seidGenerator, seidTimeout, stream, streamOptions, autoGenerateId, ...others } = given;
    const { topic, backplane, name, ...connection } = others;
    option.callback('seidGenerator', seidGenerator);
    option.callback('stream', stream);
    readConnectionOptions(connection);
    // A stream joins only one topic, immediately.
    this.#options = { ...connection, resume: /** @type {const} */ ('auto') };
    this.#history = new SeidHistory(topic, readShared({ backplane, name }, 'se'));
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
    // This hook runs after authentication, on which the seid may depend.
    fastify.addHook('preHandler', async (request, reply) => {
      // The hook runs again after `callNotFound()`, when the request already has a seid.
      if (!METHODS.includes(request.method) || request.seid !== '') return;
      request.seid = await generateSeid(se.seidGenerator, request, reply, se.#seidTimeout);
      // HEAD gets only the head, so its request never becomes a client.
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
      if (reply === undefined) return se.#sendElsewhere(seid, sent);
      const home = se.#homes.get(reply);
      try {
        // The stream must not open in the asynchronous context of the request that sends.
        if (home) home.context.runInAsyncScope(() => se.#send(home.streams, reply, sent));
        else se.#send(streams, reply, sent);
        return true;
      } catch (error) {
        // The refusal is for the client, not for the request that sends.
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
    const context = new AsyncResource('SluiceReply');
    const watch = this.#history.watch(seid, (since) => {
      if (this.#clients.find(seid) !== reply) return;
      context.runInAsyncScope(() => this.#openFor(streams, reply, watch?.since ?? since));
    });
    this.#homes.set(reply, { streams, context, watch });
    this.#clients.wait(seid, reply, () => watch?.stop());
  }

  /**
   * Opens the stream of a waiting reply, for an event that another process has sent.
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   * @param {string} since
   */
  #openFor(streams, reply, since) {
    try {
      this.#open(streams, reply, undefined, since);
    } catch (error) {
      reply.send(error);
    }
  }

  /**
   * Returns whether a client may get the event. With a backplane, another process may have the
   * client.
   * @param {string} seid
   * @param {unknown[]} sent
   */
  #sendElsewhere(seid, sent) {
    if (!this.#keeps(seid)) return false;
    this.#history.send(seid, toEvent(sent), this.autoGenerateId);
    return this.#history.isShared;
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
    if (this.seidGenerator === randomSeid && !this.#history.isShared) return false;
    return this.#history.keeps(seid);
  }

  /**
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   */
  #end(streams, reply) {
    const stream = this.#streams.get(reply) ?? this.#open(streams, reply);
    this.#clients.delete(reply);
    void stream.end();
  }

  /**
   * Opens the stream of a reply, with its first event.
   * @param {EventStreams} streams
   * @param {FastifyReply} reply
   * @param {ServerSentEvent} [first]
   * @param {string} [since] the cursor of a client that has none
   */
  #open(streams, reply, first, since = this.#homes.get(reply)?.watch?.since) {
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
      streams.open(reply, this.#options, { prepare, through, since });
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
   * The sender gets no error if the client has already disconnected, or while the process drains:
   * the sender may be another request or a timer.
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
