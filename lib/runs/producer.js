'use strict';

/** Reads the source of a run to its end, whether the run has readers or not. */

/** @import { ServerSentEvent } from '../../index.js' */
/** @import { RunSource } from '../../runs.js' */
/** @import { Run } from './run.js' */

/** @typedef {{ state: 'done' | 'stopped' } | { state: 'failed', error: unknown }} Outcome */

const { setTimeout: delay } = require('node:timers/promises');
const { Items } = require('../connection/source/items.js');
const { Pace } = require('../connection/source/pace.js');
const { Source } = require('../connection/source/source.js');

/** How long to wait before retrying an event when the backplane is full, in milliseconds. */
const RETRY = 50;
const STOPPED = Symbol('stopped');

class Producer {
  #run;
  #items;
  #pace = new Pace();
  /** Ends the current wait. */
  #wake = () => {};

  /**
   * @param {Run} run
   * @param {string | undefined} name of events that are made of data
   */
  constructor(run, name) {
    this.#run = run;
    this.#items = new Items(name);
  }

  /**
   * Never rejects.
   * @param {RunSource<any>} open
   * @returns {Promise<Outcome>}
   */
  async produce(open) {
    const { signal } = this.#run.stopping;
    if (signal.aborted) return { state: 'stopped' };
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    /** @type {Source | undefined} */
    let source;
    try {
      const opening = (async () => open({ signal }))();
      const opened = await this.#unlessStopped(opening);
      if (opened === STOPPED) {
        opening.then((late) => new Source(late).stop()).catch(() => {});
        return { state: 'stopped' };
      }
      source = new Source(opened);
      return { state: (await this.#read(source)) ? 'done' : 'stopped' };
    } catch (error) {
      return signal.aborted ? { state: 'stopped' } : { state: 'failed', error };
    } finally {
      signal.removeEventListener('abort', wake);
      // Not awaited: it may wait for a read that never ends.
      source?.stop();
    }
  }

  /**
   * Returns false if the run was stopped before the source ended.
   * @param {Source} source
   */
  async #read(source) {
    for (;;) {
      if (this.#pace.isDue) await this.#pace.turn();
      const result = await this.#unlessStopped(source.next());
      if (result === STOPPED) return false;
      const event = result.done ? this.#items.rest() : this.#items.event(result.value);
      if (event) await this.#append(event);
      if (result.done) return true;
    }
  }

  /** @param {ServerSentEvent} event */
  async #append(event) {
    for (;;) {
      try {
        const sent = this.#run.append(event);
        // Most events are not awaited.
        if (sent) await this.#unlessStopped(sent);
        return;
      } catch (error) {
        if (/** @type {any} */ (error).code !== 'ERR_SSE_BACKPLANE_FULL') throw error;
        if ((await this.#unlessStopped(delay(RETRY))) === STOPPED) return;
      }
    }
  }

  /**
   * Replaces `Promise.race`, which would keep every item in memory as long as the signal.
   * @template Value
   * @param {Promise<Value>} promise
   * @returns {Promise<Value | typeof STOPPED>}
   */
  #unlessStopped(promise) {
    if (this.#run.stopping.signal.aborted) {
      promise.catch(() => {});
      return Promise.resolve(STOPPED);
    }
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(STOPPED);
      promise.then(resolve, reject);
    });
  }
}

module.exports = { Producer };
