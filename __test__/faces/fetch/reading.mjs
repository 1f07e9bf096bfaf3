import { until } from '../../support/until.mjs';

/**
 * Reads the body of a response like a consumer in the same process. While it is paused, chunks
 * stay in the body.
 */
export class Reading {
  text = '';
  /** `'done'` after an orderly end, or the error of the body. */
  end;
  #reader;
  #decoder = new TextDecoder();
  #paused;

  constructor(response, { paused = false } = {}) {
    this.#reader = response.body.getReader();
    this.#paused = paused;
    if (!paused) this.#run();
  }

  async #run() {
    try {
      while (!this.#paused) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.text += this.#decoder.decode(value, { stream: true });
      }
      if (!this.#paused) this.end = 'done';
    } catch (error) {
      this.end = error;
    }
  }

  resume() {
    this.#paused = false;
    this.#run();
  }

  cancel() {
    return this.#reader.cancel();
  }

  /** The text after the first two frames. */
  get events() {
    return this.text.replace(/^retry: \d+\n\n: heartbeat \d+\n\n/, '');
  }

  async has(text) {
    await until(
      () => this.text.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.text.slice(-300))} (${this.end})`,
    );
    return this.text;
  }

  async over() {
    await until(() => this.end, 'the end of the body');
    return this.end;
  }
}
