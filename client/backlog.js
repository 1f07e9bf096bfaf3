/** Number of buffered events above which reading pauses. */
const ENOUGH = 64;

/** @type {(value?: any) => void} */
const nothing = () => {};

/**
 * Buffers events for one `for await` loop. One read may hold a burst of events, so the buffer may
 * exceed `ENOUGH` for a short time.
 *
 * @template {object} Event
 */
export class Backlog {
  /** @type {Event[]} */
  #events = [];
  #ended = false;
  /** @type {Error | undefined} */
  #error;
  /** Wakes the loop if it waits for an event. */
  #wake = nothing;
  /** Resume readers that wait for the loop to catch up. @type {((value?: any) => void)[]} */
  #readers = [];

  /** @param {Event} event */
  push(event) {
    this.#events.push(event);
    this.#wake();
  }

  /** @param {Error} [error] what the loop throws after the last event */
  end(error) {
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** Resolves when the buffer has room for more events. */
  async drained() {
    if (this.#events.length < ENOUGH) return;
    await new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Called when the loop takes no more events. */
  close() {
    this.#events.length = 0;
    this.#drain();
  }

  #drain() {
    for (const resume of this.#readers.splice(0)) resume();
  }

  /** @returns {AsyncGenerator<Event, void, undefined>} */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      for (let event = this.#events.shift(); event; event = this.#events.shift()) yield event;
      this.#drain();
      if (this.#error) throw this.#error;
      if (this.#ended) return;
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
