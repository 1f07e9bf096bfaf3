'use strict';

/** Finds the Observable in a source, and sends the items it emits. */

/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { Items } from './items.js' */
/** @import { Target } from './outlet.js' */

const { hasMethods } = require('../../core/option.js');

/** The method that libraries use where `Symbol.observable` is undefined. */
const NAME = '@@observable';

/**
 * Returns the Observable that a value is or provides, or undefined.
 * @param {any} value
 */
function observableIn(value) {
  const { observable = NAME } = /** @type {{ observable?: symbol }} */ (Symbol);
  const name = [observable, NAME].find((each) => hasMethods(value, each));
  const found = name === undefined ? value : value[name]();
  return hasMethods(found, 'subscribe') ? found : undefined;
}

/**
 * Sends the items of an Observable immediately: it has no back-pressure, so the connection's queue
 * bounds them.
 */
class Push {
  #connection;
  #observable;
  #items;
  #isOver = false;
  /** @type {any} */
  #subscription;
  /** @type {(complete: boolean) => void} */
  #resolve = () => {};
  /** @type {(error: unknown) => void} */
  #reject = () => {};
  /** How many events were sent. */
  events = 0;

  /**
   * @param {Target} connection
   * @param {any} observable
   * @param {Items} items
   */
  constructor(connection, observable, items) {
    this.#connection = connection;
    this.#observable = observable;
    this.#items = items;
  }

  wake() {}

  halt = () => this.#finish(() => this.#resolve(false));

  /** Resolves with true when the Observable has completed, and with false when it was stopped. */
  run() {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#subscription = this.#observable.subscribe({
        next: (/** @type {unknown} */ item) => this.#take(() => this.#items.event(item)),
        error: (/** @type {unknown} */ error) => this.#finish(() => reject(error)),
        complete: () => {
          this.#take(() => this.#items.rest());
          this.#finish(() => resolve(true));
        },
      });
      // It ended before `subscribe()` returned.
      if (this.#isOver) this.stop();
    });
  }

  /** Unsubscribes. Errors are ignored. */
  async stop() {
    this.#isOver = true;
    const subscription = this.#subscription;
    this.#subscription = undefined;
    try {
      if (typeof subscription === 'function') subscription();
      else subscription?.unsubscribe?.();
    } catch {}
  }

  /** @param {() => ServerSentEvent | undefined} convert */
  #take(convert) {
    if (this.#isOver) return;
    try {
      const event = convert();
      if (!event) return;
      this.#connection.send(event);
      this.events += 1;
    } catch (error) {
      const hasEnded = /** @type {any} */ (error).code === 'ERR_SSE_CLOSED';
      this.#finish(() => (hasEnded ? this.#resolve(false) : this.#reject(error)));
    }
  }

  /** @param {() => void} settle */
  #finish(settle) {
    if (this.#isOver) return;
    this.stop();
    settle();
  }
}

module.exports = { Push, observableIn };
