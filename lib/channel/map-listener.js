'use strict';

/** A `Map` that forgets an entry when its value emits `close`. */

const { typeError } = require('../core/error.js');
const { hasMethods } = require('../core/option.js');

/**
 * @template Key
 * @template {import('node:events').EventEmitter} Value
 * @extends {Map<Key, Value>}
 */
class MapListener extends Map {
  /**
   * Functions that remove an entry's listener from its value, by key.
   * @type {Map<Key, () => void>}
   */
  #unlisten = new Map();

  /** @param {Iterable<readonly [Key, Value]> | null} [entries] */
  constructor(entries) {
    super();
    for (const [key, value] of entries ?? []) this.set(key, value);
  }

  /**
   * @param {Key} key
   * @param {Value} value
   */
  set(key, value) {
    if (!hasMethods(value, 'once', 'removeListener')) {
      throw typeError(
        'ERR_SSE_TYPE',
        'a value must be an EventEmitter, as its `close` event removes the entry',
      );
    }
    const forget = () => this.delete(key);
    value.once('close', forget);
    this.#release(key);
    this.#unlisten.set(key, () => value.removeListener('close', forget));
    return super.set(key, value);
  }

  /** @param {Key} key */
  delete(key) {
    this.#release(key);
    return super.delete(key);
  }

  clear() {
    for (const key of this.keys()) this.#release(key);
    super.clear();
  }

  /** @param {Key} key */
  #release(key) {
    this.#unlisten.get(key)?.();
    this.#unlisten.delete(key);
  }
}

module.exports = { MapListener };
