'use strict';

/** Waits until this process has all events of a channel that the backplane retains. */

/** @import { Channel } from '../../channel/channel.js' */

const { historyOf } = require('../../channel/channel.js');
const { SluiceError } = require('../../core/error.js');
const { ask, forget } = require('../../core/requests.js');

/** How long the engine may take, in milliseconds. */
const LONGEST = 5_000;

/** @param {Channel} channel */
function loaded(channel) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget(request);
      const message = "the backplane's engine does not answer: try again later";
      reject(new SluiceError('ERR_SSE_BACKPLANE', message));
    }, LONGEST);
    const done = () => {
      clearTimeout(timer);
      resolve(undefined);
    };
    const request = ask(done);
    if (historyOf(channel).load(request)) return;
    forget(request);
    done();
  });
}

module.exports = { loaded };
