'use strict';

/** The default format of runs: the source's events, then one event if the run failed or stopped. */

/** @import { RunFormat } from '../../runs.js' */

/** @type {Required<Omit<RunFormat, 'compact' | 'done'>>} */
const plain = {
  headers: () => ({}),
  // Clients never see the error. `EventSource` has its own `error` event, so this is `failed`.
  failed: () => [{ event: 'failed', data: { message: 'the run failed' } }],
  stopped: () => [{ event: 'stopped', data: {} }],
  noneStatus: 404,
  replayFinished: true,
};

module.exports = { plain };
