'use strict';

/**
 * Keeps the process alive. Node no longer knows of sockets that were handed over, and injected
 * requests have none, so a timer stands in while there are connections of these kinds.
 */

/** @type {Set<object>} */
const holders = new Set();
/** @type {NodeJS.Timeout | undefined} */
let timer;

/**
 * @param {object} holder keeps the process alive until it is released; a second call changes
 *   nothing
 */
function holdProcess(holder) {
  holders.add(holder);
  timer ??= setInterval(() => {}, 2 ** 31 - 1);
}

/** @param {object} holder may not hold the process */
function releaseProcess(holder) {
  if (!holders.delete(holder) || holders.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

module.exports = { holdProcess, releaseProcess };
