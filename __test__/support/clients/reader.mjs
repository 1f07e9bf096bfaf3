// The part of a client that reads a response and decodes it.
import { until } from '../until.mjs';

/** Collects a response: its head, its decoded text and how it ended. */
export class Reader {
  status;
  headers;
  text = '';
  /** Undefined while open, `'clean'` after a proper end, `'cut'` after anything else. */
  end;
  #source;
  #leave;
  #reset;
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor({ status, headers, source, leave, reset }) {
    this.status = status;
    this.headers = headers;
    this.#source = source;
    this.#leave = leave;
    this.#reset = reset;
  }

  /** Starts to read. If `reading` is false, reads nothing before `resume()`. */
  start(reading) {
    if (!reading) this.#source.pause();
    this.#source.on('data', (chunk) => {
      this.text += this.#decoder.decode(chunk, { stream: true });
    });
    return this;
  }

  ended(how) {
    this.end ??= how;
  }

  /** The first line of every event's data, in order. */
  get data() {
    return Array.from(this.text.matchAll(/^data: ?(.*)$/gm), (match) => match[1]);
  }

  get pings() {
    return Array.from(this.text.matchAll(/^: ?$/gm)).length;
  }

  pause() {
    this.#source.pause();
  }

  resume() {
    this.#source.resume();
  }

  /** Disconnects like a browser whose tab is closed. */
  leave() {
    this.#leave();
  }

  /** Resets the connection, if the protocol allows that. */
  reset() {
    this.#reset();
  }

  async has(text) {
    await until(
      () => this.text.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.text.slice(-300))} (${this.end})`,
    );
    return this.text;
  }

  async count(events) {
    await until(
      () => this.data.length >= events,
      () => `${events} events, but there are ${this.data.length} (${this.end})`,
    );
    return this.data;
  }

  async over() {
    await until(() => this.end, 'the end of the response');
    return this.end;
  }
}
