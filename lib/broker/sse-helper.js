'use strict';

/** Sends common kinds of notifications through a broker. */

/** @import { SSEBroker } from '../../types/broker.js' */

const { rangeError, typeError } = require('../core/error.js');
const { assertString, hasMethods } = require('../core/option.js');
const { printable } = require('../core/printable.js');

/** @type {(helper: SSEHelper) => SSEBroker<any, any>} */
let brokerOf;

class SSEHelper {
  #broker;

  static {
    brokerOf = (helper) => helper.#broker;
  }

  /** @param {SSEBroker<any, any>} broker */
  constructor(broker) {
    if (!hasMethods(broker, 'send', 'broadcast', 'broadcastToTopic')) {
      throw typeError(
        'ERR_SSE_TYPE',
        'SSEHelper expects an SSEBroker, as in new SSEHelper(broker)',
      );
    }
    this.#broker = broker;
  }

  /**
   * @param {string} id
   * @param {unknown} notification
   */
  notify(id, notification) {
    return this.#broker.send(id, notificationEvent(notification));
  }

  /** @param {unknown} notification */
  notifyAll(notification) {
    return this.#broker.broadcast(notificationEvent(notification));
  }

  /**
   * @param {string} topic
   * @param {unknown} notification
   */
  notifyTopic(topic, notification) {
    return this.#broker.broadcastToTopic(topic, notificationEvent(notification));
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {unknown} value
   */
  update(id, key, value) {
    return this.#broker.send(id, updateEvent(key, value));
  }

  /**
   * @param {string} key
   * @param {unknown} value
   */
  updateAll(key, value) {
    return this.#broker.broadcast(updateEvent(key, value));
  }

  /**
   * @param {string} topic
   * @param {string} key
   * @param {unknown} value
   */
  updateTopic(topic, key, value) {
    return this.#broker.broadcastToTopic(topic, updateEvent(key, value));
  }

  /**
   * @param {string} id
   * @param {string} level
   * @param {string} message
   */
  alert(id, level, message) {
    return this.#broker.send(id, alertEvent(level, message));
  }

  /**
   * @param {string} level
   * @param {string} message
   */
  alertAll(level, message) {
    return this.#broker.broadcast(alertEvent(level, message));
  }

  /**
   * @param {string} id
   * @param {number} progress
   * @param {string} message
   */
  progress(id, progress, message) {
    return this.#broker.send(id, progressEvent(progress, message));
  }

  /**
   * @param {string} topic
   * @param {number} progress
   * @param {string} message
   */
  progressTopic(topic, progress, message) {
    return this.#broker.broadcastToTopic(topic, progressEvent(progress, message));
  }
}

/** @param {unknown} data */
function notificationEvent(data) {
  if (data === undefined) throw nothing('notification');
  return { event: 'notification', data };
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function updateEvent(key, value) {
  assertString('key', key);
  // JSON would omit the value, and the client would miss the update.
  if (['undefined', 'function', 'symbol'].includes(typeof value)) throw nothing('value');
  return { event: 'update', data: { key, value } };
}

/**
 * @param {string} level
 * @param {string} message
 */
function alertEvent(level, message) {
  assertString('level', level);
  assertString('message', message);
  return { event: 'alert', data: { level, message } };
}

/**
 * @param {number} progress
 * @param {string} message
 */
function progressEvent(progress, message) {
  if (typeof progress !== 'number' || !(progress >= 0 && progress <= 100)) {
    throw rangeError('ERR_SSE_RANGE', '`progress` must be a number from 0 to 100');
  }
  assertString('message', message);
  return { event: 'progress', data: { progress, message } };
}

/** @param {string} name */
const nothing = (name) =>
  typeError('ERR_SSE_DATA', `\`${name}\` must be a JSON value: pass null for none`);

printable(SSEHelper.prototype, 'SSEHelper', (helper) => ({ broker: brokerOf(helper) }));

module.exports = { SSEHelper };
