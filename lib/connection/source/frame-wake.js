'use strict';

/**
 * Wakes the core for frames of bodies. Waking it costs more than the rest, so while turns of the
 * event loop follow each other with frames in each, it is woken once for several of them.
 */

const { start } = require('../../core/hub.js');

/** How many turns frames may wait, and how long, in milliseconds. */
const MOST_TURNS = 8;
const LONGEST = 0.5;

let isScheduled = false;
/** Frames have come since the last look. */
let isFresh = false;
let turns = 0;
let since = 0;

function wakeForFrames() {
  isFresh = true;
  if (isScheduled) return;
  isScheduled = true;
  turns = 0;
  since = performance.now();
  setImmediate(look);
}

function look() {
  turns += 1;
  if (isFresh && turns < MOST_TURNS && performance.now() - since < LONGEST) {
    isFresh = false;
    setImmediate(look);
    return;
  }
  isScheduled = false;
  start().wake();
}

module.exports = { wakeForFrames };
