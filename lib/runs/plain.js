'use strict';

/** The default format of runs: the source's events, then one event if the run failed or stopped. */

/** @import { RunFormat } from '../../runs.js' */

/** @type {Required<Omit<RunFormat, 'compact' | 'done'>>} */
const plain = {
  headers: () => ({}),
  // The event hides the error from clients. `EventSource` has its own event named `error`.
  failed: () => [{ event: 'failed', data: { message: 'the run failed' } }],
  stopped: () => [{ event: 'stopped', data: {} }],
  noneStatus: 404,
  replayFinished: true,
};

module.exports = { plain };
