'use strict';

/** The usual format of runs: events as the source yields them, and an error if it fails. */

/** @import { RunFormat } from '../../runs.js' */

/** @type {Required<Omit<RunFormat, 'compact' | 'done'>>} */
const plain = {
  headers: () => ({}),
  // Clients never see what has failed.
  failed: () => [{ event: 'error', data: { message: 'the run failed' } }],
  stopped: () => [{ event: 'stopped', data: {} }],
  noneStatus: 404,
  replayFinished: true,
};

module.exports = { plain };
