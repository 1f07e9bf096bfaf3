'use strict';

// Listeners are the application's code. One that throws must not keep the rest from running.

/**
 * Reports an error the way Node.js reports one of an event listener that nothing catches.
 * @param {unknown} error
 */
function report(error) {
  process.nextTick(() => {
    throw error;
  });
}

/**
 * Runs a listener and reports what it throws.
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
 * Runs every step, then throws the first error. Later ones are reported.
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

module.exports = { guarded, runAll };
