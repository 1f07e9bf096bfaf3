'use strict';

/**
 * Wakes the core for what it was told quietly: connections that open, cursors, and frames of
 * bodies. Waking it costs more than the rest, so while turns of the event loop follow each other
 * with something in each, it is woken once for several of them.
 */

const { start } = require('../core/hub.js');

/** How many turns something may wait, and how long, in milliseconds. */
const MOST_TURNS = 8;
const LONGEST = 0.5;

let isScheduled = false;
/** Something has come since the last look. */
let isFresh = false;
let turns = 0;
let since = 0;
/** @type {(() => void)[]} */
const steps = [];

/**
 * @param {() => void} step runs at the end of each turn in which something has come
 */
function atTurnEnd(step) {
  steps.push(step);
}

function wakeSoon() {
  isFresh = true;
  if (isScheduled) return;
  isScheduled = true;
  turns = 0;
  since = performance.now();
  setImmediate(look);
}

function look() {
  for (const step of steps) step();
  turns += 1;
  if (isFresh && turns < MOST_TURNS && performance.now() - since < LONGEST) {
    isFresh = false;
    setImmediate(look);
    return;
  }
  isScheduled = false;
  start().wake();
}

module.exports = { atTurnEnd, wakeSoon };
