'use strict';

/** Restores the topics of the session of a returning client. */

/** @import { HistoryOptions } from '../../binding.js' */
/** @import { Subscriptions } from './subscriptions.js' */

const { debuglog } = require('node:util');

const debug = debuglog('sluice');

/**
 * The topics of a session with their options. Omits topics for which the application's function
 * for topic options throws.
 * @param {Subscriptions} subscriptions
 * @param {string[] | undefined} topics
 */
function restorable(subscriptions, topics = []) {
  /** @type {Map<string, HistoryOptions | undefined>} */
  const restored = new Map();
  for (const topic of topics) {
    try {
      restored.set(topic, subscriptions.optionsIfNew(topic));
    } catch (error) {
      report(topic, error);
    }
  }
  return restored;
}

/**
 * Restores the topics of a session from another node. Skips topics that this node does not allow.
 * @param {Subscriptions} subscriptions
 * @param {Map<string, HistoryOptions | undefined>} restored
 */
function restoreAllowed(subscriptions, restored) {
  for (const [topic, options] of restored) {
    try {
      subscriptions.add(topic, options);
    } catch (error) {
      report(topic, error);
    }
  }
}

/**
 * @param {string} topic
 * @param {unknown} error
 */
function report(topic, error) {
  // As JSON: clients choose topic names, and a line break could forge a line of the log.
  debug('a topic is not restored: %j: %o', topic, error);
}

module.exports = { restorable, restoreAllowed };
