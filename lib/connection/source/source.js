'use strict';

/**
 * Reads a source of any kind, item by item: an iterable, an async iterable, a Readable or a
 * ReadableStream.
 */

const { types } = require('node:util');
const { typeError } = require('../../core/error.js');
const { hasMethods, kind } = require('../../core/option.js');

/**
 * `ask` gets the next item of a source, `stop` tells the source to release its resources.
 * @typedef {{ done?: boolean, value?: unknown }} Result
 * `isPlain`: `ask` returns a promise, whose item is never a promise itself.
 * @typedef {{
 *   ask: () => Result | PromiseLike<Result>, stop: () => unknown, isPlain?: boolean,
 * }} Hold
 */

/** Each kind of source has one of these methods. */
const SOURCES = [Symbol.asyncIterator, Symbol.iterator, 'getReader'];

/** @param {unknown} value */
const isPulled = (value) => SOURCES.some((method) => hasMethods(value, method));

/** @type {(source: any) => Hold} */
function holdOf(source) {
  // Preferred to its iterator, whose return() waits for a read that may never end.
  if (hasMethods(source, 'getReader')) {
    const reader = source.getReader();
    return { ask: () => reader.read(), stop: () => reader.cancel(), isPlain: true };
  }
  const isAsync = hasMethods(source, Symbol.asyncIterator);
  const iterator = source[isAsync ? Symbol.asyncIterator : Symbol.iterator]();
  const isReadable = hasMethods(source, 'pipe', 'destroy');
  return {
    ask: () => iterator.next(),
    stop: () => (isReadable ? source.destroy() : iterator.return?.()),
  };
}

/** @type {(value: any) => string} */
function describe(value) {
  if (types.isPromise(value)) return 'a promise: await it first';
  if (typeof value === 'function') return 'a function: call it';
  if (types.isUint8Array(value)) return 'a Uint8Array: put it into an array';
  if (typeof value === 'string') return 'a string: put it into an array, or send() it';
  return kind(value);
}

/** @param {any} value */
function assertSource(value) {
  // Strings and bytes are iterables too, of characters and of numbers.
  if (!isPulled(value) || typeof value === 'string' || types.isUint8Array(value)) {
    throw typeError(
      'ERR_SSE_TYPE',
      'a source must be an iterable, an async iterable, a Readable, a ReadableStream or an ' +
        `Observable, but it is ${describe(value)}`,
    );
  }
  if (hasMethods(value, 'getReader') && value.locked) {
    throw typeError('ERR_SSE_TYPE', 'the ReadableStream is locked: something else reads it');
  }
}

class Source {
  /** @type {Hold | undefined} */
  #hold;
  #value;
  /** Whether the source has ended, has failed or was stopped. */
  #isOver = false;

  /** @param {unknown} value */
  constructor(value) {
    assertSource(value);
    this.#value = value;
  }

  /** Resolves with the next item. Await each call before the next one. */
  async next() {
    let result;
    try {
      this.#hold ??= holdOf(this.#value);
      result = await this.#hold.ask();
      if (result.done) this.#isOver = true;
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    // An iterable may hold promises.
    return result.done ? { done: true } : { done: false, value: await result.value };
  }

  /**
   * Like `next()`, with as few promises as the source allows.
   * @returns {PromiseLike<Result>}
   */
  ask() {
    try {
      this.#hold ??= holdOf(this.#value);
    } catch (error) {
      this.#isOver = true;
      return Promise.reject(error);
    }
    const { isPlain, ask } = this.#hold;
    return isPlain ? /** @type {Promise<Result>} */ (ask()) : this.next();
  }

  /** Tells the source, once, to stop. Its errors are ignored from then on. */
  async stop() {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#hold ??= holdOf(this.#value);
      await this.#hold.stop();
    } catch {}
  }
}

module.exports = { Source, isPulled };
