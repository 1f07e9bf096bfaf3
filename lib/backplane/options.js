'use strict';

/** The options that all backplanes have in common. */

const { randomUUID } = require('node:crypto');
const option = require('../core/option.js');

const OUTAGE = /** @type {const} */ (['wait', 'fail']);
const MAX_QUEUE_BYTES = 16 << 20;
const RETAIN_NAMES = { events: true, age: true };
const RETAIN = { events: 500, age: 3_600_000 };

/** @param {{ retain?: any, maxQueueBytes?: any, outage?: any }} given */
function readCommon({ retain, maxQueueBytes, outage }) {
  const kept = option.object('retain', retain, RETAIN_NAMES);
  return {
    retainEvents: option.whole('retain.events', kept.events, RETAIN.events, 1, 2 ** 32 - 1),
    retainAge: option.whole('retain.age', kept.age, RETAIN.age, 1000, 2 ** 32 - 1),
    maxQueueBytes: option.bytes('maxQueueBytes', maxQueueBytes, MAX_QUEUE_BYTES),
    waits: option.oneOf('outage', outage, OUTAGE, 'wait') === 'wait',
    node: randomUUID(),
  };
}

/**
 * @param {string} name
 * @param {unknown} value the prefix of names in the engine
 */
function readPrefix(name, value = 'sluice') {
  option.assertString(name, value);
  if (!/^[\w.-]{1,100}$/.test(value)) {
    throw option.invalid(`\`${name}\` must have 1 to 100 letters, digits, \`_\`, \`.\` and \`-\``);
  }
  return value;
}

module.exports = { readCommon, readPrefix };
