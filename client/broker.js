/** `connectBroker()`: topics of a broker, over one connection. */

import { laterTurn } from './broker/later-turn.js';
import { Roster } from './broker/roster.js';
import { Subscriber } from './broker/subscriber.js';
import { Subscriptions } from './broker/subscriptions.js';
import { SSEClient } from './client.js';
import { SSEError } from './connection/error.js';
import { isEnd } from './connection/state.js';
import { Handlers, report } from './handlers.js';
import { absolute, checkShare, resolveOptions } from './options.js';
import { nameOf } from './share/protocol.js';
import { SharedStream } from './share/shared-stream.js';

/**
 * @import { BrokerConfig, SSEConfig, SSEEvent } from './index.js'
 * @import { Internal } from './options.js'
 * @import { Failure, State } from './broker/session.js'
 */

/** A client of a broker's routes. See index.d.ts. */
class BrokerClient extends SSEClient {
  #subscriptions;
  #subscriber;
  /** Set if tabs share the connection. @type {Roster | undefined} */
  #roster;
  #isAnnouncing = false;
  /** For errors that do not come from the stream. @type {Handlers<[SSEError, number]>} */
  #errorHandlers = new Handlers();

  /**
   * @param {string | URL} url
   * @param {BrokerConfig} config
   */
  constructor(url, { wildcards = true, ...given }) {
    const urlOf = (/** @type {string} */ route) => {
      const all = new URL(absolute(url));
      all.pathname = all.pathname.replace(/\/*$/, `/${route}`);
      return all.href;
    };
    checkShare(given);
    // A client without a broker has no roster, so it must not share with this one.
    const share = given.share && JSON.stringify(['broker', given.share]);
    const config = { ...given, share, url: urlOf('connect') };
    // Requests to subscribe have only the headers of the application.
    const options = resolveOptions({ ...config, headers: given.headers, share });
    /** @type {SSEConfig & Internal} */
    const own = {
      ...config,
      headers: () => this.#headers(given.headers),
      greet: (event) => this.#subscriber.greet(event),
    };
    super(own);
    this.#subscriber = new Subscriber(options, {
      urlOf,
      wanted: () => new Set([...this.#subscriptions.topics, ...(this.#roster?.topics ?? [])]),
      isComplete: () => this.#roster?.isComplete ?? true,
      changed: () => this.#roster?.post(),
      failed: (error) => {
        this.#roster?.post({ failure: { ...error, message: error.message } });
        this.#fail(error);
      },
      reconnect: () => this.reconnect(),
    });
    this.#subscriptions = new Subscriptions(wildcards, report, (added) => this.#change(added));
    super.on('*', (event) => this.#subscriptions.deliver(event));
    super.onStateChange((state) => {
      if (state !== 'connected') this.#subscriber.close();
      if (isEnd(state)) this.#roster?.stop();
      else this.#roster?.start();
    });
    if (share && SharedStream.isSupported()) this.#roster = this.#makeRoster(nameOf(options));
  }

  /**
   * @param {string} topic
   * @param {(event: SSEEvent<any>) => void} handler
   */
  subscribe(topic, handler) {
    return this.#subscriptions.add(topic, handler);
  }

  /** @param {(error: SSEError, attempt: number) => void} handler */
  onError(handler) {
    const removers = [super.onError(handler), this.#errorHandlers.add(handler)];
    return () => {
      for (const remove of removers) remove();
    };
  }

  /** @param {string} name */
  #makeRoster(name) {
    const subscriber = this.#subscriber;
    return new Roster(name, {
      topics: () => this.#subscriptions.topics,
      state: () => subscriber.state,
      adopt: (state, wasAway) => this.#adopt(state, wasAway),
      changed: (topics) => {
        subscriber.allow(topics);
        subscriber.update();
      },
      failed: (failure) => this.#fail(failure),
      demoted: () => subscriber.close(),
    });
  }

  /**
   * Called before every request, by the tab that holds the connection.
   *
   * @param {BrokerConfig['headers']} given
   */
  async #headers(given) {
    this.#subscriber.close();
    await this.#roster?.lead();
    const headers = new Headers(typeof given === 'function' ? await given() : given);
    const { session } = this.#subscriber.state;
    if (session) {
      headers.set('SSE-Session', `${encodeURIComponent(session.clientId)} ${session.secret}`);
    }
    return headers;
  }

  /** @param {string} [added] a topic that got its first handler */
  #change(added) {
    if (added !== undefined) this.#subscriber.allow([added]);
    if (this.#roster && !this.#roster.isLeading) this.#announce();
    else this.#subscriber.update();
  }

  /** Sends the topics of this tab to the leader, once for all changes in a turn. */
  async #announce() {
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    await laterTurn();
    this.#isAnnouncing = false;
    this.#roster?.post();
    // This tab may have become the leader.
    this.#subscriber.update();
  }

  /**
   * @param {State} state
   * @param {boolean} wasAway
   */
  #adopt(state, wasAway) {
    this.#subscriber.state = state;
    // Topics that no other tab wanted were unsubscribed in the meantime.
    if (wasAway && this.#subscriptions.topics.some((topic) => !state.topics.get(topic))) {
      this.#tell(new SSEError('ERR_SSE_GAP', 'events were lost while the page was put away'));
    }
  }

  /** @param {Failure} failure the leader's failure, either as an error or as plain data */
  #fail({ code, message, cause, ...details }) {
    const own = this.#subscriptions.topics;
    const topics = details.topics?.filter((topic) => own.includes(topic));
    if (topics?.length) this.#tell(new SSEError(code, message, { ...details, cause, topics }));
  }

  /** @param {SSEError} error */
  #tell(error) {
    this.#errorHandlers.call(error, error.attempt);
  }
}

/**
 * @param {string | URL} url
 * @param {BrokerConfig} [config]
 */
export function connectBroker(url, config = {}) {
  const broker = new BrokerClient(url, config);
  broker.connect();
  return broker;
}
