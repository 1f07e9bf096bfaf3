'use strict';

/** The topics that a client is subscribed to. */

/** @import { HistoryOptions, TopicsHandle } from '../../binding.js' */
/** @import { Connection } from '../connection/connection.js' */

const { gapOf } = require('../carrier/cursor.js');
const { linkOf } = require('../connection/connection.js');
const { callCore } = require('../core/error.js');
const { assertTopic } = require('./topic.js');

/** How many topics a client can resume. */
const MAX_RESUMED = 1000;

/**
 * Adding to the set subscribes, deleting from it unsubscribes.
 * @extends {Set<string>}
 */
class Subscriptions extends Set {
  #topics;
  #optionsOf;
  #connection;
  // Kept here: in a crowd, each step to another object leads to cold memory.
  #id;
  #cursor;
  /**
   * Topics whose history the client has got: its cursor no longer matters there.
   * @type {Set<string> | undefined}
   */
  #resumed;

  /**
   * @param {TopicsHandle} topics
   * @param {((topic: string) => HistoryOptions) | undefined} optionsOf
   * @param {Connection} connection
   */
  constructor(topics, optionsOf, connection) {
    super();
    this.#topics = topics;
    this.#optionsOf = optionsOf;
    this.#connection = connection;
    this.#id = linkOf(connection).handle.id;
    this.#cursor = connection.lastEventId;
  }

  /** @param {string} topic */
  add(topic) {
    if (this.has(topic)) return this;
    assertTopic(topic);
    const options = this.#optionsOf && this.#optionsIfNew(topic);
    const isBack = this.#cursor !== undefined && !this.#resumed?.has(topic);
    const cursor = isBack && this.#canResume() ? this.#cursor : undefined;
    const addition = callCore(() => this.#topics.subscribe(this.#id, topic, cursor, options));
    // The client has left already.
    if (addition === 'unchanged') return this;
    super.add(topic);
    if (cursor !== undefined) {
      this.#resumed ??= new Set();
      this.#resumed.add(topic);
    }
    if (addition === 'gap' || (isBack && cursor === undefined)) {
      this.#connection.emit('gap', gapOf({ topic }, this.#cursor));
    }
    return this;
  }

  /** @param {string} topic */
  delete(topic) {
    if (!super.delete(topic)) return false;
    this.#topics.unsubscribe(this.#id, topic);
    return true;
  }

  clear() {
    for (const topic of this) this.delete(topic);
  }

  /** @param {string} topic */
  #optionsIfNew(topic) {
    return this.#topics.exists(topic) ? undefined : this.#optionsOf?.(topic);
  }

  /** Whether the client can get what it missed of one more topic. */
  #canResume() {
    return (this.#resumed?.size ?? 0) < MAX_RESUMED;
  }
}

module.exports = { Subscriptions };
