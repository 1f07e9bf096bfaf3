import { SSEError } from '../error.js';
import { pause } from '../interruption.js';
import { EventStream } from '../stream.js';
import { Journal } from './journal.js';

/**
 * @import { Options } from '../options.js'
 * @import { Listener } from '../stream.js'
 * @import { SSEState } from '../index.js'
 * @import { Position } from './journal.js'
 *
 * @typedef {object} News what a leader may say besides where it stands
 * @property {string} [to] the only tab that it is for
 * @property {boolean} [roll] it asks what the others have
 * @property {SSEError} [error] as plain data
 *
 * @typedef {Position & News & { term: number, state: SSEState }} Report what a leader says
 *
 * @typedef {object} Wish what another tab may want, besides what it lacks
 * @property {number} [roll] nothing: it answers the roll call of that term
 * @property {boolean} [reconnect]
 *
 * @typedef {Position & Wish & { from: string }} Question what another tab says
 */

/** How long a leader may be silent until it is asked; at the third time its lock is taken. A suspended page keeps it. */
const PATIENCE = 5000;
/**
 * How long tabs get to hear of something, which takes them milliseconds: a new leader waits that long for what the others say, and
 * after an end the lock is kept, so that they hear of it before one of them gets the lock.
 */
const HEARING = 250;

/** @param {SSEState} state */
const isEnd = (state) => state === 'error' || state === 'disconnected';

/**
 * One connection for all tabs of an origin, with the interface of `EventStream`.
 *
 * The tab that holds the lock leads: it numbers the events of its `EventStream` and relays them over a BroadcastChannel. The others
 * queue for the lock. Terms of leaders rise, and what an earlier one has sent is ignored. A new leader first hears what the others
 * have and it lacks, so that nobody is ahead of it, and resumes from there; who is behind asks, and gets the rest. An end, a 204 or
 * an error that no retry mends, is an end for all.
 *
 * Guaranteed: all tabs see the same events in the same order, each once, as far as the server replays what follows an id. As on
 * any connection, events without ids may be lost or come twice when it breaks, a takeover included. Not guaranteed: a tab that is
 * behind, since it was suspended or its loop is slow, may hear that events are lost to it, `ERR_SSE_GAP`, and goes on from there: when
 * the others forgot what it lacks, or when it takes over.
 */
export class SharedStream {
  static isSupported() {
    // There are no locks in an insecure context.
    return !!(globalThis.BroadcastChannel && globalThis.navigator?.locks);
  }

  #options;
  #listener;
  #name;
  #me = crypto.randomUUID();
  #term = 0;
  #journal = new Journal();
  /** @type {SSEState} */
  #state = 'connecting';
  /** From start to end. */
  #life = new AbortController();
  /** From joining to leaving, which a page that is put away does too. @type {AbortController | undefined} */
  #membership;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #isAsking = false;
  /** While a loop of this tab is too slow for more: 1, or 2 if something has come that it lacks now. */
  #held = 0;
  #silences = 0;
  /** While this tab leads. @type {EventStream | undefined} */
  #stream;
  /** Until all have answered. @type {AbortController | undefined} */
  #roll;
  #absent = 0;

  /**
   * @param {Options} options
   * @param {Listener} listener
   */
  constructor(options, listener) {
    this.#options = options;
    this.#listener = listener;
    const { share, method, url, body } = options;
    this.#name = `sluice ${JSON.stringify([share, method, url, String(body)])}`;
  }

  get lastEventId() {
    return this.#journal.cursor;
  }

  start(lastEventId = '') {
    this.#journal.cursor = lastEventId;
    const options = { capture: true, signal: this.#life.signal };
    // A page that is put away would keep the lock, and do nothing with it.
    for (const type of ['pagehide', 'freeze']) {
      globalThis.addEventListener?.(type, this.#leave, options);
    }
    for (const type of ['pageshow', 'resume']) {
      globalThis.addEventListener?.(type, this.#join, options);
    }
    this.#join();
    this.#tell('state', this.#state);
  }

  stop() {
    this.#life.abort();
    this.#leave();
  }

  reconnect() {
    if (!this.#stream) this.#ask({ reconnect: true });
    else if (!this.#roll) this.#stream.reconnect();
  }

  /**
   * A listener may stop us from wherever it is called, and hears nothing after that.
   *
   * @template {'state' | 'event' | 'error'} Kind
   * @param {Kind} kind
   * @param {Parameters<Listener[Kind]>[0]} value
   */
  #tell(kind, value) {
    /** @type {Record<string, any>} */
    const listener = this.#listener;
    if (!this.#life.signal.aborted) listener[kind](value);
  }

  #join = () => {
    if (this.#membership) return;
    this.#membership = new AbortController();
    const { signal } = this.#membership;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => (data.from ? this.#answer(data) : this.#follow(data));
    // A new leader does not answer while it hears the others.
    const interval = Math.min(this.#options.heartbeatInterval || PATIENCE, PATIENCE);
    this.#timer = setInterval(() => this.#watch(), Math.max(interval, HEARING));
    const steal = this.#silences > 2;
    navigator.locks
      .request(this.#name, steal ? { steal } : { signal }, () => this.#lead(signal))
      .catch(({ name }) => {
        if (signal.aborted) return;
        // Taken away after a silence; or never given, to a page of an opaque origin, which has nobody to share with.
        if (name === 'AbortError') this.#rejoin();
        else this.#lead(signal);
      });
    this.#silences = this.#held = 0;
    this.#isAsking = false;
    this.#ask();
  };

  #leave = () => {
    this.#membership?.abort();
    this.#roll?.abort();
    clearInterval(this.#timer);
    this.#channel?.close();
    this.#stream?.stop();
    this.#membership = this.#channel = this.#stream = undefined;
  };

  #rejoin() {
    this.#leave();
    this.#join();
  }

  #watch() {
    if (this.#stream) return;
    this.#silences += 1;
    this.#isAsking = false;
    if (this.#silences > 2) this.#rejoin();
    else this.#ask();
  }

  /**
   * Resolves, and so lets the lock go, when this tab leaves.
   *
   * @param {AbortSignal} signal
   */
  async #lead(signal) {
    if (signal.aborted) return;
    const journal = this.#journal;
    this.#term = Math.max(this.#term + 1, Date.now());
    this.#stream = new EventStream(this.#options, {
      ...this.#listener,
      state: (state) => this.#setState(state),
      event: (event) => {
        const entry = { n: /** @type {number} */ (journal.n) + 1, event };
        journal.take(entry);
        this.#report({ entries: [entry] });
        this.#tell('event', event);
      },
      cursor: (cursor) => {
        journal.cursor = cursor;
        this.#report();
      },
      error: (error) => {
        this.#report({ error: { ...error, message: error.message } });
        this.#tell('error', error);
      },
    });
    this.#roll = new AbortController();
    const { pending = [] } = await navigator.locks.query().catch(() => ({ pending: [] }));
    this.#absent = pending.filter(({ name }) => name === this.#name).length;
    if (!signal.aborted && this.#absent > 0) {
      this.#report({ roll: true });
      await pause(HEARING, this.#roll.signal);
    }
    if (!signal.aborted) {
      this.#roll = undefined;
      // Rises from one group of tabs to the next, for a page that was put away in between.
      journal.n ??= Date.now() * 1000;
      this.#stream.start(journal.cursor);
      await pause(Infinity, signal);
    }
    if (isEnd(this.#state)) await pause(HEARING, new AbortController().signal);
  }

  /** @param {Question} question */
  #answer(question) {
    if (!this.#stream) return;
    if (!this.#roll) {
      this.#report({ to: question.from, ...this.#journal.since(question) });
      if (question.reconnect) this.#stream.reconnect();
    } else if (question.roll === this.#term) {
      this.#catchUp(question);
      this.#absent -= 1;
      if (this.#absent === 0) this.#roll.abort();
    }
  }

  /** @param {Report} report */
  #follow(report) {
    const { term, to, n, cursor, entries, state, error } = report;
    if (term < this.#term || (to && to !== this.#me)) return;
    // The lock was taken away, and we have not heard of it yet.
    if (this.#stream) return this.#rejoin();
    this.#term = term;
    this.#silences = 0;
    // Unless it is an event, it may be what we asked for, or come from a leader that was not asked.
    if (to || entries.length === 0) this.#isAsking = false;
    if (report.roll) return this.#ask({ roll: term, ...this.#journal.since({ n, cursor }) });
    if (error) this.#tell('error', new SSEError(error.code, error.message, error));
    // What this tab lacks now it will not get.
    if (isEnd(state)) this.#catchUp(report);
    if (state !== this.#state) this.#setState(state);
    const before = /** @type {number} */ (n) - entries.length;
    if (this.#held) this.#held = 2;
    else if (to || before <= /** @type {number} */ (this.#journal.n)) this.#catchUp(report);
    else this.#ask();
  }

  /** @param {Position} position */
  async #catchUp(position) {
    if (this.#journal.catchUp(position, (event) => this.#tell('event', event))) {
      this.#tell('error', new SSEError('ERR_SSE_GAP', 'events were lost'));
    }
    this.#held = 1;
    await this.#listener.ready?.();
    const isBehind = this.#held > 1;
    this.#held = 0;
    if (isBehind) this.#ask();
  }

  /** @param {SSEState} state */
  #setState(state) {
    this.#state = state;
    if (this.#stream) this.#report();
    this.#tell('state', state);
    if (isEnd(state)) this.stop();
  }

  /** @param {News & Partial<Position>} [news] */
  #report(news) {
    this.#post({ term: this.#term, state: this.#state, ...news });
  }

  /** @param {Wish & Partial<Position>} [wish] */
  #ask(wish) {
    if (this.#isAsking && !wish) return;
    this.#isAsking = true;
    this.#post({ from: this.#me, ...wish });
  }

  /** @param {Partial<Report | Question>} message */
  #post(message) {
    const { n, cursor } = this.#journal;
    this.#channel?.postMessage({ n, cursor, entries: [], ...message });
  }
}
