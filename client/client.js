/** `SSEClient`: the public client of one stream. */

import { Backlog } from './backlog.js';
import { SSEError } from './connection/error.js';
import { EventStream } from './connection/event-stream.js';
import { STOP, watchPage } from './connection/page.js';
import { isEnd } from './connection/state.js';
import { Handlers } from './handlers.js';
import { resolveOptions } from './options.js';
import { Journal } from './share/journal.js';
import { SharedStream } from './share/shared-stream.js';

/**
 * @import { SSEConfig, SSEEvent, SSEState } from './index.js'
 * @import { TextEvent } from './connection/event-stream.js'
 */

/** The public client: event handlers, a state and a cursor. See index.d.ts. */
export class SSEClient {
  #options;
  /** @type {SSEState} */
  #state = 'disconnected';
  /** States not yet reported to the handlers. @type {SSEState[]} */
  #states = [];
  /** @type {EventStream | SharedStream | undefined} the source of events, until it ends */
  #stream;
  /** Holds the cursor and, with `share`, events that other tabs may lack after a reconnect. */
  #journal = new Journal();
  /**
   * Removes the listeners of the page and of the user's signal, while there is a stream.
   *
   * @type {AbortController | undefined}
   */
  #watch;
  /** @type {SSEError | undefined} why the client has given up */
  #error;

  /** @type {Map<string, Handlers<[SSEEvent]>>} */
  #handlers = new Map();
  /** @type {Handlers<[SSEError, number]>} */
  #errorHandlers = new Handlers();
  /** @type {Handlers<[SSEState]>} */
  #stateHandlers = new Handlers();
  /** @type {Set<Backlog<SSEEvent>>} of the active loops */
  #backlogs = new Set();

  /** @param {SSEConfig} config */
  constructor(config) {
    this.#options = resolveOptions(config);
    this.#journal.cursor = this.#options.lastEventId;
  }

  connect() {
    const { share, signal } = this.#options;
    if (signal?.aborted) return;
    if (this.#stream) {
      // The stream is about to give up, but a handler of its last error asked to reconnect.
      if (this.#error) this.#stream.reconnect();
      return;
    }
    const abort = () => this.disconnect();
    this.#watch = watchPage({ [STOP]: abort });
    signal?.addEventListener('abort', abort, this.#watch);
    this.#error = undefined;
    const Stream = share && SharedStream.isSupported() ? SharedStream : EventStream;
    const listener = {
      /** @type {(state: SSEState) => void} */
      state: (state) => this.#changeState(state),
      /** @type {(event: TextEvent) => void} */
      event: (event) => this.#dispatch(event),
      /** @type {(error: SSEError) => void} */
      error: (error) => this.#report(error),
      ready: () => Promise.all([...this.#backlogs].map((backlog) => backlog.drained())),
    };
    this.#stream = new Stream(this.#options, listener, this.#journal);
    this.#stream.start();
  }

  disconnect() {
    this.#stream?.stop();
    this.#changeState('disconnected');
  }

  reconnect() {
    if (this.#stream) this.#stream.reconnect();
    else this.connect();
  }

  /**
   * @param {string} event
   * @param {(event: SSEEvent<any, any>) => void} handler
   */
  on(event, handler) {
    const handlers = this.#handlers.get(event) ?? new Handlers();
    const remove = handlers.add(handler);
    this.#handlers.set(event, handlers);
    return () => {
      remove();
      if (handlers.isEmpty() && this.#handlers.get(event) === handlers)
        this.#handlers.delete(event);
    };
  }

  /** @param {(event: SSEEvent<any, 'message'>) => void} handler */
  onMessage(handler) {
    return this.on('message', handler);
  }

  /** @param {(error: SSEError, attempt: number) => void} handler */
  onError(handler) {
    return this.#errorHandlers.add(handler);
  }

  /** @param {(state: SSEState) => void} handler */
  onStateChange(handler) {
    return this.#stateHandlers.add(handler);
  }

  getState() {
    return this.#state;
  }

  isConnected() {
    return this.#state === 'connected';
  }

  getLastEventId() {
    return this.#journal.cursor;
  }

  [Symbol.asyncIterator]() {
    /** @type {Backlog<SSEEvent<any, any>>} */
    const backlog = new Backlog();
    const loop = this.#loop(backlog);
    const end = loop.return;
    // It would wait for the next event.
    loop.return = (value) => {
      backlog.end();
      return end.call(loop, value);
    };
    return loop;
  }

  /**
   * @param {Backlog<SSEEvent<any, any>>} backlog
   * @returns {AsyncGenerator<SSEEvent<any, any>, void, undefined>}
   */
  async *#loop(backlog) {
    this.#backlogs.add(backlog);
    const before = this.#stream;
    this.connect();
    const stream = this.#stream;
    if (stream === undefined) backlog.end();
    try {
      yield* backlog;
    } finally {
      this.#backlogs.delete(backlog);
      backlog.close();
      if (stream !== before && stream === this.#stream) this.disconnect();
    }
  }

  /** @param {TextEvent} event */
  #dispatch({ data: raw, ...rest }) {
    const name = rest.event;
    this.#journal.cursor = rest.lastEventId;
    if (name === 'sluice.reset') this.#report(new SSEError('ERR_SSE_GAP', 'events were lost'));
    let data;
    try {
      data = this.#options.parse(raw, name);
    } catch (cause) {
      return this.#report(new SSEError('ERR_SSE_PARSE', '`parse` failed', { cause }));
    }
    const event = { ...rest, data, raw };
    // A handler may end these loops. They still receive this event.
    const backlogs = [...this.#backlogs];
    this.#tell('event', this.#handlers.get(name), event);
    if (name !== '*') this.#handlers.get('*')?.call(event);
    for (const backlog of backlogs) backlog.push(event);
  }

  /** @param {SSEError} error */
  #report(error) {
    if (error.fatal) this.#error = error;
    this.#tell('error', this.#errorHandlers, error, error.attempt);
  }

  /** @param {SSEState} state */
  #changeState(state) {
    if (isEnd(state)) this.#release();
    else this.#error = undefined;
    if (state === this.#state) return;
    this.#state = state;
    // A handler may change the state again. All handlers see that change after this one.
    if (this.#states.push(state) > 1) return;
    for (const next of this.#states) this.#tell('state', this.#stateHandlers, next);
    this.#states = [];
  }

  /** Releases the stream, which has ended. */
  #release() {
    this.#stream = undefined;
    this.#watch?.abort();
    for (const backlog of this.#backlogs) backlog.end(this.#error);
    this.#backlogs.clear();
  }

  /**
   * @template {unknown[]} Values
   * @param {string} what
   * @param {Handlers<Values> | undefined} handlers
   * @param {Values} values
   */
  #tell(what, handlers, ...values) {
    if (this.#options.debug) console.debug('sluice', this.#options.url, what, ...values);
    handlers?.call(...values);
  }
}
