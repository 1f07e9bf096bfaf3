'use strict';

/** What the core was asked for, and answers with a notice. */

/** The core's numbers have 32 bits. */
const NUMBERS = 2 ** 32;

let latest = 0;
/** @type {Map<number, (answer: any) => void>} */
const waiting = new Map();

/**
 * Returns the number of a new request.
 * @param {(answer: any) => void} callback called with the answer
 */
function ask(callback) {
  do latest = (latest + 1) % NUMBERS;
  while (waiting.has(latest));
  waiting.set(latest, callback);
  return latest;
}

/**
 * @param {number} request
 * @param {unknown} [answer]
 */
function answer(request, answer) {
  const callback = waiting.get(request);
  waiting.delete(request);
  callback?.(answer);
}

/**
 * There will be no answer.
 * @param {number} request
 */
function forget(request) {
  waiting.delete(request);
}

module.exports = { answer, ask, forget };
