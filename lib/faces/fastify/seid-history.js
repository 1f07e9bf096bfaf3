'use strict';

/** What was sent to each seid, for clients that drop and return. */

/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { TopicOptions } from '../../../types/broker.js' */
/** @import { Connection } from '../../connection/connection.js' */

const { SSEBroker } = require('../../broker/broker.js');
const { TOPIC, readChannelOptions } = require('../../channel/channel-options.js');
const option = require('../../core/option.js');

/** The longest name of a topic, in bytes. */
const MAX_SEID = 1024;

/** A seid is a topic of a broker, with the client that has it as its only subscriber. */
class SeidHistory {
  #isOn;
  #options;
  /**
   * Made when it is first needed, as it starts the core.
   * @type {SSEBroker | undefined}
   */
  #broker;

  /** @param {TopicOptions | undefined} given */
  constructor(given) {
    this.#options = option.object('topic', given);
    this.#isOn = readChannelOptions(this.#options, TOPIC).historySize > 0;
  }

  /**
   * Whether there is a history for a seid. Senders may ask with any value.
   * @param {unknown} seid
   */
  keeps(seid) {
    if (!this.#isOn || typeof seid !== 'string' || seid === '') return false;
    return Buffer.byteLength(seid) <= MAX_SEID && seid.isWellFormed();
  }

  /**
   * A connection gets what was sent to its seid after its cursor, and what is sent from now on.
   * @param {string} seid
   * @param {Connection} connection
   * @param {boolean} mint whether events without an id get one
   */
  join(seid, connection, mint) {
    this.#broker ??= new SSEBroker({
      topic: { ...this.#options, ids: mint ? 'auto' : 'manual' },
      wildcards: false,
      topicField: false,
      sessionTimeout: 0,
    });
    const { id } = this.#broker.connect(connection);
    this.#broker.subscribe(id, seid);
  }

  /**
   * @param {string} seid
   * @param {ServerSentEvent} event
   */
  send(seid, event) {
    this.#broker?.broadcastToTopic(seid, event);
  }
}

module.exports = { SeidHistory };
