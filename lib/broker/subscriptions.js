'use strict';

/** @import { HistoryOptions, TopicsHandle } from '../../binding.js' */
/** @import { Connection } from '../connection.js' */

const { kHandle } = require('../connection.js');
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
    this.#cursor = connection.lastEventID;
  }

  /** @param {string} topic */
  add(topic) {
    if (this.has(topic)) return this;
    assertTopic(topic);
    const options = this.#optionsOf && this.#optionsIfNew(topic);
    const cursor = this.#cursor === undefined ? undefined : this.#cursorOf(topic);
    let addition;
    try {
      addition = this.#topics.subscribe(this.#id, topic, cursor, options);
    } catch (error) {
      throw fromCore(error);
    }
    // It has left already.
    if (addition === 'unchanged') return this;
    super.add(topic);
    if (addition === 'gap') this.#connection.emit('gap', { topic, lastEventID: cursor });
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

  /**
   * The client's cursor, once for each topic.
   * @param {string} topic
   */
  #cursorOf(topic) {
    this.#resumed ??= new Set();
    if (this.#resumed.has(topic) || this.#resumed.size >= MAX_RESUMED) return undefined;
    this.#resumed.add(topic);
    return this.#cursor;
  }
}

module.exports = { Subscriptions };
