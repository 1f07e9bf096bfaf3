'use strict';

/** Reports this node's clients to other nodes: batches of changes, and the full state. */

/** @import { Change, Shared } from './messages.js' */

const { partsOf } = require('./parts.js');

/** The shortest time between two batches, in milliseconds. */
const PAUSE = 50;

/**
 * @typedef {object} OwnListener
 * @property {(before: Shared | undefined, after: Shared | undefined) => void} changed
 * @property {(seq: number, changes: Change[]) => void} say
 */

class Own {
  /** The number of the latest batch. */
  seq = 0;
  /** @type {Map<string, Shared>} */
  #told = new Map();
  /** @type {Set<string>} */
  #dirty = new Set();
  #describe;
  #listener;
  #isDue = false;
  #flushed = Number.NEGATIVE_INFINITY;

  /**
   * @param {(id: string) => Shared | undefined} describe
   * @param {OwnListener} listener
   */
  constructor(describe, listener) {
    this.#describe = describe;
    this.#listener = listener;
  }

  /** @param {string} id of a client that has changed */
  mark(id) {
    this.#dirty.add(id);
    if (this.#isDue) return;
    this.#isDue = true;
    const wait = this.#flushed + PAUSE - performance.now();
    if (wait <= 0) setImmediate(() => this.flush());
    else setTimeout(() => this.flush(), wait).unref();
  }

  /** Sends the pending changes. */
  flush() {
    this.#isDue = false;
    if (this.#dirty.size === 0) return;
    this.#flushed = performance.now();
    /** @type {Change[]} */
    const changes = [];
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const id of dirty) {
      const [before, after] = [this.#told.get(id), this.#describe(id)];
      if (!before && !after) continue;
      if (after) this.#told.set(id, after);
      else this.#told.delete(id);
      this.#listener.changed(before, after);
      changes.push(after ? { set: after } : { gone: id });
    }
    if (changes.length === 0) return;
    for (const part of partsOf(changes)) {
      this.seq += 1;
      this.#listener.say(this.seq, part);
    }
  }

  /** The state that was sent so far, in one or more parts. */
  state() {
    const parts = partsOf(this.#told.values());
    return parts.length === 0 ? [[]] : parts;
  }
}

module.exports = { Own };
