'use strict';

/**
 * The open connections, by the core's id. A lean connection is held weakly, and recreated from the
 * core's record when it is needed.
 */

/** @import { ConnectionListener } from './notices.js' */

class OpenConnections {
  /** @type {Map<number, ConnectionListener>} */
  #held = new Map();
  /**
   * Connections that may be forgotten.
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
   * Allows the connection to be forgotten.
   * @param {number} id
   * @param {ConnectionListener} connection
   */
  release(id, connection) {
    this.#forgotten ??= new FinalizationRegistry((gone) => {
      // It may have been recreated.
      if (!this.#lean.get(gone)?.deref()) this.#lean.delete(gone);
    });
    this.#held.delete(id);
    this.#lean.set(id, new WeakRef(connection));
    this.#forgotten.register(connection, id);
  }

  /**
   * Sets how forgotten connections are recreated.
   * @param {(id: number) => ConnectionListener | undefined} make
   * @param {() => number[]} ids of all connections that can be recreated
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
