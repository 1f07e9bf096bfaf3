'use strict';

/** Describes the channels, topics and patterns with the most members. */

const { largestChannels } = require('../../core/hub.js');
const { short } = require('./short.js');

/** The maximum number of channels that a page receives. */
const MAX_CHANNELS = 100;

/** @param {number} total the number of all channels */
function describeChannels(total) {
  const rows = largestChannels(MAX_CHANNELS).map(({ id, kind, name, members, history }) => ({
    number: id,
    kind,
    name: name === undefined ? null : short(name),
    members,
    history: history ?? null,
  }));
  // A broker's topics may close between the two calls.
  return { total: Math.max(total, rows.length), rows };
}

module.exports = { describeChannels };
