'use strict';

/** Converts the items that a source yields to events. */

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

class Items {
  #name;
  /** @type {TextDecoder | undefined} */
  #decoder;

  /** @param {string | undefined} name of the events that are created from data */
  constructor(name) {
    this.#name = name;
  }

  /**
   * Returns undefined while the bytes are an incomplete character.
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

  /** Returns an event with the bytes of an incomplete character, if there are any. */
  rest() {
    return this.#text(this.#decoder?.decode());
  }

  /** @param {string | undefined} text */
  #text(text) {
    return text ? { event: this.#name, data: text } : undefined;
  }
}

module.exports = { Items };
