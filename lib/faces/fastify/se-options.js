'use strict';

/** Checks the names of the options of `SE`. */

/** @import { SEOptions } from '../../../fastify.js' */
/** @import { Names } from '../../core/option.js' */

const { TOPIC_NAMES } = require('../../channel/channel-options.js');
const { CONNECTION_NAMES } = require('../../connection/connection-options.js');
const option = require('../../core/option.js');

const { resume, ...STREAM_NAMES } = CONNECTION_NAMES;
/** @type {Names<SEOptions>} */
const SE_NAMES = {
  ...STREAM_NAMES,
  seidGenerator: true,
  seidTimeout: true,
  stream: true,
  streamOptions: true,
  autoGenerateId: true,
  topic: true,
  backplane: true,
  name: true,
};
/** `autoGenerateId` replaces `ids`. */
const { ids, ...SEID_TOPIC_NAMES } = TOPIC_NAMES;

/** @param {SEOptions | undefined} opts */
function checkedOptions(opts) {
  const given = option.object('opts', opts, SE_NAMES);
  option.object('topic', given.topic, SEID_TOPIC_NAMES);
  return given;
}

module.exports = { checkedOptions };
