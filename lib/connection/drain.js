'use strict';

/** Drains connections: the core ends them over a time window. */

/** @import { DrainPlan } from '../../binding.js' */
/** @import { DrainOptions, DrainResult } from '../../types/drain.js' */
/** @import { Names } from '../core/option.js' */
/** @import { Range } from '../core/draining.js' */

const { debug, drain: drainChannel, publish } = require('../core/diagnostics.js');
const { everything } = require('../core/draining.js');
const { callCore } = require('../core/error.js');
const { isStarted, start } = require('../core/hub.js');
const { drains } = require('../core/notices.js');
const option = require('../core/option.js');
const { holdProcess, releaseProcess } = require('../core/process.js');
const { fields } = require('./event.js');
const { lastBytesSent } = require('./last-bytes.js');

/** @type {Names<DrainOptions>} */
const DRAIN_NAMES = { within: true, retry: true, event: true };
const RETRY_NAMES = { min: true, max: true };

const WITHIN = 10_000;
const RETRY = { min: 1000, max: 5000 };

/** @type {Promise<DrainResult> | undefined} */
let drained;
let count = 0;

/**
 * Drains the process, or the worker thread.
 * @param {DrainOptions} [options]
 */
function drain(options) {
  drained ??= (() => {
    const settings = readDrainOptions(options);
    // Without a core there are no connections.
    const over = isStarted()
      ? drainConnections(settings)
      : Promise.resolve({ connections: 0, ended: 0, destroyed: 0 });
    everything.begin(settings.retry);
    return over;
  })();
  return drained;
}

/**
 * Ends these connections, or all. If this throws, no connection is drained.
 * @param {ReturnType<typeof readDrainOptions>} settings
 * @param {number[]} [ids] the core's ids
 * @returns {Promise<DrainResult>}
 */
function drainConnections({ plan }, ids) {
  const number = count;
  count = (count + 1) % 2 ** 32;
  callCore(() => start().drain(number, plan, ids));
  debug('drain %d begins: %s connections within %d ms', number, ids?.length ?? 'all', plan.within);
  publish(drainChannel, () => ({ state: 'begin', drain: number, within: plan.within }));
  const holder = {};
  holdProcess(holder);
  return new Promise((resolve) => {
    drains.set(number, async (result) => {
      await lastBytesSent();
      releaseProcess(holder);
      const { connections, ended, destroyed } = result;
      const figures = { connections, ended, destroyed };
      debug('drain %d is over: %j', number, figures);
      publish(drainChannel, () => ({ state: 'end', drain: number, ...figures }));
      resolve(result);
    });
  });
}

/** @param {DrainOptions | undefined} options */
function readDrainOptions(options) {
  const given = option.object('options', options, DRAIN_NAMES);
  const within = option.time('within', given.within, WITHIN);
  const retry = readRetry(given.retry);
  return { retry, plan: { within, minRetry: retry.min, maxRetry: retry.max, ...readEvent(given) } };
}

/**
 * @param {DrainOptions['retry']} value
 * @returns {Range}
 */
function readRetry(value = RETRY) {
  if (typeof value === 'number') {
    const both = option.count('retry', value, 0);
    return { min: both, max: both };
  }
  const given = option.object('retry', value, RETRY_NAMES);
  const min = option.count('retry.min', given.min, RETRY.min);
  const max = option.count('retry.max', given.max, Math.max(min, RETRY.max));
  if (min > max) throw option.invalid('`retry.min` must not be greater than `retry.max`');
  return { min, max };
}

/**
 * @param {Pick<DrainOptions, 'event'>} options
 * @returns {Pick<DrainPlan, 'id' | 'name' | 'data' | 'comment'>}
 */
function readEvent({ event }) {
  if (event === undefined) return {};
  const [id, name, data, retry, comment] = fields(event);
  if (retry !== undefined) {
    throw option.invalid(
      '`event` must not have a `retry`, as each client gets its own: use the option `retry`',
    );
  }
  return { id, name, data, comment };
}

module.exports = { DRAIN_NAMES, drain, drainConnections, readDrainOptions };
