'use strict';

/**
 * Diagnostics for tools that subscribe through node:diagnostics_channel, and as text for
 * NODE_DEBUG=sluice. Each costs one check when it is off.
 */

const { channel } = require('node:diagnostics_channel');
const { debuglog } = require('node:util');

const opened = channel('sluice:connection:open');
const closed = channel('sluice:connection:close');
const gap = channel('sluice:connection:gap');
const overflow = channel('sluice:connection:overflow');
const drain = channel('sluice:drain');

/** The maximum length of text from a client, in characters. */
const LONGEST = 200;
/** Control characters that JSON does not escape, and that a terminal or a log may interpret. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;

const debug = debuglog('sluice');

/**
 * Returns text from a client as JSON, which cannot forge a log line.
 * @param {string | undefined} text
 */
function quoted(text) {
  if (text === undefined) return 'none';
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return JSON.stringify(short).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Publishes only if there are subscribers. Node.js reports the errors that they throw.
 * @param {import('node:diagnostics_channel').Channel} to
 * @param {() => object} message
 */
function publish(to, message) {
  if (to.hasSubscribers) to.publish(message());
}

module.exports = { closed, debug, drain, gap, opened, overflow, publish, quoted };
