'use strict';

/** Runs the application's listeners: one that throws must not stop the others. */

/**
 * Reports an error as Node.js does when an event listener throws.
 * @param {unknown} error
 */
function report(error) {
  process.nextTick(() => {
    throw error;
  });
}

/**
 * Runs a listener, and reports an error that it throws.
 * @template Result
 * @param {() => Result} listener
 */
function guarded(listener) {
  try {
    return listener();
  } catch (error) {
    report(error);
  }
}

/**
 * Runs every step, then throws the first error. Later errors are reported.
 * @param {Iterable<() => void>} steps
 */
function runAll(steps) {
  /** @type {unknown[]} */
  const errors = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return;
  const [first, ...rest] = errors;
  rest.forEach(report);
  throw first;
}

module.exports = { guarded, report, runAll };
