'use strict';

/** Collects the joins of a returning client, so that they are replayed together. */

/** @import { Snapshot } from '../../index.js' */
/** @import { ConnectionSettings } from './connection-options.js' */
/** @import { Link } from './link.js' */

/** @typedef {{ channel: any } | { topic: string }} Joined */
/** @typedef {{ where: Joined, snapshot?: Snapshot<any> }} Share */

const { runAll } = require('../core/listeners.js');
const { ask, forget } = require('../core/requests.js');
const { reportGaps } = require('./gaps.js');
const { sendSnapshot } = require('./snapshot.js');

/** How long a connection with `resume: 'manual'` may gather, in milliseconds. */
const LONGEST = 10_000;
/** How long a client waits for the history of a backplane, in milliseconds. */
const LONGEST_LOAD = 15_000;

class Gathering {
  #link;
  /**
   * In the order of the joins. Undefined once the connection resumes.
   * @type {Share[] | undefined}
   */
  #joined = [];
  /**
   * Topics beyond the number that a client can resume.
   * @type {Joined[]}
   */
  #lost = [];
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** The number of pending waits, such as for histories that are incomplete. */
  #waits = 0;
  /** Whether the connection resumes once these waits are done. */
  #isDue = false;

  /**
   * @param {Link} link
   * @param {Pick<ConnectionSettings, 'resume'> | { resume: 'over' }} settings `over`: missed events
   *   were already sent
   */
  constructor(link, { resume }) {
    this.#link = link;
    if (resume === 'over') {
      this.#joined = undefined;
      return;
    }
    if (resume === 'auto') setImmediate(() => this.resume());
    else this.#timer = setTimeout(() => this.#giveUp(), LONGEST).unref();
  }

  /**
   * Adds a channel or topic that the core has gathered. The core reports gaps by position.
   * @param {Joined} where
   * @param {Snapshot<any>} [snapshot] sent if there is a gap
   */
  add(where, snapshot) {
    this.#joined?.push({ where, snapshot });
  }

  /**
   * Waits until a history is complete.
   * @param {(request: number) => boolean} load returns false if the history is already complete
   */
  awaitHistory(load) {
    const done = this.wait();
    const request = ask(done);
    if (load(request)) return;
    forget(request);
    done();
  }

  /** Delays the resume until the returned function is called. */
  wait() {
    this.#waits += 1;
    return () => {
      this.#waits -= 1;
      if (this.#waits === 0 && this.#isDue) this.finish();
    };
  }

  /** Resumes once the histories are complete. */
  resume() {
    clearTimeout(this.#timer);
    if (this.#waits === 0) return this.finish();
    this.#isDue = true;
    // Clients get a gap if the backplane does not answer.
    this.#timer = setTimeout(() => this.finish(), LONGEST_LOAD).unref();
  }

  /** Reports gaps, then replays. Later calls have no effect. */
  finish() {
    const joined = this.#joined;
    if (!joined) return;
    this.#joined = undefined;
    clearTimeout(this.#timer);
    const link = this.#link;
    const gaps = link.handle.gaps().map((number) => joined[number]);
    const snapshots = gaps.flatMap(({ snapshot }) => snapshot ?? []);
    runAll([
      () => reportGaps(link, [...gaps.map(({ where }) => where), ...this.#lost]),
      ...snapshots.map((snapshot) => () => void sendSnapshot(link, snapshot)),
      () => link.catchUp.release(),
    ]);
  }

  /**
   * Reports a gap: with the others while the connection gathers, and immediately after that.
   * @param {Joined} where
   */
  lose(where) {
    if (this.#joined) this.#lost.push(where);
    else reportGaps(this.#link, [where]);
  }

  #giveUp() {
    process.emitWarning(
      "a connection with resume: 'manual' was not resumed for 10 s: call connection.resume()",
      { code: 'SLUICE_RESUME' },
    );
    this.#link.catchUp.resume();
  }
}

module.exports = { Gathering };
