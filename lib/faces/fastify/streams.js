'use strict';

/** @import { FastifyInstance, FastifyReply } from 'fastify' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { OpenStream } from './send.js' */
/** @import { Duplex } from 'node:stream' */

const diagnostics = require('node:diagnostics_channel');
const { finished } = require('node:stream');
const { Connection, kBegin, kEnded, kHandle } = require('../../connection/connection.js');
const { SluiceError } = require('../../core/error.js');
const { makeLastResponse } = require('../../carrier/last-response.js');
const { setHead } = require('./head.js');
const { EventStreamPayload } = require('./payload.js');
const { PipedResponse } = require('./piped-response.js');
const { abandon, guardSend } = require('./send.js');

/** How long a client may take for what is queued when the server closes. */
const GRACE = 1000;
const HANDLER_FAILED = 'tracing:fastify.request.handler:error';

/** Replies that have a stream, of every instance of the plugins. */
const taken = new WeakSet();

/** The open streams of one instance of a plugin. */
class EventStreams {
  /** @type {Map<Connection, FastifyReply['raw']>} */
  #open = new Map();
  /**
   * Those whose replies are hijacked.
   * @type {WeakMap<object, OpenStream>}
   */
  #hijacked = new WeakMap();
  #closing = false;

  /** @param {FastifyInstance} fastify */
  constructor(fastify) {
    // When the handler of a hijacked reply rejects, Fastify logs it and the client would wait for ever.
    const onFailure = (/** @type {any} */ { reply }) => {
      const stream = this.#hijacked.get(reply);
      if (!stream) return;
      // That of the error is not what the client got.
      reply.code(stream.statusCode);
      if (!stream.connection[kEnded]) stream.connection[kHandle].close('destroy');
    };
    diagnostics.subscribe(HANDLER_FAILED, onFailure);
    fastify.addHook('preClose', async () => {
      this.#closing = true;
      await Promise.all(Array.from(this.#open, ([connection, raw]) => endSoon(connection, raw)));
    });
    fastify.addHook('onClose', async () => {
      diagnostics.unsubscribe(HANDLER_FAILED, onFailure);
    });
  }

  /**
   * Answers a request with a stream, whose head is written when Fastify's `onSend` hooks have run.
   * @param {FastifyReply} reply
   * @param {ConnectionOptions} given
   * @param {(connection: Connection) => void} [prepare] runs before Fastify knows; what it throws leaves the reply to the handler
   * @param {Duplex} [through] a stream that gets the frames, and that Fastify sends
   */
  open(reply, given, prepare, through) {
    if (reply.sent || taken.has(reply)) {
      throw new SluiceError(
        'ERR_SSE_HEADERS_SENT',
        'the request was answered already: open one event stream, before anything is sent',
      );
    }
    const options = { ...given, statusCode: given.statusCode ?? reply.statusCode };
    const stream = orGone(() =>
      through ? piped(reply, options, through) : this.#own(reply, options),
    );
    const { connection } = stream;
    try {
      prepare?.(connection);
      setHead(reply, options);
    } catch (error) {
      abandon(stream);
      throw error;
    }
    taken.add(reply);
    this.#open.set(connection, reply.raw);
    connection.once('close', () => this.#open.delete(connection));
    const { send } = reply;
    guardSend(reply, stream);
    send.call(reply, stream.payload);
    if (this.#closing) endSoon(connection, reply.raw);
    return connection;
  }

  /**
   * A stream that the connection writes.
   * @param {FastifyReply} reply
   * @param {ConnectionOptions & { statusCode: number }} options
   * @returns {OpenStream}
   */
  #own(reply, options) {
    const { request, raw } = reply;
    let begin = () => {};
    /** @param {() => void} write */
    const whenReady = (write) => {
      begin = write;
    };
    const connection = new Connection(request.raw, raw, { ...options, [kBegin]: whenReady });
    const payload = new EventStreamPayload(reply, () => {
      if (stream.abandoned) return;
      // It has overflowed meanwhile, and nobody will end the response.
      if (connection.closed) return raw.destroy();
      // `identity` says nothing, and would keep the core from the socket.
      raw.removeHeader('Content-Encoding');
      begin();
      stream.begun = true;
      reply.hijack();
      this.#hijacked.set(reply, stream);
      finishOnClose(raw);
    });
    connection.once('close', () => payload.finish());
    const { statusCode } = options;
    const stream = { connection, payload, statusCode, begun: false, abandoned: false };
    return stream;
  }
}

/**
 * A client that has left is not the server's failure, which Fastify would log as an error.
 * @param {() => OpenStream} open
 */
function orGone(open) {
  try {
    return open();
  } catch (error) {
    const { code } = /** @type {any} */ (error);
    if (code === 'ERR_SSE_GONE') Object.assign(/** @type {Error} */ (error), { statusCode: 499 });
    throw error;
  }
}

/**
 * A stream of the user's, that Fastify sends.
 * @param {FastifyReply} reply
 * @param {ConnectionOptions & { statusCode: number }} options
 * @param {Duplex} through
 * @returns {OpenStream}
 */
function piped(reply, options, through) {
  const { request, raw } = reply;
  const response = new PipedResponse(through, raw);
  const connection = new Connection(request.raw, /** @type {any} */ (response), options);
  makeLastResponse(request.raw, raw, () => connection[kHandle].close('flood'));
  finishOnClose(raw);
  const { statusCode } = options;
  return { connection, payload: through, statusCode, begun: false, abandoned: false };
}

/**
 * Fastify waits for `finish`, which a response does not emit whose client has left; yet that is how most event streams end.
 * @param {FastifyReply['raw']} raw
 */
function finishOnClose(raw) {
  let finished = false;
  raw.once('finish', () => {
    finished = true;
  });
  // After everybody, Node's server among them, has been told of the close.
  const finish = () => {
    if (finished) return;
    raw.emit('finish');
    // The real one may still come, from an end that crossed the client's leaving, and Node would fail over the second.
    raw.removeAllListeners('finish');
  };
  raw.once('close', () => process.nextTick(finish));
}

/**
 * Sends what is queued, if the client takes it in time. Who goes on sending meanwhile is not told: he could not know.
 * @param {Connection} connection
 * @param {FastifyReply['raw']} raw
 */
function endSoon(connection, raw) {
  connection[kHandle].close('end');
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if (connection.closed) raw.destroy();
      else connection[kHandle].close('destroy');
      resolve(undefined);
    }, GRACE);
    const done = () => {
      clearTimeout(timer);
      resolve(undefined);
    };
    // Its last bytes may still be on their way through TLS, and Fastify is about to close idle sockets.
    connection.once('close', () => (raw.socket && !raw.destroyed ? finished(raw, done) : done()));
  });
}

module.exports = { EventStreams };
