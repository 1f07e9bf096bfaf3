/** The response to a try: its status line and the part of its body that was read. */
export class Answer {
  attempt;
  text;
  #chunks;

  constructor(attempt, { status, body }) {
    this.attempt = attempt;
    this.text = `HTTP ${status}\n`;
    this.#chunks = body?.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The ids of the received events and primers, in order. */
  get ids() {
    return Array.from(this.text.matchAll(/^id: (.*)\n/gm), ([, id]) => id);
  }

  /** Reads on until the condition holds, the body ends, or the deadline passes. */
  async until(condition) {
    try {
      while (!condition()) {
        const { done, value } = (await this.#chunks?.read()) ?? { done: true };
        if (done) return;
        this.text += value;
      }
    } catch (error) {
      if (error.name !== 'TimeoutError') throw error;
    }
  }
}
