'use strict';

/** Reports when the handler of a reply begins, and when the reply is answered. */

/** @import { FastifyReply } from 'fastify' */

const diagnostics = require('node:diagnostics_channel');

/** Published after all `preHandler` hooks, including those of the route. */
const HANDLER_STARTS = 'tracing:fastify.request.handler:start';

/**
 * Callbacks that run when the handlers of replies begin.
 * @type {WeakMap<FastifyReply, () => void>}
 */
const pending = new WeakMap();

diagnostics.subscribe(HANDLER_STARTS, (message) => {
  const { reply } = /** @type {{ reply: FastifyReply }} */ (message);
  const begins = pending.get(reply);
  pending.delete(reply);
  begins?.();
});

/**
 * Calls back when the handler of a reply begins, and when the reply is answered. A hook cannot
 * detect either, because other hooks may follow.
 * @param {FastifyReply} reply
 * @param {Record<'begins' | 'isAnswered', () => void>} callbacks
 */
function watchHandler(reply, { begins, isAnswered }) {
  const { send } = reply;
  pending.set(reply, begins);
  reply.send = (payload) => {
    pending.delete(reply);
    isAnswered();
    return send.call(reply, payload);
  };
}

module.exports = { watchHandler };
