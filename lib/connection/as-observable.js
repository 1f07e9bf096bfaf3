'use strict';

/** Wraps an async iterator in an Observable, for libraries that look for `Symbol.observable`. */

/**
 * @typedef {object} Observer
 * @property {(value: any) => void} [next]
 * @property {(error: unknown) => void} [error]
 * @property {() => void} [complete]
 */

/** @param {AsyncIterableIterator<any> & { return(): Promise<unknown> }} iterator */
function observableOf(iterator) {
  const observable = {
    /** @param {Observer} observer */
    subscribe(observer) {
      let isClosed = false;
      const close = () => {
        isClosed = true;
      };
      const unsubscribe = () => {
        close();
        iterator.return();
      };
      pass(iterator, observer, () => isClosed).finally(close);
      return {
        unsubscribe,
        get closed() {
          return isClosed;
        },
      };
    },
    '@@observable': () => observable,
  };
  return observable;
}

/**
 * @param {AsyncIterable<any>} iterator
 * @param {Observer} observer
 * @param {() => boolean} isClosed
 */
async function pass(iterator, observer, isClosed) {
  try {
    for await (const value of iterator) {
      if (isClosed()) return;
      observer.next?.(value);
    }
  } catch (error) {
    if (!isClosed()) observer.error?.(error);
    return;
  }
  if (!isClosed()) observer.complete?.();
}

module.exports = { observableOf };
