'use strict';

/** Writes of the `stream` transport, and what the core learns of them: done, slow, or done late. */

/** @import { HubHandle, Write } from '../../binding.js' */

const { SlowWrites } = require('./slow-writes.js');
const { Writes } = require('./writes.js');

class StreamWrites {
  #hub;
  #writes;
  #slow;
  /**
   * Connections that drained in this turn of the event loop.
   * @type {number[]}
   */
  #drained = [];

  /**
   * @param {() => HubHandle} hub
   * @param {(id: number, bytes: Buffer) => boolean | undefined} write true when there is room for
   *   more
   */
  constructor(hub, write) {
    this.#hub = hub;
    this.#slow = new SlowWrites((ids) => hub().blocked(ids));
    this.#writes = new Writes(
      write,
      (ids) => hub().written(ids, false),
      (ids) => this.#slow.add(ids),
    );
  }

  /** @param {Write[]} groups */
  push(groups) {
    this.#writes.push(groups);
  }

  /** @param {number} id of a connection whose write had to wait for the client, and is done now */
  drained(id) {
    this.#slow.delete(id);
    this.#drained.push(id);
    // One call for all of them: waking a shard costs more than the rest.
    if (this.#drained.length === 1) setImmediate(() => this.#report());
  }

  /** @param {number} id of a connection that has closed */
  forget(id) {
    this.#slow.delete(id);
  }

  #report() {
    this.#hub().written(this.#drained, true);
    this.#drained = [];
  }
}

module.exports = { StreamWrites };
