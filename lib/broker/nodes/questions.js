'use strict';

/** Pending questions to other nodes. */

const { SluiceError } = require('../../core/error.js');

/** How long an answer may take, in milliseconds. */
const PATIENCE = 2_000;
const MAX_QUESTIONS = 10_000;

class Questions {
  #next = 0;
  /** @type {Map<number, { node: string, settle: (value?: unknown) => void }>} */
  #open = new Map();

  /**
   * Resolves with the answer, or rejects after the timeout.
   * @param {string} node
   * @param {(number: number) => void} say
   */
  async ask(node, say) {
    if (this.#open.size >= MAX_QUESTIONS) throw unanswered();
    this.#next += 1;
    const number = this.#next;
    /** @type {any} */
    const answer = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE).unref();
      const settle = (/** @type {unknown} */ value) => {
        clearTimeout(timer);
        resolve(value);
      };
      this.#open.set(number, { node, settle });
      try {
        say(number);
      } catch (error) {
        clearTimeout(timer);
        reject(error);
      }
    }).finally(() => this.#open.delete(number));
    if (answer === undefined) throw unanswered();
    return answer.value;
  }

  /**
   * @param {string} node
   * @param {number} number
   * @param {unknown} value
   */
  answered(node, number, value) {
    const question = this.#open.get(number);
    if (question?.node === node) question.settle({ value });
  }

  close() {
    for (const { settle } of this.#open.values()) settle();
  }
}

const unanswered = () =>
  new SluiceError(
    'ERR_SSE_BACKPLANE',
    'the process that has the client does not answer: try again later',
  );

module.exports = { Questions };
