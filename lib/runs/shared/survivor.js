'use strict';

/** Ends the runs of processes that have died. */

/** @import { Catalogue } from '../catalogue.js' */
/** @import { Run } from '../run.js' */
/** @import { Work } from '../work.js' */
/** @import { Nodes } from './nodes.js' */

const { SluiceError } = require('../../core/error.js');

/** The interval between two checks, in milliseconds. */
const LOOK = 1_000;

class Survivor {
  #catalogue;
  #work;
  #nodes;
  #timer;
  /** @type {Set<Run>} */
  #ending = new Set();

  /**
   * @param {Catalogue} catalogue
   * @param {Work} work
   * @param {Nodes} nodes
   */
  constructor(catalogue, work, nodes) {
    this.#catalogue = catalogue;
    this.#work = work;
    this.#nodes = nodes;
    this.#timer = setInterval(() => this.#look(), LOOK).unref();
  }

  close() {
    clearInterval(this.#timer);
  }

  #look() {
    this.#nodes.notice();
    if (!this.#work.isIdle || this.#ending.size > 0) this.#nodes.beat();
    for (const run of this.#catalogue.all()) {
      if (this.#work.has(run)) void this.#catalogue.remind(run);
      if (run.isOwn || run.channel.ended || this.#ending.has(run)) continue;
      const { record, knownSince } = run.refresh();
      const { node, key } = record;
      // This process has no source for its run: the start failed, or it must end a claimed run.
      const isLost = node === this.#nodes.id && !this.#work.hasKey(key);
      if (isLost || this.#nodes.isDead(node, knownSince)) void this.#end(run);
    }
  }

  /**
   * Every process that detects the loss claims the run. All see the claims in the same order, and
   * the process with the first claim ends the run.
   * @param {Run} run
   */
  async #end(run) {
    this.#ending.add(run);
    // Other processes must know that the claiming process is alive.
    this.#nodes.beat();
    try {
      await run.claim(this.#nodes.id);
      if (!this.#isFirst(run)) return;
      const error = new SluiceError('ERR_SSE_RUN_LOST', 'the process of the run has died');
      await this.#work.finish(run, { state: 'failed', error });
    } catch {
      // The run has ended, or the engine is unreachable and the next check tries again.
    } finally {
      this.#ending.delete(run);
    }
  }

  /** @param {Run} run */
  #isFirst({ record: { key }, followed, knownSince }) {
    const claims = followed?.all.filter((it) => it.key === key && it.state !== 'running') ?? [];
    const first = claims.find(({ node }) => !this.#nodes.isDead(node, knownSince));
    return first?.node === this.#nodes.id;
  }
}

module.exports = { Survivor };
