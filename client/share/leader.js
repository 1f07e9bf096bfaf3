import { SSEError } from '../connection/error.js';
import { EventStream } from '../connection/event-stream.js';
import { isEnd } from '../connection/state.js';

/**
 * @import { Question } from './protocol.js'
 * @import { SharedStream } from './shared-stream.js'
 * @import { SSEState } from '../index.js'
 * @import { Listener, TextEvent } from '../connection/event-stream.js'
 */

/** The tab that holds the connection. It numbers events and sends them to the other tabs. */
export class Leader {
  #tab;
  #stream;
  /** Why the stream is about to give up. @type {SSEError | undefined} */
  #fatal;

  /** @param {SharedStream} tab */
  constructor(tab) {
    this.#tab = tab;
    /** @type {Listener} */
    const listener = {
      ...tab.listener,
      state: (state, isFinal) => this.#changeState(state, isFinal),
      event: (event) => this.#relay(event),
      cursor: () => tab.post(),
      error: (error) => {
        const plain = /** @type {SSEError} */ ({ ...error, message: error.message });
        // A handler of this tab may prevent the end, so other tabs get a fatal error only with the
        // end.
        if (error.fatal) this.#fatal = plain;
        else tab.post({ error: plain });
        tab.tell('error', error);
      },
    };
    this.#stream = new EventStream(tab.options, listener, tab.journal);
  }

  enter() {
    this.#stream.start();
  }

  leave() {
    this.#stream.stop();
  }

  reconnect() {
    this.#stream.reconnect();
  }

  /** Another tab leads: it took the lock, and this tab has not been notified yet. */
  hear() {
    this.#tab.rejoin();
  }

  /** @param {Question} question */
  answer(question) {
    this.#tab.post({ to: question.from, ...this.#tab.journal.since(question) });
    if (question.reconnect) this.#stream.reconnect();
  }

  /** @param {TextEvent} event */
  #relay(event) {
    const tab = this.#tab;
    const n = tab.journal.numberOf(event);
    const news = { ...tab.journal.position, n, cursor: event.lastEventId, entries: [{ n, event }] };
    tab.post(news);
    tab.catchUp(news);
  }

  /**
   * @param {SSEState} state
   * @param {unknown} [isFinal]
   */
  #changeState(state, isFinal) {
    const tab = this.#tab;
    const error = isEnd(state) ? this.#fatal : undefined;
    this.#fatal = undefined;
    tab.post({ state, error, isFinal });
    tab.setState(state);
  }
}
