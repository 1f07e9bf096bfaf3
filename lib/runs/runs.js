'use strict';

/** Streams that outlive their readers. The source of each is read once, to its end. */

/** @import { RunsOptions, RunSource, StartOptions } from '../../runs.js' */
/** @import { Request, Response as NodeResponse } from '../carrier/carrier.js' */
/** @import { Run } from './run.js' */

const { once } = require('node:events');
const { setTimeout: delay } = require('node:timers/promises');
const { BodyCarrier } = require('../carrier/body-carrier.js');
const { readCursor } = require('../carrier/cursor.js');
const { isOver } = require('../carrier/gone.js');
const { carrierOf } = require('../carrier/node-response.js');
const { SluiceError } = require('../core/error.js');
const option = require('../core/option.js');
const { printable } = require('../core/printable.js');
const { open, refusalOf, refuse } = require('./answer.js');
const { Catalogue, goesOn } = require('./catalogue.js');
const { readCursorOf } = require('./cursor.js');
const { replyTo } = require('./reply.js');
const { newKey, statusOf } = require('./run.js');
const { assertId, readOwner, readRunsOptions } = require('./runs-options.js');
const { SharedRuns } = require('./shared/shared-runs.js');
const { Survivor } = require('./shared/survivor.js');
const { Work } = require('./work.js');

/** How long `stop()` waits for the process of a run, in milliseconds. */
const LONGEST_STOP = 15_000;
/** How long `close()` waits for the engine, in milliseconds. */
const LONGEST_CLOSE = 5_000;
/** The interval at which `stop()` repeats its request to that process, in milliseconds. */
const STOP_AGAIN = 1_000;

/** @type {(runs: Runs) => import('./runs-options.js').Settings} */
let settingsOf;

class Runs {
  #settings;
  #catalogue;
  #work;
  /** @type {SharedRuns | undefined} */
  #shared;
  /** @type {Survivor | undefined} */
  #survivor;
  #isClosed = false;
  /**
   * Runs that are being started.
   * @type {Map<string, Promise<unknown>>}
   */
  #starting = new Map();

  static {
    settingsOf = (runs) => runs.#settings;
    printable(Runs.prototype, 'Runs', (/** @type {Runs} */ runs) => ({
      runs: runs.#catalogue.all().map(({ status }) => status),
    }));
  }

  /** @param {RunsOptions} options */
  constructor(options) {
    this.#settings = readRunsOptions(options);
    const { shared } = this.#settings;
    if (shared) this.#shared = new SharedRuns(shared, (key) => this.#work.stopKey(key));
    this.#catalogue = new Catalogue(this.#settings, this.#shared);
    this.#work = new Work(this.#settings, this.#catalogue);
    const nodes = this.#shared?.nodes;
    if (nodes) this.#survivor = new Survivor(this.#catalogue, this.#work, nodes);
  }

  /**
   * @param {string} id
   * @param {RunSource<any>} source
   * @param {StartOptions} [options]
   */
  async start(id, source, options) {
    const owner = readOwner(options);
    if (typeof source !== 'function') throw option.wrongArgument('start()', 'a function', source);
    this.#assertOpen(id);
    if (this.#starting.has(id)) throw goesOn();
    const starting = this.#start(id, source, owner);
    this.#starting.set(id, starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(id);
    }
  }

  /**
   * @param {string} id
   * @param {RunSource<any>} source
   * @param {string | null} owner
   */
  async #start(id, source, owner) {
    const before = await this.#find(id);
    if (before?.isRunning || (this.#work.has(before) && !before?.channel.ended)) throw goesOn();
    // Readers learn of the end before it is recorded.
    await this.#work.finishedOf(before);
    const node = this.#shared?.nodes.id ?? '';
    const startedAt = Date.now();
    const record = { id, key: newKey(), owner, node, state: /** @type {const} */ ('running') };
    this.#shared?.nodes.beat();
    const run = await this.#catalogue.create({ ...record, startedAt }, before);
    if (this.#isClosed) run.stopping.abort();
    return { id, finished: this.#work.begin(run, source) };
  }

  /**
   * @param {Request} req
   * @param {NodeResponse} res
   * @param {string} id
   */
  async respond(req, res, id) {
    const cursor = readCursorOf(readCursor(req.headers?.['last-event-id']), req.url);
    const reply = await this.#reply(id, { request: req, method: req.method, cursor });
    if ('status' in reply) return refuse(req, res, reply);
    // The client may have disconnected meanwhile.
    return isOver(req, res) ? undefined : open(this.#settings, carrierOf(req, res), reply);
  }

  /**
   * @param {globalThis.Request} request
   * @param {string} id
   * @param {{ outgoing?: any }} [options]
   */
  async response(request, id, options) {
    const { outgoing } = option.object('options', options, { outgoing: true });
    const cursor = readCursorOf(readCursor(request.headers.get('last-event-id')), request.url);
    const reply = await this.#reply(id, { request, method: request.method, cursor });
    if ('status' in reply) return refusalOf(reply);
    const carrier = new BodyCarrier(undefined, outgoing);
    open(this.#settings, carrier, reply);
    carrier.follow();
    return carrier.toResponse();
  }

  /** @param {string} id */
  async stop(id) {
    await this.#starting.get(id)?.catch(() => {});
    const run = await this.#find(id);
    if (!run) return false;
    if (await this.#work.stop(run)) return true;
    if (!run.isRunning) return false;
    const ended = once(run.channel, 'end', { signal: AbortSignal.timeout(LONGEST_STOP) });
    const say = () => this.#shared?.nodes.stop(run.record.node, run.record.key);
    // Its process may have lost the engine, or may not have opened the source yet.
    const again = setInterval(say, STOP_AGAIN);
    try {
      say();
      await ended;
    } finally {
      clearInterval(again);
    }
    return true;
  }

  /** @param {string} id */
  async status(id) {
    return (await this.#find(id))?.status;
  }

  /** @param {string} owner */
  async list(owner) {
    option.assertString('owner', owner);
    const own = this.#catalogue.all().filter((it) => it.record.owner === owner && it.isLatest);
    const all = new Map(own.map((run) => [run.id, run.refresh().status]));
    for (const record of (await this.#shared?.list(owner)) ?? []) {
      if (all.has(record.id) || this.#catalogue.isOver(record)) continue;
      all.set(record.id, statusOf(record));
    }
    return [...all.values()].sort((one, other) => Number(one.startedAt) - Number(other.startedAt));
  }

  async close() {
    this.#isClosed = true;
    // The last events wait while the engine is unreachable.
    const late = new AbortController();
    await Promise.race([
      this.#stopAll(),
      delay(LONGEST_CLOSE, undefined, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
    this.#survivor?.close();
    for (const run of this.#catalogue.all()) this.#catalogue.forget(run);
    this.#shared?.nodes.close();
  }

  async #stopAll() {
    await Promise.allSettled(this.#starting.values());
    await this.#work.stopAll();
  }

  /**
   * @param {string} id
   * @param {import('./reply.js').Reader} reader
   */
  async #reply(id, reader) {
    for (;;) {
      const run = await this.#find(id);
      const reply = await replyTo(this.#settings, run, reader);
      // The run may have been forgotten while `authorize` was pending.
      if (!run?.channel.closed) return reply;
    }
  }

  /**
   * @param {string} id
   * @returns {Promise<Run | undefined>}
   */
  async #find(id) {
    this.#assertOpen(id);
    return this.#catalogue.find(id);
  }

  /** @param {string} id */
  #assertOpen(id) {
    assertId(id);
    if (!this.#isClosed) return;
    throw new SluiceError('ERR_SSE_CLOSED', 'the runs are closed: create new ones');
  }
}

/** @param {RunsOptions} options */
const createRuns = (options) => new Runs(options);

module.exports = { Runs, createRuns, settingsOf };
