'use strict';

/** Tells when the handler of a reply begins, and when the reply is answered. */

/** @import { FastifyInstance, FastifyReply } from 'fastify' */

const diagnostics = require('node:diagnostics_channel');

/** Published when every `preHandler` hook has run, also those of the route. */
const HANDLER_STARTS = 'tracing:fastify.request.handler:start';

/**
 * Watches the handlers of replies: from the call of `watch` on, it calls back when a reply's
 * handler begins, and when the reply is answered. A hook cannot tell either: other hooks may follow
 * it.
 * @param {FastifyInstance} fastify
 * @param {Record<'begins' | 'isAnswered', (reply: FastifyReply) => void>} callbacks
 */
function handlerWatch(fastify, { begins, isAnswered }) {
  /** @type {WeakSet<FastifyReply>} */
  const pending = new WeakSet();
  const onStart = (/** @type {any} */ { reply }) => {
    if (pending.delete(reply)) begins(reply);
  };
  diagnostics.subscribe(HANDLER_STARTS, onStart);
  fastify.addHook('onClose', async () => {
    diagnostics.unsubscribe(HANDLER_STARTS, onStart);
  });
  /** @param {FastifyReply} reply */
  return function watch(reply) {
    const { send } = reply;
    pending.add(reply);
    reply.send = (payload) => {
      pending.delete(reply);
      isAnswered(reply);
      return send.call(reply, payload);
    };
  };
}

module.exports = { handlerWatch };
