'use strict';

/** @import { FastifyReply } from 'fastify' */
/** @import { Readable } from 'node:stream' */

/**
 * A reply's stream: what Fastify sends, whether the connection writes and has written the head, and whether an error is the answer
 * instead.
 * @typedef {{
 *   connection: Connection,
 *   payload: Readable,
 *   statusCode: number,
 *   begun: boolean,
 *   abandoned: boolean,
 * }} OpenStream
 */

const { Channel } = require('../../channel/channel.js');
const { Connection, kEnded, kHandle } = require('../../connection/connection.js');

/**
 * What handlers return, or throw, after they have opened a stream comes to `reply.send` too, perhaps before asynchronous hooks
 * have let the stream begin. Only an error is an answer then.
 * @param {FastifyReply} reply
 * @param {OpenStream} stream
 */
function guardSend(reply, stream) {
  const { send } = reply;
  const { connection } = stream;
  reply.send = (value) => {
    // It is what the handler returned that nothing is left of; an error is being answered.
    if (stream.abandoned && value === undefined) return reply;
    // Fastify's error handling, because of a hook, has taken the content type away.
    const type = String(reply.getHeader('content-type') ?? '');
    const isError = /** @type {unknown} */ (value) instanceof Error;
    if (
      !type.startsWith('text/event-stream') ||
      (isError && !stream.begun && !connection[kEnded])
    ) {
      abandon(stream);
      return send.call(reply, value);
    }
    if (isError) {
      reply.code(stream.statusCode);
      reply.log.error({ err: value }, 'the handler failed after it had opened the event stream');
    } else if (value !== undefined && !isOurs(value)) {
      reply.log.warn('what the handler returned is ignored: the answer is an event stream');
    }
    return reply;
  };
}

/** @param {unknown} value */
const isOurs = (value) => value instanceof Connection || value instanceof Channel;

/** @param {OpenStream} stream */
function abandon(stream) {
  stream.abandoned = true;
  stream.connection[kHandle].close('destroy');
}

module.exports = { abandon, guardSend };
