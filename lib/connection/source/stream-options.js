'use strict';

/** Reads the options of `connection.stream()`. */

/** @import { StreamOptions } from '../../../index.js' */
/** @import { Names } from '../../core/option.js' */

const option = require('../../core/option.js');

/** @type {Names<StreamOptions>} */
const STREAM_NAMES = {
  event: true,
  frames: true,
  invalidFrames: true,
  onError: true,
  end: true,
  signal: true,
};
/** What happens to a frame that is invalid. */
const INVALID_FRAMES = /** @type {const} */ (['refuse', 'pass']);

/** @param {StreamOptions<string> | undefined} options */
function readStreamOptions(options) {
  const given = option.object('options', options, STREAM_NAMES);
  const { event, signal } = given;
  if (event !== undefined && typeof event !== 'string') {
    throw option.wrongType('event', 'a string', event);
  }
  if (signal !== undefined && !option.hasMethods(signal, 'throwIfAborted')) {
    throw option.invalid('`signal` must be an AbortSignal');
  }
  const frames = option.boolean('frames', given.frames, false);
  if (frames && event !== undefined) {
    throw option.invalid('`event` has no effect on frames, which have names of their own');
  }
  if (!frames && given.invalidFrames !== undefined) {
    throw option.invalid('`invalidFrames` has an effect only with `frames: true`');
  }
  return {
    event,
    frames,
    invalidFrames: option.oneOf('invalidFrames', given.invalidFrames, INVALID_FRAMES, 'refuse'),
    signal,
    onError: option.oneOf('onError', given.onError, ['end', 'keep'], 'end'),
    end: option.boolean('end', given.end, false),
  };
}

module.exports = { INVALID_FRAMES, readStreamOptions };
