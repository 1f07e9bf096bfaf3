'use strict';

/** Another node, and this node's copy of its state. */

/** @import { Change, Part, Shared } from './messages.js' */

const MAX_CLIENTS = 1_000_000;

/** @typedef {(before: Shared | undefined, after: Shared | undefined) => void} Changed */

class Peer {
  /** @type {Map<string, Shared>} */
  clients = new Map();
  /** When its last message arrived, and when this node last asked for its state. */
  heard = performance.now();
  asked = Number.NEGATIVE_INFINITY;
  /** The number of its latest known change; undefined until its state has arrived. */
  #seq = /** @type {number | undefined} */ (undefined);
  /** @type {Shared[][]} */
  #parts = [];
  #changed;

  /**
   * @param {string} id
   * @param {Changed} changed
   */
  constructor(id, changed) {
    this.id = id;
    this.#changed = changed;
  }

  /** @param {number} seq the number of its latest change */
  isCurrent(seq) {
    return this.#seq !== undefined && this.#seq >= seq;
  }

  /**
   * Adds a part of its state. The state is applied once it is complete.
   * @param {number} seq
   * @param {Part} part
   */
  load(seq, { part, last, clients }) {
    if (part === 0) this.#parts = [];
    if (part !== this.#parts.length) return;
    this.#parts.push(clients);
    if (!last && part < MAX_CLIENTS) return;
    const all = new Map(this.#parts.flat().map((shared) => [shared.id, shared]));
    this.#parts = [];
    this.#seq = seq;
    for (const id of [...this.clients.keys()]) if (!all.has(id)) this.#put(id, undefined);
    for (const [id, shared] of all) this.#put(id, shared);
  }

  /**
   * Applies changes. Returns false if earlier changes are missing.
   * @param {number} seq
   * @param {Change[]} changes
   */
  apply(seq, changes) {
    if (this.isCurrent(seq)) return true;
    if (this.#seq !== seq - 1) return false;
    this.#seq = seq;
    for (const change of changes) {
      if ('set' in change) this.#put(change.set.id, change.set);
      else this.#put(change.gone, undefined);
    }
    return true;
  }

  forget() {
    for (const id of [...this.clients.keys()]) this.#put(id, undefined);
  }

  /**
   * @param {string} id
   * @param {Shared | undefined} after
   */
  #put(id, after) {
    const before = this.clients.get(id);
    if (!after) this.clients.delete(id);
    else if (before || this.clients.size < MAX_CLIENTS) this.clients.set(id, after);
    else return;
    this.#changed(before, after);
  }
}

module.exports = { Peer };
