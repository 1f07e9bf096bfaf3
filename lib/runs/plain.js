'use strict';

/** The usual format of runs: events as the source yields them, and how it ended, if not well. */

/** @import { RunFormat } from '../../runs.js' */

/** @type {Required<Omit<RunFormat, 'compact' | 'done'>>} */
const plain = {
  headers: () => ({}),
  // Clients never see what has failed.
  // An EventSource has an event `error` of its own.
  failed: () => [{ event: 'failed', data: { message: 'the run failed' } }],
  stopped: () => [{ event: 'stopped', data: {} }],
  noneStatus: 404,
  replayFinished: true,
};

module.exports = { plain };
