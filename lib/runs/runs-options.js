'use strict';

/** Reads the options of runs. */

/** @import { RunFormat, RunsOptions, StartOptions } from '../../runs.js' */

const { assertBackplane, retainOf } = require('../backplane/backplane.js');
const { readPrefix } = require('../backplane/options.js');
const { readConnectionOptions } = require('../connection/connection-options.js');
const option = require('../core/option.js');
const { plain } = require('./plain.js');
const { LAST } = require('./run.js');

/** @typedef {{ maxEvents: number, maxBytes: number }} Limits */
/** @typedef {ReturnType<typeof readRunsOptions>} Settings */

/** @type {option.Names<RunsOptions>} */
const NAMES = {
  authorize: true,
  backplane: true,
  compact: true,
  connection: true,
  event: true,
  format: true,
  maxBytes: true,
  maxEvents: true,
  maxRuns: true,
  name: true,
  onError: true,
  ttl: true,
};
/** @type {option.Names<RunFormat>} */
const FORMAT_NAMES = {
  compact: true,
  done: true,
  failed: true,
  headers: true,
  noneStatus: true,
  replayFinished: true,
  stopped: true,
};
/** @type {option.Names<StartOptions>} */
const START_NAMES = { owner: true };

const PING_INTERVAL = 15_000;
const MAX_ID = 512;

/** @param {RunsOptions} options */
function readRunsOptions(options) {
  const given = option.object('options', options, NAMES);
  const authorize = option.callback('authorize', given.authorize);
  if (!authorize) {
    throw option.invalid(
      '`authorize` is missing: pass a function that returns true if a request may read a run, ' +
        'such as (request, run) => run.owner === userOf(request)',
    );
  }
  const limits = {
    maxEvents: option.whole('maxEvents', given.maxEvents, 10_000, 1, 1e8),
    maxBytes: option.bytes('maxBytes', given.maxBytes, 4 << 20),
  };
  const ttl = option.time('ttl', given.ttl, 300_000, 1);
  const connection = option.over(
    { pingInterval: PING_INTERVAL },
    option.object('connection', given.connection),
  );
  readConnectionOptions(connection);
  const format = { ...plain, ...option.object('format', given.format, FORMAT_NAMES) };
  const { event } = given;
  if (event !== undefined) option.assertString('event', event);
  return {
    authorize,
    compact: readCompact(given.compact, format),
    connection,
    event,
    format,
    limits,
    maxRuns: option.whole('maxRuns', given.maxRuns, 1000, 1, 1e6),
    onError: option.callback('onError', given.onError),
    shared: readShared(given, limits, ttl),
    ttl,
  };
}

/**
 * @param {RunsOptions['compact']} value
 * @param {RunFormat} format
 */
function readCompact(value, format) {
  if (typeof value === 'function') return value;
  if (!option.boolean('compact', value, false)) return undefined;
  if (format.compact) return format.compact;
  throw option.invalid(
    '`compact: true` needs a `format` that can compact, such as `aiSdk`: pass a function instead',
  );
}

/**
 * @param {Partial<RunsOptions>} given
 * @param {Limits} limits
 * @param {number} ttl
 */
function readShared({ backplane, name: given = 'runs' }, { maxEvents }, ttl) {
  const name = readPrefix('name', given);
  if (backplane === undefined) return undefined;
  assertBackplane(backplane);
  const retain = retainOf(backplane);
  const needed = maxEvents + LAST;
  if (retain && (retain.events < needed || retain.age < ttl)) {
    throw option.invalid(
      `the backplane keeps ${retain.events} events of a run for ${retain.age} ms, which is less ` +
        `than \`maxEvents\` or \`ttl\`: create it with retain: { events: ${needed}, age: ${ttl} } ` +
        'or more',
    );
  }
  return { backplane, name };
}

/** @type {(id: unknown) => asserts id is string} */
function assertId(id) {
  option.assertString('id', id);
  if (id === '' || Buffer.byteLength(id) > MAX_ID || !id.isWellFormed()) {
    throw option.invalid(`the \`id\` of a run must have 1 to ${MAX_ID} bytes of UTF-8`);
  }
}

/**
 * Returns null if the run has no owner.
 * @param {StartOptions | undefined} options
 */
function readOwner(options) {
  const { owner = null } = option.object('options', options, START_NAMES);
  if (owner === null) return null;
  option.assertString('owner', owner);
  if (owner === '' || Buffer.byteLength(owner) > MAX_ID || !owner.isWellFormed()) {
    throw option.invalid(`\`owner\` must have 1 to ${MAX_ID} bytes of UTF-8`);
  }
  return owner;
}

module.exports = { assertId, readOwner, readRunsOptions };
