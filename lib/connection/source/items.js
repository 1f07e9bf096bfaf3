'use strict';

/** @import { ServerSentEvent } from '../../../index.js' */

const { types } = require('node:util');
const { typeError } = require('../../core/error.js');

const FIELDS = ['id', 'event', 'data', 'retry', 'comment'];

/** @type {(item: unknown) => item is ServerSentEvent} */
function isEvent(item) {
  if (typeof item !== 'object' || item === null) return false;
  const keys = Object.keys(item);
  return keys.length > 0 && keys.every((key) => FIELDS.includes(key));
}

/** Makes events of what a source yields. */
class Items {
  #name;
  /** @type {TextDecoder | undefined} */
  #decoder;

  /** @param {string | undefined} name of the events that are made of data */
  constructor(name) {
    this.#name = name;
  }

  /**
   * Undefined when the bytes do not make up a character yet.
   * @param {unknown} item
   * @returns {ServerSentEvent | undefined}
   */
  event(item) {
    if (types.isUint8Array(item) || types.isAnyArrayBuffer(item)) {
      this.#decoder ??= new TextDecoder();
      return this.#text(this.#decoder.decode(item, { stream: true }));
    }
    if (isEvent(item)) return item;
    if (item === undefined) {
      throw typeError('ERR_SSE_DATA', 'a source must yield events, strings or JSON values');
    }
    return { event: this.#name, data: item };
  }

  /** What is left of a character that never came to its end. */
  rest() {
    return this.#text(this.#decoder?.decode());
  }

  /** @param {string | undefined} text */
  #text(text) {
    return text ? { event: this.#name, data: text } : undefined;
  }
}

module.exports = { Items };
