'use strict';

/** The members of topics over all nodes, and when they join and leave. */

/** @import { Shared } from './messages.js' */

/** @typedef {{ id: string, metadata: any, node: string }} Member */
/** @typedef {(topic: string, member: Member) => void} Listener */
/**
 * @typedef {object} Options
 * @property {number} delay in milliseconds
 * @property {Listener | undefined} onJoin
 * @property {Listener | undefined} onLeave
 */

const { guarded } = require('../../core/listeners.js');

class Presence {
  #options;
  /**
   * By topic, then by client, then by node.
   * @type {Map<string, Map<string, Map<string, Member>>>}
   */
  #topics = new Map();
  /**
   * Members that have left, but may return before `onLeave` is called. The oldest come first.
   * @type {Map<string, { topic: string, member: Member, due: number }>}
   */
  #leaving = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {string} topic */
  members(topic) {
    const members = this.#topics.get(topic)?.values() ?? [];
    return Array.from(members, (nodes) => /** @type {Member} */ (nodes.values().next().value));
  }

  /**
   * Applies a change of a client on a node.
   * @param {string} node
   * @param {Shared | undefined} before
   * @param {Shared | undefined} after
   */
  update(node, before, after) {
    const now = new Set(after?.topics);
    for (const topic of now) {
      const { id, data } = /** @type {Shared} */ (after);
      this.#join(topic, { id, metadata: data, node });
    }
    for (const topic of before?.topics ?? []) {
      if (!now.has(topic)) this.#leave(topic, /** @type {Shared} */ (before).id, node);
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#topics.clear();
    this.#leaving.clear();
  }

  /**
   * @param {string} topic
   * @param {Member} member
   */
  #join(topic, member) {
    const members = this.#topics.get(topic) ?? new Map();
    this.#topics.set(topic, members);
    const nodes = members.get(member.id) ?? new Map();
    members.set(member.id, nodes);
    const isNew = nodes.size === 0;
    nodes.set(member.node, member);
    if (!isNew || this.#leaving.delete(keyOf(topic, member.id))) return;
    guarded(() => this.#options.onJoin?.(topic, { ...member }));
  }

  /**
   * @param {string} topic
   * @param {string} id
   * @param {string} node
   */
  #leave(topic, id, node) {
    const members = this.#topics.get(topic);
    const nodes = members?.get(id);
    const member = nodes?.get(node);
    if (!member || !nodes?.delete(node) || nodes.size > 0) return;
    members?.delete(id);
    if (members?.size === 0) this.#topics.delete(topic);
    const due = performance.now() + this.#options.delay;
    this.#leaving.set(keyOf(topic, id), { topic, member, due });
    this.#timer ??= this.#sweepAfter(this.#options.delay);
  }

  /** @param {number} time */
  #sweepAfter(time) {
    return setTimeout(() => this.#sweep(), time).unref();
  }

  #sweep() {
    this.#timer = undefined;
    for (const [key, { topic, member, due }] of this.#leaving) {
      const rest = due - performance.now();
      if (rest > 0) {
        this.#timer = this.#sweepAfter(Math.ceil(rest));
        return;
      }
      this.#leaving.delete(key);
      guarded(() => this.#options.onLeave?.(topic, member));
    }
  }
}

/**
 * @param {string} topic
 * @param {string} id
 */
const keyOf = (topic, id) => JSON.stringify([topic, id]);

module.exports = { Presence };
