/** Sends the subscriptions of a tab to the server. */

import { Backoff } from '../connection/backoff.js';
import { pause } from '../connection/interruption.js';
import { isWorthARetry } from '../connection/request.js';
import { laterTurn } from './later-turn.js';
import { fitting, post } from './post.js';
import { failureOf, readGreeting } from './session.js';

/**
 * @import { Options } from '../options.js'
 * @import { TextEvent } from '../connection/event-stream.js'
 * @import { Answer } from './post.js'
 * @import { Failure, State } from './session.js'
 *
 * @typedef {object} Host
 * @property {(route: string) => string} urlOf
 * @property {() => Set<string>} wanted
 * @property {() => boolean} isComplete whether `wanted` is all. Otherwise nothing is unsubscribed
 * @property {() => void} changed called when the state has changed
 * @property {(failure: Failure) => void} failed
 * @property {() => void} reconnect
 *
 * @typedef {object} Change a request
 * @property {'subscribe' | 'unsubscribe'} route
 * @property {string[]} topics
 * @property {boolean} hasMore whether there are also topics to unsubscribe from
 */

/**
 * Brings the server's topics in line with the wanted ones, one request at a time. It works while
 * the stream of this tab is open, and knows the session that the next stream resumes.
 */
export class Subscriber {
  /** @type {State} */
  state = { version: 0, session: undefined, topics: new Map() };
  #options;
  #host;
  #backoff;
  /** Topics that the server has refused. */
  #refused = new Set();
  #isOpen = false;
  #isBusy = false;
  /** How many topics the next request may have: fewer after one that was too much. */
  #most = Infinity;
  /** Whether the session has as many topics as it may have. */
  #isFull = false;
  /** Ends the wait before a retry. */
  #wait = new AbortController();

  /**
   * @param {Options} options
   * @param {Host} host
   */
  constructor(options, host) {
    this.#options = options;
    this.#host = host;
    this.#backoff = new Backoff(options);
  }

  /**
   * Takes the first event of a stream.
   *
   * @param {TextEvent} event
   * @returns {boolean} whether it was that event
   */
  greet({ event, topic, data }) {
    if (this.#isOpen || event !== 'connected' || topic !== undefined) return false;
    const { clientId, secret, resumed } = readGreeting(data);
    if (!clientId || !secret) return false;
    const { state } = this;
    const isSame = resumed && secret === state.session?.secret;
    state.session = { clientId, secret };
    if (!isSame) {
      state.topics = new Map();
      this.#refused.clear();
    }
    this.#isOpen = true;
    this.#wake();
    this.#change();
    this.update();
    return true;
  }

  /** The stream is not open any more. */
  close() {
    this.#isOpen = false;
    this.#wake();
  }

  /**
   * Asks again for topics that were refused: there are new handlers for them.
   *
   * @param {string[]} topics
   */
  allow(topics) {
    for (const topic of topics) this.#refused.delete(topic);
  }

  async update() {
    if (this.#isBusy || !this.#isOpen) return;
    this.#isBusy = true;
    // All changes of one turn go together.
    await laterTurn();
    let goesOn = true;
    while (goesOn && this.#isOpen) {
      const change = this.#next();
      goesOn = change !== undefined && (await this.#make(change));
    }
    this.#isBusy = false;
  }

  /** @returns {Change | undefined} */
  #next() {
    const { session, topics: known } = this.state;
    const wanted = this.#host.wanted();
    for (const topic of this.#refused) if (!wanted.has(topic)) this.#refused.delete(topic);
    const added = [...wanted].filter((topic) => !known.get(topic) && !this.#refused.has(topic));
    const removed = this.#host.isComplete() ? [...known.keys()] : [];
    const unwanted = removed.filter((topic) => !wanted.has(topic));
    // First what is added: a pattern may take the place of a topic, and no event must be missed.
    const isFirst = added.length > 0 && !(this.#isFull && unwanted.length > 0);
    const all = isFirst ? added : unwanted;
    if (!session || all.length === 0) return undefined;
    const route = isFirst ? 'subscribe' : 'unsubscribe';
    const topics = fitting(session, all, this.#most);
    return { route, topics, hasMore: isFirst && unwanted.length > 0 };
  }

  /**
   * @param {Change} change
   * @returns {Promise<boolean>} whether to go on
   */
  async #make(change) {
    const { route, topics } = change;
    const { state } = this;
    const { session } = state;
    if (!session) return false;
    for (const topic of topics) state.topics.set(topic, false);
    // The other tabs hear of it first. If this one crashes, the next leader knows what is unclear.
    this.#change();
    const answer = await post(this.#options, this.#host.urlOf(route), { ...session, topics });
    // The answer is about a session that is gone.
    if (session.secret !== state.session?.secret) return true;
    const { code, status } = answer;
    if (status === 200) return this.#succeed(route, topics);
    if (code === 'ERR_SSE_SECRET') {
      // Another stream may have begun meanwhile.
      return session !== state.session || this.#retry(topics, answer, () => this.#reconnect());
    }
    if (status === 0 || isWorthARetry(status)) return this.#retry(topics, answer);
    this.#refuse(change, answer);
    return true;
  }

  /** @type {(route: Change['route'], topics: string[]) => boolean} */
  #succeed(route, topics) {
    for (const topic of topics) {
      if (route === 'subscribe') this.state.topics.set(topic, true);
      else this.state.topics.delete(topic);
    }
    if (route === 'unsubscribe') this.#isFull = false;
    this.#most = Infinity;
    this.#backoff.reset();
    this.#change();
    return true;
  }

  /**
   * @param {string[]} topics
   * @param {Answer} answer
   * @param {() => void} [then] called if the stream is still the same after the wait
   */
  async #retry(topics, answer, then) {
    const delay = this.#backoff.next(answer.retryAfter);
    if (delay === undefined) {
      // The next change or the next stream begins with all retries.
      this.#backoff.reset();
      this.#fail('the server could not be asked', topics, answer);
      return false;
    }
    const { signal } = this.#wait;
    await pause(delay, signal);
    if (!signal.aborted) then?.();
    return true;
  }

  /** The server does not know the session of the open stream, so the stream is dead. */
  #reconnect() {
    this.close();
    this.#host.reconnect();
  }

  /**
   * @param {Change} change
   * @param {Answer} answer
   */
  #refuse({ route, topics, hasMore }, answer) {
    if (answer.code === 'ERR_SSE_TOPIC_LIMIT' && hasMore) {
      // Makes room first.
      this.#isFull = true;
      return;
    }
    const named = topics.filter((topic) => answer.topics?.includes(topic));
    if (named.length === 0 && topics.length > 1) {
      // One of them, or their number: asks for fewer.
      this.#most = Math.ceil(topics.length / 2);
      return;
    }
    const refused = named.length > 0 ? named : topics;
    for (const topic of refused) {
      this.state.topics.delete(topic);
      if (route === 'subscribe') this.#refused.add(topic);
    }
    this.#most = Infinity;
    this.#change();
    this.#fail('the server refused', refused, answer);
  }

  /** @type {(message: string, topics: string[], answer: Answer) => void} */
  #fail(message, topics, answer) {
    this.#host.failed(failureOf(message, topics, answer));
  }

  #change() {
    this.state.version = Math.max(this.state.version + 1, Date.now());
    this.#host.changed();
  }

  #wake() {
    this.#wait.abort();
    this.#wait = new AbortController();
  }
}
