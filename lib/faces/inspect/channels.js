'use strict';

/** Describes the channels, topics and patterns with the most members. */

const { largestChannels } = require('../../core/hub.js');
const { short } = require('./short.js');

/** The most channels that a page gets. */
const MAX_CHANNELS = 100;

/** @param {number} total how many channels there are */
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
