'use strict';

/** A channel of the digipair skill. */

/** @import { ServerSentEvent } from '../../../index.js' */

const { broker } = require('./session.js');

class Channel {
  #topic;

  /**
   * @param {string} id
   * @param {string} topic
   */
  constructor(id, topic) {
    this.id = id;
    this.#topic = topic;
  }

  count() {
    return broker().clientsByTopic(this.#topic).length;
  }

  /** @param {ServerSentEvent} event */
  send(event) {
    return broker().broadcastToTopic(this.#topic, event);
  }
}

module.exports = { Channel };
