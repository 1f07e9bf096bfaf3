'use strict';

/** The joins of a client that came back, until it gets what it missed in all of them. */

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
/** How long a client waits for what a backplane has kept, in milliseconds. */
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
  /** How much it waits for, such as histories that are being completed. */
  #waits = 0;
  /** The connection resumes once they are. */
  #isDue = false;

  /**
   * @param {Link} link
   * @param {Pick<ConnectionSettings, 'resume'> | { resume: 'over' }} settings `over`: the client
   *   has got what it missed
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
   * The core has gathered a channel or a topic, and will report gaps by number.
   * @param {Joined} where
   * @param {Snapshot<any>} [snapshot] sent if there is a gap
   */
  add(where, snapshot) {
    this.#joined?.push({ where, snapshot });
  }

  /**
   * Waits until a history is complete.
   * @param {(request: number) => boolean} load false if it is complete already
   */
  awaitHistory(load) {
    const done = this.wait();
    const request = ask(done);
    if (load(request)) return;
    forget(request);
    done();
  }

  /** The connection does not resume before the returned function is called. */
  wait() {
    this.#waits += 1;
    return () => {
      this.#waits -= 1;
      if (this.#waits === 0 && this.#isDue) this.finish();
    };
  }

  /** Resumes as soon as the histories are complete. */
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
   * Reports a gap: with the others while the connection gathers, and at once after that.
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
