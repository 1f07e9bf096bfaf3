'use strict';

/** The runs whose sources this process reads. */

/** @import { RunSource, RunStatus } from '../../runs.js' */
/** @import { Catalogue } from './catalogue.js' */
/** @import { Outcome } from './producer.js' */
/** @import { Run } from './run.js' */
/** @import { Settings } from './runs-options.js' */

const { guarded } = require('../core/listeners.js');
const { Producer } = require('./producer.js');

class Work {
  #settings;
  #catalogue;
  /**
   * What resolves when each of them has ended.
   * @type {Map<Run, Promise<RunStatus>>}
   */
  #finished = new Map();

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
   * Resolves when the run has ended. False if it is not one of these.
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
    await Promise.all([...this.#finished.keys()].map((run) => this.stop(run)));
  }

  /**
   * @param {Run} run
   * @param {RunSource<any>} source
   */
  async #work(run, source) {
    const { event, format, ttl } = this.#settings;
    const outcome = await new Producer(run, event).produce(source);
    let { state } = outcome;
    try {
      for (const last of this.#lastOf(run, outcome)) run.append(last, 'last');
      await run.end(format.done);
    } catch (error) {
      state = 'failed';
      // Otherwise another process has taken this one for dead.
      if (/** @type {any} */ (error).code !== 'ERR_SSE_CHANNEL_ENDED') this.report(error, run);
    }
    await run.conclude(state);
    this.#finished.delete(run);
    setTimeout(() => this.#catalogue.forget(run), ttl).unref();
    return run.status;
  }

  /**
   * What readers get after the events of the source.
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
    const message = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the run ${JSON.stringify(run.id)} failed: ${message}`, {
      code: 'SLUICE_RUN',
    });
  }
}

module.exports = { Work };
