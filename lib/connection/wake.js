'use strict';

/**
 * Wakes the core after calls that do not wake it: connections that open, cursors, and frames of
 * bodies. Waking it costs more than the rest, so consecutive busy turns of the event loop share one
 * wake-up.
 */

const { start } = require('../core/hub.js');

/** The longest delay of a wake-up: in turns, and in milliseconds. */
const MOST_TURNS = 8;
const LONGEST = 0.5;

let isScheduled = false;
/** Whether `wakeSoon()` was called since the last look. */
let isFresh = false;
let turns = 0;
let since = 0;
/** @type {(() => void)[]} */
const steps = [];

/** @param {() => void} step runs at the end of each turn in which `wakeSoon()` was called */
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
