'use strict';

/** The clients of SE, by seid. */

/** @import { FastifyReply } from 'fastify' */

/**
 * An active reply. `seid` stays the same, even if the seid of the request changes.
 * @typedef {object} Entry
 * @property {string} seid
 * @property {boolean} isOpen true when its stream is open, false while its handler has not answered
 * @property {() => void} [release] called when the reply no longer waits
 */

const { whenGone } = require('../../carrier/gone.js');

/**
 * The active replies of SE: those with an open stream, and those whose handlers have begun but not
 * answered. Several replies may have the same seid. Users see only one of them: the reply with the
 * open stream, or else the reply that has waited longest.
 */
class Clients {
  /**
   * Without a prototype: a client may be called `__proto__`.
   * @type {Record<string, FastifyReply>}
   */
  bySeid = Object.create(null);
  /** @type {Map<FastifyReply, Entry>} */
  #entries = new Map();
  /**
   * The waiting replies, by seid, oldest first.
   * @type {Map<string, Set<FastifyReply>>}
   */
  #queues = new Map();

  /**
   * Adds a reply whose handler has begun. Deletes it when its client disconnects.
   * @param {string} seid
   * @param {FastifyReply} reply
   * @param {() => void} released called when the reply no longer waits
   */
  wait(seid, reply, released) {
    const stopWatching = whenGone(reply.request.raw, reply.raw, () => this.delete(reply));
    const release = () => {
      stopWatching();
      released();
    };
    this.#entries.set(reply, { seid, isOpen: false, release });
    const queue = this.#queues.get(seid) ?? new Set();
    this.#queues.set(seid, queue.add(reply));
    this.bySeid[seid] ??= reply;
  }

  /**
   * Marks the stream of a reply as open. No other stream of its seid may be open.
   * @param {string} seid
   * @param {FastifyReply} reply
   */
  open(seid, reply) {
    this.delete(reply);
    this.#entries.set(reply, { seid, isOpen: true });
    this.bySeid[seid] = reply;
  }

  /**
   * Whether another reply has the open stream of a seid.
   * @param {string} seid
   * @param {FastifyReply} reply
   */
  isTaken(seid, reply) {
    const holder = this.bySeid[seid];
    return holder !== reply && this.#entries.get(holder)?.isOpen === true;
  }

  /**
   * Returns the reply that gets the events for a seid.
   * @param {string} seid
   */
  find(seid) {
    const reply = this.bySeid[seid];
    if (reply === undefined || this.#entries.get(reply)?.isOpen) return reply;
    // The handler may have hijacked the response, or the client may have just disconnected.
    const { headersSent, destroyed } = reply.raw;
    return reply.sent || headersSent || destroyed ? undefined : reply;
  }

  /** @param {FastifyReply} reply */
  delete(reply) {
    const entry = this.#entries.get(reply);
    if (!entry) return;
    const { seid, release } = entry;
    this.#entries.delete(reply);
    release?.();
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
