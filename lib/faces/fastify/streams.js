'use strict';

/** Answers Fastify requests with event streams, and ends them when the server closes. */

/** @import { FastifyInstance, FastifyReply } from 'fastify' */
/** @import { Carrier } from '../../carrier/carrier.js' */
/** @import { PingForm } from '../../connection/connection-options.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { Link } from '../../connection/link.js' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { OpenStream } from './send.js' */
/** @import { Duplex } from 'node:stream' */

const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const { finished } = require('node:stream/promises');
const { carrierOf } = require('../../carrier/node-response.js');
const { pipedCarrier } = require('../../carrier/piped-carrier.js');
const { openLink } = require('../../connection/connection.js');
const { SluiceError } = require('../../core/error.js');
const { setHead } = require('./head.js');
const { EventStreamPayload } = require('./payload.js');
const { abandon, guardSend } = require('./send.js');

/**
 * How a stream opens.
 * @typedef {object} Opening
 * @property {(connection: Connection) => void} [prepare]
 *   runs before Fastify knows of the stream; if it throws, the handler can still use the reply
 * @property {Duplex} [through] a stream that receives the frames, and that Fastify sends
 * @property {PingForm} [pingForm]
 * @property {string} [since] the cursor of a client that has none
 */

/** How long a client has to receive queued bytes when the server closes, in milliseconds. */
const GRACE = 1000;
const HANDLER_FAILED = 'tracing:fastify.request.handler:error';

/**
 * The streams of replies, of every instance of the plugins.
 * @type {WeakMap<FastifyReply, OpenStream>}
 */
const streams = new WeakMap();

// When the handler of a hijacked reply rejects, Fastify only logs the error. The client would wait
// forever.
diagnostics.subscribe(HANDLER_FAILED, (message) => {
  const { reply } = /** @type {{ reply: FastifyReply }} */ (message);
  const stream = streams.get(reply);
  if (stream?.state !== 'begun') return;
  // The client received the status of the stream, not that of the error.
  reply.code(stream.statusCode);
  if (!stream.link.isEnded) stream.connection.destroy();
});

/** The open streams of one instance of a plugin. */
class EventStreams {
  /** @type {Map<Link, FastifyReply['raw']>} */
  #open = new Map();
  #closing = false;

  /** @param {FastifyInstance} fastify */
  constructor(fastify) {
    fastify.addHook('preClose', async () => {
      this.#closing = true;
      await Promise.all(Array.from(this.#open, ([link, raw]) => endSoon(link, raw)));
    });
  }

  /**
   * Answers a request with a stream. Its head is written after Fastify's `onSend` hooks have run.
   * @param {FastifyReply} reply
   * @param {ConnectionOptions} given
   * @param {Opening} [opening]
   */
  open(reply, given, opening = {}) {
    if (reply.sent || streams.has(reply)) {
      throw new SluiceError(
        'ERR_SSE_HEADERS_SENT',
        'the request was answered already: open one event stream, before anything is sent',
      );
    }
    const statusCode = given.statusCode ?? reply.statusCode;
    const options = { ...given, statusCode, ...ofRequest(reply, given) };
    const { through, since } = opening;
    const stream = orGone(() =>
      through ? piped(reply, options, through, since) : own(reply, options, opening),
    );
    const { connection, link } = stream;
    try {
      opening.prepare?.(connection);
      setHead(reply, options);
    } catch (error) {
      abandon(stream);
      throw error;
    }
    streams.set(reply, stream);
    this.#open.set(link, reply.raw);
    connection.once('close', () => this.#open.delete(link));
    const { send } = reply;
    guardSend(reply, stream);
    send.call(reply, stream.payload);
    if (this.#closing) endSoon(link, reply.raw);
    return connection;
  }
}

/**
 * The application's functions get the Fastify request, which may have a user that a hook has set.
 * @param {FastifyReply} reply
 * @param {ConnectionOptions} given
 * @returns {Pick<ConnectionOptions, 'expiresAt' | 'limits'>}
 */
function ofRequest({ request }, { expiresAt, limits }) {
  const { key } = limits ?? {};
  return {
    expiresAt: typeof expiresAt === 'function' ? () => expiresAt(request) : expiresAt,
    limits: limits && typeof key === 'function' ? { ...limits, key: () => key(request) } : limits,
  };
}

/**
 * Adds a 4xx status to the error for a disconnected client. Fastify would log a server error.
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
 * Opens a stream that the connection writes itself.
 * @param {FastifyReply} reply
 * @param {ConnectionOptions & { statusCode: number }} options
 * @param {Opening} opening
 * @returns {OpenStream}
 */
function own(reply, options, { pingForm, since }) {
  const { request, raw } = reply;
  /** @type {Carrier} */
  const carrier = carrierOf(request.raw, raw);
  carrier.since = since;
  const { link, connection } = openLink(carrier, options, pingForm);
  const payload = new EventStreamPayload(reply, () => {
    if (stream.state === 'abandoned') return;
    // The queue has overflowed in the meantime, so the response must be ended here.
    if (connection.closed) return raw.destroy();
    // The value `identity` is meaningless here, and would prevent the hand-over of the socket.
    raw.removeHeader('Content-Encoding');
    link.begin();
    stream.state = 'begun';
    reply.hijack();
    finishOnClose(raw);
  });
  connection.once('close', () => payload.finish());
  const { statusCode } = options;
  /** @type {OpenStream} */
  const stream = { link, connection, payload, statusCode, state: 'waiting' };
  return stream;
}

/**
 * Opens a stream that writes into a stream of the application, which Fastify sends.
 * @param {FastifyReply} reply
 * @param {ConnectionOptions & { statusCode: number }} options
 * @param {Duplex} through
 * @param {string | undefined} since
 * @returns {OpenStream}
 */
function piped({ request, raw }, options, through, since) {
  const carrier = pipedCarrier(request.raw, raw, through);
  carrier.since = since;
  const { link, connection } = openLink(carrier, options);
  link.begin();
  finishOnClose(raw);
  const { statusCode } = options;
  return { link, connection, payload: through, statusCode, state: 'waiting' };
}

/**
 * Fastify waits for `finish`, which a response does not emit if its client disconnects. Most event
 * streams end that way.
 * @param {FastifyReply['raw']} raw
 */
function finishOnClose(raw) {
  let isFinished = false;
  raw.once('finish', () => {
    isFinished = true;
  });
  const finish = () => {
    if (isFinished) return;
    raw.emit('finish');
    // A real `finish` may follow if the end and the disconnect coincide. Node.js would throw at a
    // second `finish`.
    raw.removeAllListeners('finish');
  };
  // After all `close` listeners, including that of the Node.js server.
  raw.once('close', () => process.nextTick(finish));
}

/**
 * Ends a stream after queued events, or destroys it after the grace period. The application may
 * still send meanwhile, because it does not know of the end.
 * @param {Link} link
 * @param {FastifyReply['raw']} raw
 */
async function endSoon(link, raw) {
  const signal = AbortSignal.timeout(GRACE);
  link.close('end');
  try {
    await once(link.connection, 'close', { signal });
    // The last bytes may still be in TLS buffers, and Fastify is about to close idle sockets.
    if (raw.socket && !raw.destroyed) await finished(raw, { signal });
  } catch {
    if (link.state === 'closed') raw.destroy();
    else link.destroy();
  }
}

module.exports = { EventStreams };
