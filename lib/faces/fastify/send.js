'use strict';

/** Guards `reply.send` of a reply that has an event stream. */

/** @import { FastifyReply } from 'fastify' */
/** @import { Readable } from 'node:stream' */
/** @import { Link } from '../../connection/link.js' */

/**
 * The stream of a reply, and the payload that Fastify sends. `waiting`: Fastify's hooks run.
 * `begun`: the connection has written the head. `abandoned`: another response is sent.
 * @typedef {object} OpenStream
 * @property {Connection} connection
 * @property {Link} link
 * @property {Readable} payload
 * @property {number} statusCode
 * @property {'waiting' | 'begun' | 'abandoned'} state
 */

const { Channel } = require('../../channel/channel.js');
const { Connection } = require('../../connection/connection.js');

/**
 * Fastify passes the return value or the error of a handler to `reply.send()`, even after the
 * handler has opened a stream. While asynchronous hooks delay the stream, an error can still be
 * sent, but a return value cannot.
 * @param {FastifyReply} reply
 * @param {OpenStream} stream
 */
function guardSend(reply, stream) {
  const { send } = reply;
  const { link } = stream;
  reply.send = (value) => {
    // The handler has returned undefined while an error response is being sent.
    if (stream.state === 'abandoned' && value === undefined) return reply;
    // After the error of a hook, Fastify's error handling has removed the content type.
    const type = String(reply.getHeader('content-type') ?? '');
    const isError = /** @type {unknown} */ (value) instanceof Error;
    const canAnswer = isError && stream.state !== 'begun' && !link.isEnded;
    if (!type.startsWith('text/event-stream') || canAnswer) {
      abandon(stream);
      return send.call(reply, value);
    }
    if (isError) {
      reply.code(stream.statusCode);
      reply.log.error({ err: value }, 'the handler failed after it had opened the event stream');
    } else if (value !== undefined && !isOurs(value)) {
      reply.log.warn('the return value of the handler is ignored: the answer is an event stream');
    }
    return reply;
  };
}

/** @param {unknown} value */
const isOurs = (value) => value instanceof Connection || value instanceof Channel;

/** @param {OpenStream} stream */
function abandon(stream) {
  stream.state = 'abandoned';
  stream.connection.destroy();
}

module.exports = { abandon, guardSend };
