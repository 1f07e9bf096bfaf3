'use strict';

/** Gives clients that return the topics of their session back. */

/** @import { HistoryOptions } from '../../binding.js' */
/** @import { Subscriptions } from './subscriptions.js' */

const { debuglog } = require('node:util');

const debug = debuglog('sluice');

/**
 * The topics of a session with their options, but for those that the application's options no
 * longer allow.
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
 * Restores the topics of a session of another node, which may allow topics that this one does not.
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
  // As JSON: clients choose the names of topics, and a line end would forge a line of the log.
  debug('a topic is not restored: %j: %o', topic, error);
}

module.exports = { restorable, restoreAllowed };
