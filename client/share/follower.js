import { SSEError } from '../connection/error.js';
import { isEnd } from '../connection/state.js';
import { HEARING, PATIENCE } from './protocol.js';

/**
 * @import { Report, Wish } from './protocol.js'
 * @import { SharedStream } from './shared-stream.js'
 */

/** A tab that waits for the lock. It delivers the leader's events and requests missing ones. */
export class Follower {
  #tab;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** Consecutive intervals without a message from the leader. */
  #silences = 0;
  #isAsking = false;
  /**
   * The state of this tab's `for await` loop. While it is `busy`, reports are ignored. It is
   * `behind` if a report arrived in that time, so that events are missing.
   */
  #loop = /** @type {'ready' | 'busy' | 'behind'} */ ('ready');
  /**
   * Truthy while this tab reports the end of the stream. `reconnect()` in a listener resets it.
   *
   * @type {unknown}
   */
  #isEnding = false;

  /** @param {SharedStream} tab */
  constructor(tab) {
    this.#tab = tab;
  }

  enter() {
    const interval = Math.min(this.#tab.options.heartbeatInterval || PATIENCE, PATIENCE);
    // A candidate does not answer while it collects answers from the others.
    this.#timer = setInterval(() => this.#watch(), Math.max(interval, HEARING));
    this.#ask();
  }

  leave() {
    clearInterval(this.#timer);
  }

  reconnect() {
    this.#isEnding = false;
    this.#ask({ reconnect: true });
  }

  /** @param {Report} report */
  hear(report) {
    const { journal } = this.#tab;
    const { term, to, line, n, entries, state, error, roll } = report;
    this.#tab.term = term;
    this.#silences = 0;
    const isAnswer = to && this.#isAsking;
    // A report without a broadcast event either answers our question or comes from a new leader,
    // which did not receive the question.
    if (to || entries.length === 0) this.#isAsking = false;
    if (roll) return this.#ask({ roll, ...journal.since(report) });
    if (isEnd(state)) return this.#hearEnd(report);
    if (error) this.#hearError(error);
    if (state !== this.#tab.state) this.#tab.setState(state);
    const before = /** @type {number} */ (n) - entries.length;
    const isNext = line === journal.line && before <= /** @type {number} */ (journal.n);
    if (this.#loop !== 'ready') this.#loop = 'behind';
    else if (isAnswer || isNext) this.#catchUp(report);
    else this.#ask();
  }

  /** @param {SSEError} error as plain data */
  #hearError(error) {
    this.#tab.tell('error', new SSEError(error.code, error.message, error));
  }

  /** @param {Report} report */
  #hearEnd(report) {
    const { error, isFinal, state } = report;
    const { autoReconnect, maxRetries } = this.#tab.options;
    const isSpent =
      error?.code === 'ERR_SSE_RETRIES' && maxRetries > 0 && maxRetries <= error.attempt;
    // Otherwise only the leader reached a limit, and this tab can get the lock.
    this.#isEnding = isFinal || !autoReconnect || isSpent;
    if (this.#isEnding && error) this.#hearError(error);
    if (!this.#isEnding) return this.#tab.setState('connecting');
    // Accepts the report even after a hole: missing events can no longer be requested.
    this.#tab.catchUp(report);
    this.#tab.setState(state);
  }

  /** @param {Report} report */
  async #catchUp(report) {
    this.#loop = 'busy';
    this.#tab.catchUp(report);
    await this.#tab.listener.ready?.();
    const loop = /** @type {string} */ (this.#loop);
    this.#loop = 'ready';
    if (loop === 'behind') this.#ask();
  }

  /** @param {Partial<Wish>} [wish] */
  #ask(wish) {
    if (this.#isAsking && !wish) return;
    this.#isAsking = true;
    this.#tab.post({ from: this.#tab.me, ...wish });
  }

  #watch() {
    this.#silences += 1;
    this.#isAsking = false;
    if (this.#silences > 2) this.#tab.rejoin(true);
    else this.#ask();
  }
}
