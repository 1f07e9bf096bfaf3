'use strict';

const { types } = require('node:util');
const { typeError } = require('../../core/error.js');

/**
 * How to ask a source for its next item, and how to tell it that nobody wants any more.
 * @typedef {{
 *   ask: () => { done?: boolean, value?: unknown } | PromiseLike<{ done?: boolean, value?: unknown }>,
 *   stop: () => unknown,
 * }} Hold
 */

/** @type {(source: any) => Hold} */
function holdOf(source) {
  // Before its iterator, whose return() would wait for a read that may never end.
  if (typeof source.getReader === 'function') {
    const reader = source.getReader();
    return { ask: () => reader.read(), stop: () => reader.cancel() };
  }
  const isAsync = typeof source[Symbol.asyncIterator] === 'function';
  const iterator = source[isAsync ? Symbol.asyncIterator : Symbol.iterator]();
  const isReadable = typeof source.pipe === 'function' && typeof source.destroy === 'function';
  return {
    ask: () => iterator.next(),
    stop: () => (isReadable ? source.destroy() : iterator.return?.()),
  };
}

/** @type {(value: any) => string} */
function describe(value) {
  if (value === null) return 'null';
  if (types.isPromise(value)) return 'a promise: await it first';
  if (typeof value === 'function') return 'a function: call it';
  if (types.isUint8Array(value)) return 'a Uint8Array: put it into an array';
  if (typeof value === 'string') return 'a string: put it into an array, or send() it';
  return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}

/** @param {any} value */
function assertSource(value) {
  const iterable =
    typeof value?.[Symbol.asyncIterator] === 'function' ||
    typeof value?.[Symbol.iterator] === 'function' ||
    typeof value?.getReader === 'function';
  // Both would be taken apart, into characters and numbers.
  if (!iterable || typeof value === 'string' || types.isUint8Array(value)) {
    throw typeError(
      'ERR_SSE_TYPE',
      `a source must be an iterable, an async iterable, a Readable or a ReadableStream, but it is ${describe(value)}`,
    );
  }
  if (typeof value.getReader === 'function' && value.locked) {
    throw typeError('ERR_SSE_TYPE', 'the ReadableStream is locked: something else reads it');
  }
}

/** What yields the items of a stream, whatever kind it is of. */
class Source {
  /** @type {Hold | undefined} */
  #hold;
  #value;
  /** It ended, failed or was stopped. */
  #over = false;

  /** @param {unknown} value */
  constructor(value) {
    assertSource(value);
    this.#value = value;
  }

  /** The next item. It is asked for one at a time. */
  async next() {
    let result;
    try {
      this.#hold ??= holdOf(this.#value);
      result = await this.#hold.ask();
      if (result.done) this.#over = true;
    } catch (error) {
      this.#over = true;
      throw error;
    }
    // An iterable may hold promises.
    return result.done ? { done: true } : { done: false, value: await result.value };
  }

  /** Tells it, once, that nobody wants any more. What it throws then is nobody's business any more either. */
  async stop() {
    if (this.#over) return;
    this.#over = true;
    try {
      this.#hold ??= holdOf(this.#value);
      await this.#hold.stop();
    } catch {}
  }
}

module.exports = { Source };
