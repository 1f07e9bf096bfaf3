'use strict';

/** The clients of SE, by seid. */

/** @import { FastifyReply } from 'fastify' */

const { whenGone } = require('../../carrier/gone.js');

/**
 * The active replies of SE: those with an open stream, and those whose handlers have begun and not
 * answered. Several may have one seid. Users see one of them: the one with the open stream, or else
 * the one that has waited longest.
 */
class Clients {
  /**
   * Without a prototype: a client may be called `__proto__`.
   * @type {Record<string, FastifyReply>}
   */
  bySeid = Object.create(null);
  /**
   * The replies that wait, with what stops the watch of their clients.
   * @type {Map<FastifyReply, () => void>}
   */
  #waiting = new Map();
  /**
   * The replies that wait, by seid, oldest first.
   * @type {Map<string, Set<FastifyReply>>}
   */
  #queues = new Map();
  /** @type {WeakSet<FastifyReply>} */
  #open = new WeakSet();
  /**
   * The seid that a reply is known by, whatever has become of its request's.
   * @type {WeakMap<FastifyReply, string>}
   */
  #seids = new WeakMap();

  /**
   * A handler has begun. The reply is forgotten when its client leaves.
   * @param {string} seid
   * @param {FastifyReply} reply
   */
  wait(seid, reply) {
    this.#waiting.set(
      reply,
      whenGone(reply.request.raw, reply.raw, () => this.delete(reply)),
    );
    const queue = this.#queues.get(seid) ?? new Set();
    this.#queues.set(seid, queue.add(reply));
    this.#seids.set(reply, seid);
    this.bySeid[seid] ??= reply;
  }

  /**
   * The stream of a reply has opened. No other stream of its seid may be open.
   * @param {string} seid
   * @param {FastifyReply} reply
   */
  open(seid, reply) {
    this.delete(reply);
    this.#open.add(reply);
    this.#seids.set(reply, seid);
    this.bySeid[seid] = reply;
  }

  /**
   * Whether another reply has the open stream of a seid.
   * @param {string} seid
   * @param {FastifyReply} reply
   */
  isTaken(seid, reply) {
    const holder = this.bySeid[seid];
    return holder !== undefined && holder !== reply && this.#open.has(holder);
  }

  /**
   * The reply that an event for a seid goes to.
   * @param {string} seid
   */
  find(seid) {
    const reply = this.bySeid[seid];
    if (reply === undefined || this.#open.has(reply)) return reply;
    // Its handler may have taken the response over, and its client may have left just now.
    const { headersSent, destroyed } = reply.raw;
    return reply.sent || headersSent || destroyed ? undefined : reply;
  }

  /** @param {FastifyReply} reply */
  delete(reply) {
    const seid = this.#seids.get(reply);
    if (seid === undefined) return;
    this.#seids.delete(reply);
    this.#open.delete(reply);
    this.#waiting.get(reply)?.();
    this.#waiting.delete(reply);
    const queue = this.#queues.get(seid);
    queue?.delete(reply);
    if (queue?.size === 0) this.#queues.delete(seid);
    if (this.bySeid[seid] !== reply) return;
    const [next] = queue ?? [];
    if (next) this.bySeid[seid] = next;
    else delete this.bySeid[seid];
  }
}

module.exports = { Clients };
