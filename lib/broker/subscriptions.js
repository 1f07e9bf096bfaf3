'use strict';

/** The topics that a client is subscribed to. */

/** @import { HistoryOptions, TopicsHandle } from '../../binding.js' */
/** @import { Connection } from '../connection/connection.js' */

const { linkOf } = require('../connection/connection.js');
const { callCore } = require('../core/error.js');
const { assertTopic } = require('./topic.js');

/** The maximum number of topics that a client can resume. */
const MAX_RESUMED = 1000;

/**
 * Adding a topic subscribes the client. Deleting a topic unsubscribes it.
 * @extends {Set<string>}
 */
class Subscriptions extends Set {
  #topics;
  #optionsOf;
  // Copied here: with many clients, each access to another object reads cold memory.
  #id;
  #catchUp;
  #gathering;
  hasCursor = false;
  /**
   * Called when the client's topics change.
   * @type {(() => void) | undefined}
   */
  whenChanged;
  /**
   * Topics whose history the client has received, which makes its cursor obsolete there.
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
    const { catchUp, handle } = linkOf(connection);
    this.#id = handle.id;
    this.#catchUp = catchUp;
    catchUp.listener = this;
    this.#gathering = catchUp.gathering;
  }

  /**
   * @param {string} topic
   * @param {HistoryOptions} [known] the topic's options, if they are known already
   */
  add(topic, known) {
    if (this.has(topic)) return this;
    assertTopic(topic);
    const options = known ?? this.optionsIfNew(topic);
    const isBack = this.#gathering !== undefined && !this.#resumed?.has(topic);
    const resume = isBack && this.#canResume();
    const addition = callCore(() => this.#topics.subscribe(this.#id, topic, resume, options));
    // The client has already disconnected.
    if (addition === 'unchanged') return this;
    super.add(topic);
    this.whenChanged?.();
    if (resume) {
      this.#resumed ??= new Set();
      this.#resumed.add(topic);
    }
    if (!this.hasCursor) this.#catchUp.joined();
    if (addition === 'gathered') {
      this.#gathering?.add({ topic });
      this.#gathering?.awaitHistory((request) => this.#topics.load(topic, request));
    }
    if (addition === 'gap' || (isBack && !resume)) this.#gathering?.lose({ topic });
    return this;
  }

  /** @param {string} topic */
  delete(topic) {
    if (!super.delete(topic)) return false;
    this.whenChanged?.();
    this.#topics.unsubscribe(this.#id, topic);
    return true;
  }

  clear() {
    for (const topic of this) this.delete(topic);
  }

  /**
   * The options of a topic that does not exist yet, if the application has a function for them.
   * @param {string} topic
   */
  optionsIfNew(topic) {
    return this.#optionsOf && !this.#topics.exists(topic) ? this.#optionsOf(topic) : undefined;
  }

  /** Whether the client can resume one more topic. */
  #canResume() {
    return (this.#resumed?.size ?? 0) < MAX_RESUMED;
  }
}

module.exports = { Subscriptions };
