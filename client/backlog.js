/** So many events may wait before nothing more is read. */
const ENOUGH = 64;

/** @type {(value?: any) => void} */
const nothing = () => {};

/**
 * The events that wait for a loop over them. Events come in bursts, as many as the bytes that were
 * read have: so more can wait than
 * `ENOUGH`, but not for long.
 *
 * @template {object} Event
 */
export class Backlog {
  /** @type {Event[]} */
  #events = [];
  #ended = false;
  /** @type {Error | undefined} */
  #error;
  /** The loop waits for the next event. */
  #wake = nothing;
  /** Whoever reads waits for the loop. @type {((value?: any) => void)[]} */
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

  /** Resolves when there is room for more. */
  async drained() {
    if (this.#events.length < ENOUGH) return;
    await new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Nobody takes the events any more. */
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
