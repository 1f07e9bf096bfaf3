'use strict';

/** @import { HistoryOptions, TopicsHandle } from '../../binding.js' */
/** @import { Connection } from '../connection.js' */

const { kHandle } = require('../connection.js');
const { gapOf } = require('../cursor.js');
const { fromCore } = require('../error.js');
const { assertTopic } = require('./topic.js');

/** Of how many topics it is remembered that a client got what it missed. */
const MAX_RESUMED = 1000;

/**
 * What a client is subscribed to. The set is what subscribes and unsubscribes.
 * @extends {Set<string>}
 */
class Subscriptions extends Set {
  #topics;
  #optionsOf;
  #connection;
  // With as few steps as can be: in a crowd each of them leads to cold memory.
  #id;
  #cursor;
  /**
   * Topics whose history the client has got: its cursor says nothing of them any more.
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
    this.#id = connection[kHandle].id;
    this.#cursor = connection.lastEventId;
  }

  /** @param {string} topic */
  add(topic) {
    if (this.has(topic)) return this;
    assertTopic(topic);
    const options = this.#optionsOf && this.#optionsIfNew(topic);
    const isBack = this.#cursor !== undefined && !this.#resumed?.has(topic);
    const cursor = isBack && this.#canResume() ? this.#cursor : undefined;
    let addition;
    try {
      addition = this.#topics.subscribe(this.#id, topic, cursor, options);
    } catch (error) {
      throw fromCore(error);
    }
    // It has left already.
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
