'use strict';

/** Requests to the core, which it answers with a notice. */

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
 * Discards a request that will not be answered.
 * @param {number} request
 */
function forget(request) {
  waiting.delete(request);
}

module.exports = { answer, ask, forget };
