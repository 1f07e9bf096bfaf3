'use strict';

/**
 * Keeps the process alive, with a timer, for connections that have no socket in Node: it was handed
 * over, or the request was injected.
 */

/** @type {Set<object>} */
const holders = new Set();
/** @type {NodeJS.Timeout | undefined} */
let timer;

/**
 * @param {object} holder keeps the process alive until it is released; a second call has no effect
 */
function holdProcess(holder) {
  holders.add(holder);
  timer ??= setInterval(() => {}, 2 ** 31 - 1);
}

/** @param {object} holder no effect if it does not hold the process */
function releaseProcess(holder) {
  if (!holders.delete(holder) || holders.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

module.exports = { holdProcess, releaseProcess };
