'use strict';

/** Reads the options of `adopt` and `toNode`. */

/** @import { AdoptOptions } from '../../../../fetch.js' */

const {
  CONNECTION_NAMES,
  readConnectionOptions,
} = require('../../../connection/connection-options.js');
const { INVALID_FRAMES } = require('../../../connection/source/stream-options.js');
const option = require('../../../core/option.js');
const { PING_INTERVAL } = require('../../ping-interval.js');

/** @typedef {ReturnType<typeof readAdoptOptions>} AdoptSettings */

/** @type {option.Names<AdoptOptions>} */
const NAMES = { ...CONNECTION_NAMES, invalidFrames: true, onError: true };

/** @param {AdoptOptions | undefined} options */
function readAdoptOptions(options) {
  const given = option.object('options', options, NAMES);
  const { invalidFrames, onError, ...own } = given;
  readConnectionOptions(own);
  const connection = option.over({ pingInterval: PING_INTERVAL }, own);
  return {
    /** Read for each connection, because some settings are random. */
    connection: () => readConnectionOptions(connection),
    statusCode: own.statusCode,
    headers: own.headers,
    invalidFrames: option.oneOf('invalidFrames', invalidFrames, INVALID_FRAMES, 'refuse'),
    onError: option.callback('onError', onError),
  };
}

module.exports = { readAdoptOptions };
