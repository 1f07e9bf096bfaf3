'use strict';

/**
 * The runs that this process knows: its own runs, and runs of other processes with readers here.
 */

/** @import { Record } from './run.js' */
/** @import { Settings } from './runs-options.js' */
/** @import { SharedRuns } from './shared/shared-runs.js' */

const { retainOf } = require('../backplane/backplane.js');
const { SluiceError } = require('../core/error.js');
const { Run } = require('./run.js');

/** How long a run of another process is followed without readers, in milliseconds. */
const IDLE = 10_000;

class Catalogue {
  #settings;
  #shared;
  /** @type {Map<string, Run>} */
  #runs = new Map();
  /**
   * Runs of other processes that are being loaded.
   * @type {Map<string, Promise<Run | undefined>>}
   */
  #opening = new Map();

  /**
   * @param {Settings} settings
   * @param {SharedRuns} [shared]
   */
  constructor(settings, shared) {
    this.#settings = settings;
    this.#shared = shared;
  }

  all() {
    return [...this.#runs.values()];
  }

  /**
   * The latest run under an id, of any process.
   * @param {string} id
   */
  async find(id) {
    const run = this.#runs.get(id);
    if (!this.#shared) return run;
    if (run?.isLatest) return run.refresh();
    // Another process has begun a new run.
    this.#runs.delete(id);
    let opening = this.#opening.get(id);
    if (!opening) {
      opening = this.#open(this.#shared, id).finally(() => this.#opening.delete(id));
      this.#opening.set(id, opening);
    }
    return opening;
  }

  /**
   * @param {SharedRuns} shared
   * @param {string} id
   */
  async #open(shared, id) {
    const followed = await shared.follow(id);
    const record = followed.latest;
    if (!record || this.isOver(record)) {
      followed.close();
      return undefined;
    }
    const channel = { ...shared.channelOf(record), emptyTimeout: IDLE };
    const run = new Run(record, this.#settings.limits, channel, followed);
    run.channel.on('close', () => this.forget(run));
    try {
      await run.load();
      this.#makeRoom();
      this.#runs.set(id, run);
      return run;
    } catch (error) {
      run.close();
      throw error;
    }
  }

  /**
   * Adds a run of this process.
   * @param {Omit<Record, 'turn'>} given
   * @param {Run} [before] the ended run with that id
   */
  async create(given, before) {
    const { limits } = this.#settings;
    this.#makeRoom();
    const shared = this.#shared;
    if (!shared) {
      const run = new Run({ ...given, turn: 1 }, limits);
      this.#add(run);
      await run.begin();
      return run;
    }
    const followed = await shared.follow(given.id);
    const { latest } = followed;
    if (latest?.state === 'running' && latest.key !== before?.record.key) {
      followed.close();
      throw goesOn();
    }
    const record = { ...given, turn: (latest?.turn ?? 0) + 1 };
    const run = new Run(record, limits, shared.channelOf(record), followed);
    run.isBeginning = true;
    this.#add(run);
    try {
      await run.begin();
      // First, because it may fail: a run with a record but no source would never end.
      await shared.add(record);
      await followed.write(record);
      run.isBeginning = false;
      // Another process has begun a run at the same time.
      if (!run.isLatest) throw goesOn();
      return run;
    } catch (error) {
      this.forget(run);
      throw error;
    }
  }

  /**
   * Renews the record of a run before the engine discards it: the run may take longer.
   * @param {Run} run of this process
   */
  async remind(run) {
    const { shared, ttl } = this.#settings;
    const age = (shared && retainOf(shared.backplane)?.age) ?? ttl;
    const now = performance.now();
    if (now - run.recordedAt < age / 3) return;
    run.recordedAt = now;
    try {
      await this.#shared?.add(run.record);
      await run.followed?.write(run.record);
    } catch {
      // The engine is unreachable, and keeps records meanwhile. The next renewal tries again.
    }
  }

  /** @param {Run} run of this process */
  #add(run) {
    run.isOwn = true;
    // The previous run can no longer be found.
    this.#runs.get(run.id)?.close();
    this.#runs.set(run.id, run);
  }

  /**
   * Whether a run has ended so long ago that it is no longer replayed.
   * @param {Record} record
   */
  isOver({ endedAt }) {
    return endedAt !== undefined && endedAt + this.#settings.ttl < Date.now();
  }

  /** @param {Run} run */
  forget(run) {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id);
    run.close();
  }

  /** Forgets the oldest run that has ended and has no readers. */
  #makeRoom() {
    const { maxRuns } = this.#settings;
    if (this.#runs.size < maxRuns) return;
    const idle = this.all().find((run) => run.channel.ended && run.channel.count() === 0);
    if (idle) return this.forget(idle);
    throw new SluiceError(
      'ERR_SSE_RUN_LIMIT',
      `this process has ${maxRuns} runs that are running or read: try again later, or raise ` +
        '`maxRuns`',
    );
  }
}

const goesOn = () =>
  new SluiceError(
    'ERR_SSE_RUN_EXISTS',
    'a run with that id is still running: stop it first, or use another id',
  );

module.exports = { Catalogue, goesOn };
