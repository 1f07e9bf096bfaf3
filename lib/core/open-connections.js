'use strict';

/**
 * The open connections, by the core's id. A lean one is kept only as long as something else refers
 * to it. It is made again from the core's record when it is needed.
 */

/** @import { ConnectionListener } from './notices.js' */

class OpenConnections {
  /** @type {Map<number, ConnectionListener>} */
  #held = new Map();
  /**
   * Those that may be forgotten.
   * @type {Map<number, WeakRef<ConnectionListener>>}
   */
  #lean = new Map();
  /** @type {FinalizationRegistry<number> | undefined} */
  #forgotten;
  /** @type {((id: number) => ConnectionListener | undefined) | undefined} */
  #make;
  /** @type {() => number[]} */
  #ids = () => [];

  /**
   * @param {number} id
   * @param {ConnectionListener} connection
   */
  set(id, connection) {
    this.#held.set(id, connection);
    this.#lean.delete(id);
  }

  /** @param {number} id */
  get(id) {
    return this.#held.get(id) ?? this.#lean.get(id)?.deref() ?? this.#make?.(id);
  }

  /** @param {number} id */
  delete(id) {
    this.#held.delete(id);
    this.#lean.delete(id);
  }

  /**
   * The connection may be forgotten from now on.
   * @param {number} id
   * @param {ConnectionListener} connection
   */
  release(id, connection) {
    this.#forgotten ??= new FinalizationRegistry((gone) => {
      // It may have been made again.
      if (!this.#lean.get(gone)?.deref()) this.#lean.delete(gone);
    });
    this.#held.delete(id);
    this.#lean.set(id, new WeakRef(connection));
    this.#forgotten.register(connection, id);
  }

  /**
   * How connections are made that were forgotten.
   * @param {(id: number) => ConnectionListener | undefined} make
   * @param {() => number[]} ids of all that can be made
   */
  remake(make, ids) {
    this.#make = make;
    this.#ids = ids;
  }

  get size() {
    return this.#held.size + this.#ids().filter((id) => !this.#held.has(id)).length;
  }

  /** @returns {Generator<[id: number, connection: ConnectionListener]>} */
  *[Symbol.iterator]() {
    for (const id of new Set([...this.#held.keys(), ...this.#ids()])) {
      const connection = this.get(id);
      if (connection) yield [id, connection];
    }
  }
}

module.exports = { OpenConnections };
