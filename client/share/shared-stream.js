/** The stream of a tab that shares its connection with others: the tab leads, or follows one. */

import { SSEError } from '../connection/error.js';
import { pause } from '../connection/interruption.js';
import { watchPage } from '../connection/page.js';
import { isEnd } from '../connection/state.js';
import { Candidate } from './candidate.js';
import { Follower } from './follower.js';
import { Leader } from './leader.js';
import { HEARING, nameOf } from './protocol.js';

/**
 * @import { Options } from '../options.js'
 * @import { Listener } from '../connection/event-stream.js'
 * @import { SSEState } from '../index.js'
 * @import { Journal } from './journal.js'
 * @import { Position, Question, Report, Supply } from './protocol.js'
 *
 * @typedef {object} Role follower, candidate or leader
 * @property {() => void} [enter]
 * @property {() => void} leave
 * @property {() => void} [reconnect]
 * @property {(report: Report) => void} hear
 * @property {(question: Question) => void} [answer]
 */

/**
 * One connection for all tabs of an origin, with the interface of `EventStream`.
 *
 * A tab is a follower at first, and queues for a lock. With the lock it is a candidate, which calls
 * the roll, and then the leader. The leader numbers the events of its `EventStream` and relays them
 * over a BroadcastChannel. Each leader has a higher term than the last, and tabs ignore messages
 * from earlier terms. If the server ends the stream, it ends for all tabs. If a leader reaches a
 * limit of its own, it ends alone, or with the tabs that have reached that limit too.
 *
 * All tabs see the same events once and in the same order, if the server replays the events after
 * an id. Events without ids may be lost or repeated when the connection breaks or another tab takes
 * over. A tab that falls behind, because it was suspended or its loop is slow, gets `ERR_SSE_GAP`
 * if the leader has already discarded the events that it lacks.
 */
export class SharedStream {
  static isSupported() {
    // An insecure context has no locks.
    return globalThis.BroadcastChannel && globalThis.navigator?.locks;
  }

  /** The term of the newest leader. */
  term = 0;
  /** @type {SSEState} */
  state = 'connecting';
  /** Identifies this tab in questions, so that answers reach it. */
  me = crypto.randomUUID();
  /** @type {Role | undefined} the current role, while the tab takes part */
  #role;
  #isOver = false;
  /** @type {AbortController | undefined} */
  #watch;
  /**
   * From joining to leaving. A page that is suspended also leaves.
   *
   * @type {AbortController | undefined}
   */
  #membership;
  /** @type {BroadcastChannel | undefined} */
  #channel;

  /**
   * @param {Options} options
   * @param {Listener} listener
   * @param {Journal} journal the position from an earlier shared stream of this client
   */
  constructor(options, listener, journal) {
    this.options = options;
    this.journal = journal;
    this.listener = listener;
    // The name of the lock and of the channel.
    this.name = nameOf(options);
  }

  start() {
    const leave = () => this.#leave();
    const join = () => this.#join();
    // A page in the back/forward cache would hold the lock without using it.
    this.#watch = watchPage({ pagehide: leave, freeze: leave, pageshow: join, resume: join });
    join();
    this.tell('state', this.state);
  }

  stop() {
    this.#isOver = true;
    this.#watch?.abort();
    this.#leave();
  }

  reconnect() {
    this.#role?.reconnect?.();
  }

  /** @param {boolean} [steal] true to take the lock from a leader that hangs */
  rejoin(steal) {
    this.#leave();
    this.#join(steal);
  }

  /**
   * Calls the listener. It may stop the stream from any callback, and is not called after that.
   *
   * @template {'state' | 'event' | 'error'} Kind
   * @param {Kind} kind
   * @param {Parameters<Listener[Kind]>[0]} value
   * @returns whether to continue
   */
  tell(kind, value) {
    /** @type {Record<string, any>} */
    const listener = this.listener;
    if (!this.#isOver) listener[kind](value);
    return !this.#isOver;
  }

  /** @param {SSEState} state */
  setState(state) {
    this.state = state;
    this.tell('state', state);
    if (isEnd(state)) this.stop();
  }

  /**
   * @param {Position & Supply} news
   * @param {boolean} [canReplay] see `Journal.catchUp`
   */
  catchUp(news, canReplay) {
    if (this.#isOver) return;
    if (this.journal.catchUp(news, (event) => this.tell('event', event), canReplay)) {
      this.tell('error', new SSEError('ERR_SSE_GAP', 'events were lost'));
    }
  }

  /** @param {Partial<Report & Question>} [message] */
  post(message) {
    const { term, state, journal } = this;
    this.#channel?.postMessage({ term, state, ...journal.position, entries: [], ...message });
  }

  /** @param {Report & Question} message */
  #receive(message) {
    const { from, term, to } = message;
    if (from) return this.#role?.answer?.(message);
    if (term >= this.term && (!to || to === this.me)) this.#role?.hear(message);
  }

  #join(steal = false) {
    if (this.#membership) return;
    this.#membership = new AbortController();
    const { signal } = this.#membership;
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#become(new Follower(this));
    navigator.locks
      .request(this.name, steal ? { steal } : { signal }, () => this.#rise(signal))
      .catch(({ name }) => {
        if (signal.aborted) return;
        // Either another tab took the lock after a silence, or the page has an opaque origin and
        // gets none.
        if (name === 'AbortError') this.rejoin();
        else this.#rise(signal);
      });
  }

  #leave() {
    this.#membership?.abort();
    this.#role?.leave();
    this.#channel?.close();
    this.#membership = this.#channel = this.#role = undefined;
  }

  /** @param {Role} role */
  #become(role) {
    this.#role?.leave();
    this.#role = role;
    role.enter?.();
  }

  /**
   * Turns a follower into the leader. Resolves when this tab leaves, which releases the lock.
   *
   * @param {AbortSignal} signal
   */
  async #rise(signal) {
    if (signal.aborted) return;
    this.term = Math.max(this.term + 1, Date.now());
    const candidate = new Candidate(this);
    this.#become(candidate);
    await candidate.prepare();
    if (!signal.aborted) {
      this.#become(new Leader(this));
      await pause(Infinity, signal);
    }
    if (isEnd(this.state)) await pause(HEARING);
  }
}
