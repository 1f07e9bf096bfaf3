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
 * @property {() => boolean} isComplete whether `wanted` is complete. Topics are unsubscribed only
 *   if it is
 * @property {() => void} changed called when the state has changed
 * @property {(failure: Failure) => void} failed
 * @property {() => void} reconnect
 *
 * @typedef {object} Change a request to the server
 * @property {'subscribe' | 'unsubscribe'} route
 * @property {string[]} topics
 * @property {boolean} hasMore whether there are also topics to unsubscribe from
 */

/**
 * Brings the server's topics in line with the wanted ones, one request at a time. It is active
 * while the stream of this tab is open, and keeps the session that the next stream resumes.
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
  /** The maximum number of topics of the next request. It shrinks after a request with too many. */
  #most = Infinity;
  /** Whether the session has reached its limit of topics. */
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
   * Handles the first event of a stream, `connected`.
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

  /** Called when the stream is no longer open. */
  close() {
    this.#isOpen = false;
    this.#wake();
  }

  /**
   * Requests refused topics again, because they have new handlers.
   *
   * @param {string[]} topics
   */
  allow(topics) {
    for (const topic of topics) this.#refused.delete(topic);
  }

  async update() {
    if (this.#isBusy || !this.#isOpen) return;
    this.#isBusy = true;
    // All changes in one turn are sent together.
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
    // Subscribes first: a pattern may replace a topic, and no event must be missed in between.
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
    // The other tabs learn of it first. If this one crashes, the next leader knows which topics are
    // uncertain.
    this.#change();
    const answer = await post(this.#options, this.#host.urlOf(route), { ...session, topics });
    // The answer belongs to an earlier session.
    if (session.secret !== state.session?.secret) return true;
    const { code, status } = answer;
    if (status === 200) return this.#succeed(route, topics);
    if (code === 'ERR_SSE_SECRET') {
      // Another stream may have begun in the meantime.
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
      // The next change or stream starts with all retries.
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
      // Unsubscribes first, to make room.
      this.#isFull = true;
      return;
    }
    const named = topics.filter((topic) => answer.topics?.includes(topic));
    if (named.length === 0 && topics.length > 1) {
      // Either one topic or their number was refused: the next request has fewer topics.
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
