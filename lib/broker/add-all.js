'use strict';

/** Subscribes a client to several topics. */

/** @import { Subscriptions } from './subscriptions.js' */

/**
 * Adds all topics or none: the application's function for topic options may throw.
 * @param {Subscriptions} subscriptions
 * @param {string[]} topics
 */
function addAll(subscriptions, topics) {
  // The usual case, which needs no rollback.
  if (topics.length === 1) {
    subscriptions.add(topics[0]);
    return;
  }
  const added = topics.filter((topic) => !subscriptions.has(topic));
  try {
    for (const topic of added) subscriptions.add(topic);
  } catch (error) {
    for (const topic of added) subscriptions.delete(topic);
    throw error;
  }
}

module.exports = { addAll };
