import { pause } from '../connection/interruption.js';
import { watchPage } from '../connection/page.js';
import { HEARING } from '../share/protocol.js';

/**
 * @import { Failure, State } from './session.js'
 *
 * @typedef {object} Message a message from a tab to the others
 * @property {string} from
 * @property {string[]} topics the topics that the tab wants
 * @property {State} state the latest state that the tab knows
 * @property {boolean} [isCall] true if a new leader asks the others for their topics and state
 * @property {Failure} [failure] as plain data
 *
 * @typedef {object} Host
 * @property {() => string[]} topics
 * @property {() => State} state
 * @property {(state: State, wasAway: boolean) => void} adopt takes the leader's state. `wasAway` is
 *   true for the first state after the page was suspended
 * @property {(topics: string[]) => void} changed called in a leader with the topics that a tab
 *   adds, and when a tab has left
 * @property {(failure: Failure) => void} failed
 * @property {() => void} demoted called when another tab leads
 */

/**
 * Exchanges the wanted topics and the session between the tabs that share a connection.
 *
 * Each tab holds its own lock. The leader queues for that lock, so it notices when the tab closes,
 * even after a crash. All tabs keep the leader's state, because each may lead next.
 */
export class Roster {
  #name;
  #host;
  #me = '';
  /** While this tab is among the tabs. @type {AbortController | undefined} */
  #membership;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** Whether this tab holds its lock. Without the lock, it would look like a tab that has left. */
  #isKnown = false;
  #wasAway = false;
  /** @type {AbortController | undefined} */
  #watch;
  /** While this tab leads. @type {AbortController | undefined} */
  #lead;
  /** The other tabs that the leader knows, and their topics. @type {Map<string, string[]>} */
  #tabs = new Map();
  /** Other tabs that have not sent their topics yet. @type {Set<string>} */
  #silent = new Set();
  /** Aborted when all tabs have sent their topics. */
  #heard = new AbortController();
  /** Resolves when a new leader knows the other tabs that answer. */
  #ready = Promise.resolve();

  /**
   * @param {string} name the name of the shared connection
   * @param {Host} host
   */
  constructor(name, host) {
    this.#name = name;
    this.#host = host;
  }

  get isLeading() {
    return this.#lead !== undefined;
  }

  /** Whether all tabs have sent their topics. */
  get isComplete() {
    return this.#silent.size === 0;
  }

  /** The topics that the other tabs want. */
  get topics() {
    return [...this.#tabs.values()].flat();
  }

  start() {
    if (this.#watch) return;
    const leave = () => {
      this.#wasAway = true;
      this.#leave();
    };
    const join = () => this.#join();
    // A page in the back/forward cache cannot hold its lock.
    this.#watch = watchPage({ pagehide: leave, freeze: leave, pageshow: join, resume: join });
    join();
  }

  stop() {
    this.#watch?.abort();
    this.#watch = undefined;
    this.#leave();
  }

  /** Makes this tab the leader. Resolves when it knows the other tabs that answer. */
  lead() {
    if (this.#lead) return this.#ready;
    this.#wasAway = false;
    this.#lead = new AbortController();
    this.#heard = new AbortController();
    this.#ready = this.#call(this.#lead.signal);
    return this.#ready;
  }

  /** Makes this tab a follower. */
  #follow() {
    this.#lead?.abort();
    this.#lead = undefined;
    this.#tabs.clear();
    this.#silent.clear();
    this.#host.demoted();
  }

  /** @param {Partial<Message>} [message] */
  post(message) {
    if (!this.#isKnown && !this.#lead) return;
    const { topics, state } = this.#host;
    this.#channel?.postMessage({ from: this.#me, topics: topics(), state: state(), ...message });
  }

  #join() {
    if (this.#membership) return;
    this.#membership = new AbortController();
    const { signal } = this.#membership;
    this.#me = crypto.randomUUID();
    this.#channel = new BroadcastChannel(`${this.#name} topics`);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    const hold = () => {
      if (signal.aborted) return;
      this.#isKnown = true;
      this.post();
      return pause(Infinity, signal);
    };
    // Rejected in a page of an opaque origin, which has no other tabs.
    navigator.locks.request(this.#lockOf(this.#me), hold).catch(() => {});
  }

  #leave() {
    if (this.#lead) this.#follow();
    this.#membership?.abort();
    this.#channel?.close();
    this.#membership = this.#channel = undefined;
    this.#isKnown = false;
  }

  /** @param {string} tab */
  #lockOf(tab) {
    return `${this.#name} tab ${tab}`;
  }

  /**
   * Calls all tabs that hold a lock. Resolves when they have answered, or after `HEARING`.
   *
   * @param {AbortSignal} signal
   */
  async #call(signal) {
    this.post({ isCall: true });
    const locks = await navigator.locks.query().catch(() => undefined);
    if (signal.aborted) return;
    const prefix = this.#lockOf('');
    for (const { name = '' } of locks?.held ?? []) {
      const tab = name.slice(prefix.length);
      if (!name.startsWith(prefix) || tab === this.#me || this.#tabs.has(tab)) continue;
      this.#silent.add(tab);
      this.#await(tab);
    }
    if (!this.isComplete) await pause(HEARING, this.#heard.signal);
  }

  /** @param {Message} message */
  #receive({ from, topics, state, isCall, failure }) {
    const { version } = this.#host.state();
    const isBehind = state.version < version;
    // The sender took the lock from this tab, which has not been notified yet.
    if (isCall && this.#lead) this.#follow();
    if (failure) this.#host.failed(failure);
    if (state.version > version && !this.#hasOwnState()) {
      this.#host.adopt(state, this.#wasAway);
      this.#wasAway = false;
    }
    if (this.#lead) this.#hear(from, topics);
    if (isCall || (this.#lead && isBehind)) this.post();
  }

  /** The state of a leader takes precedence once all other tabs have answered. */
  #hasOwnState() {
    return this.#lead !== undefined && this.isComplete;
  }

  /**
   * @param {string} tab
   * @param {string[]} topics
   */
  #hear(tab, topics) {
    const before = this.#tabs.get(tab);
    if (!before && !this.#silent.has(tab)) this.#await(tab);
    this.#tabs.set(tab, topics);
    this.#answer(tab);
    this.#host.changed(topics.filter((topic) => !before?.includes(topic)));
  }

  /** @param {string} tab a tab that answered or left */
  #answer(tab) {
    this.#silent.delete(tab);
    if (this.isComplete) this.#heard.abort();
  }

  /** @param {string} tab a tab to remove when it closes */
  #await(tab) {
    const signal = this.#lead?.signal;
    const forget = () => {
      if (signal?.aborted) return;
      this.#tabs.delete(tab);
      this.#answer(tab);
      this.#host.changed([]);
    };
    navigator.locks.request(this.#lockOf(tab), { signal }, forget).catch(() => {});
  }
}
