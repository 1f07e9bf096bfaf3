'use strict';

/** The runs whose sources this process reads. */

/** @import { RunSource, RunStatus } from '../../runs.js' */
/** @import { Catalogue } from './catalogue.js' */
/** @import { Outcome } from './producer.js' */
/** @import { Run } from './run.js' */
/** @import { Settings } from './runs-options.js' */

const { setTimeout: delay } = require('node:timers/promises');
const { inspect } = require('node:util');
const { guarded } = require('../core/listeners.js');
const { Producer } = require('./producer.js');

/** Error codes of a backplane while its engine cannot be reached. */
const AWAY = ['ERR_SSE_BACKPLANE', 'ERR_SSE_BACKPLANE_FULL'];
/** How long to wait before retrying the end of a run, in milliseconds. */
const RETRY = 1000;

class Work {
  #settings;
  #catalogue;
  /**
   * Promises that resolve when their run has ended.
   * @type {Map<Run, Promise<RunStatus>>}
   */
  #finished = new Map();
  #isClosing = false;

  /**
   * @param {Settings} settings
   * @param {Catalogue} catalogue
   */
  constructor(settings, catalogue) {
    this.#settings = settings;
    this.#catalogue = catalogue;
  }

  get isIdle() {
    return this.#finished.size === 0;
  }

  /** @param {Run | undefined} run */
  has(run) {
    return run !== undefined && this.#finished.has(run);
  }

  /** @param {string} key of a run */
  hasKey(key) {
    return [...this.#finished.keys()].some((run) => run.record.key === key);
  }

  /** @param {Run | undefined} run */
  finishedOf(run) {
    return run && this.#finished.get(run);
  }

  /**
   * Returns a promise that resolves when the run has ended.
   * @param {Run} run
   * @param {RunSource<any>} source
   */
  begin(run, source) {
    const finished = this.#work(run, source);
    this.#finished.set(run, finished);
    return finished;
  }

  /**
   * Resolves when the run has ended. Resolves with false if this process does not read its source.
   * @param {Run} run
   */
  async stop(run) {
    const finished = this.#finished.get(run);
    if (!finished) return false;
    run.stopping.abort();
    await finished;
    return true;
  }

  /** @param {string} key of a run */
  stopKey(key) {
    for (const run of this.#finished.keys()) if (run.record.key === key) run.stopping.abort();
  }

  async stopAll() {
    this.#isClosing = true;
    await Promise.all([...this.#finished.keys()].map((run) => this.stop(run)));
  }

  /**
   * @param {Run} run
   * @param {RunSource<any>} source
   */
  async #work(run, source) {
    const { event, shared, ttl } = this.#settings;
    // Another process may consider this one dead, and end the run.
    const stop = () => run.stopping.abort();
    if (shared) run.channel.on('end', stop);
    const outcome = await new Producer(run, event).produce(source);
    run.channel.off('end', stop);
    if (run.channel.ended) stop();
    await this.finish(run, outcome);
    this.#finished.delete(run);
    setTimeout(() => this.#catalogue.forget(run), ttl).unref();
    return run.status;
  }

  /**
   * Ends the readers of a run, and records how it has ended. Never rejects.
   * @param {Run} run
   * @param {Outcome} outcome
   */
  async finish(run, outcome) {
    let { state } = outcome;
    let tries = 0;
    try {
      const last = [...this.#lastOf(run, outcome)];
      await this.#whenOnline(() => {
        tries += 1;
        for (; last.length > 0; last.shift()) run.append(last[0], 'last');
        return run.end(this.#settings.format.done);
      });
    } catch (error) {
      const hasEnded = /** @type {any} */ (error).code === 'ERR_SSE_CHANNEL_ENDED';
      if (hasEnded && (await this.#isLost(run, tries))) return run.lose();
      if (!hasEnded) {
        state = 'failed';
        this.report(error, run);
        // The format has failed, or the engine stays unreachable. Readers must still end.
        await this.#whenOnline(() => run.end()).catch(() => run.dismiss());
      }
    }
    // If this fails, the record expires in the engine.
    await this.#whenOnline(() => run.conclude(state)).catch(() => {});
  }

  /**
   * Whether another process has ended a run. If not, an earlier attempt has reached the engine.
   * @param {Run} run
   * @param {number} tries
   */
  async #isLost(run, tries) {
    if (tries === 1) return true;
    await this.#whenOnline(() => run.catchUp()).catch(() => {});
    return run.isTaken;
  }

  /**
   * Retries until the engine is back, because readers wait for the end of a run.
   * @param {() => Promise<unknown>} publish
   */
  async #whenOnline(publish) {
    const { shared } = this.#settings;
    for (;;) {
      try {
        return await publish();
      } catch (error) {
        const isAway = AWAY.includes(/** @type {any} */ (error).code);
        if (!isAway || this.#isClosing || shared?.backplane.state === 'closed') throw error;
        await delay(RETRY);
      }
    }
  }

  /**
   * The events that follow those of the source.
   * @param {Run} run
   * @param {Outcome} outcome
   */
  #lastOf(run, outcome) {
    const { format } = this.#settings;
    if (outcome.state === 'failed') {
      this.report(outcome.error, run);
      return format.failed(outcome.error);
    }
    return outcome.state === 'stopped' ? format.stopped() : [];
  }

  /**
   * @param {unknown} error
   * @param {Run} run
   */
  report(error, run) {
    const { onError } = this.#settings;
    if (onError) return guarded(() => onError(error, run.status));
    const message = error instanceof Error ? error.message : inspect(error);
    process.emitWarning(`the run ${JSON.stringify(run.id)} failed: ${message}`, {
      code: 'SLUICE_RUN',
    });
  }
}

module.exports = { Work };
