'use strict';

/** Writes of the `stream` transport. The core learns which are done, slow, or done late. */

/** @import { HubHandle, Write } from '../../binding.js' */

const { SlowWrites } = require('./slow-writes.js');

/** How many responses are written in one turn of the event loop; about two milliseconds. */
const SLICE = 128;

/**
 * The slices keep a broadcast to many connections from blocking the event loop. A connection has at
 * most one write under way, so the order of its bytes does not depend on that of the slices.
 */
class StreamWrites {
  #hub;
  #write;
  #slow;
  /** @type {Write[]} */
  #groups = [];
  /** The group that is being written, and the next connection in it. */
  #group = 0;
  #next = 0;
  #scheduled = false;
  /**
   * Connections that drained in this turn of the event loop.
   * @type {number[]}
   */
  #drained = [];

  /**
   * @param {() => Pick<HubHandle, 'blocked' | 'written'>} hub
   * @param {(id: number, bytes: Buffer) => boolean | undefined} write returns true when the
   *   response has room for more
   */
  constructor(hub, write) {
    this.#hub = hub;
    this.#write = write;
    this.#slow = new SlowWrites((ids) => hub().blocked(ids));
  }

  /** @param {Write[]} groups */
  push(groups) {
    for (const group of groups) this.#groups.push(group);
    if (!this.#scheduled) this.#run();
  }

  #run() {
    const ready = [];
    const waiting = [];
    for (let count = 0; count < SLICE && this.#group < this.#groups.length; count += 1) {
      const { connections, bytes } = this.#groups[this.#group];
      const id = connections[this.#next];
      if (this.#write(id, bytes)) ready.push(id);
      else waiting.push(id);
      this.#next += 1;
      if (this.#next === connections.length) {
        this.#group += 1;
        this.#next = 0;
      }
    }
    // Releases the bytes of finished groups.
    this.#groups.splice(0, this.#group);
    this.#group = 0;
    this.#scheduled = this.#groups.length > 0;
    if (this.#scheduled) setImmediate(() => this.#run());
    // Runs before any of them can emit `drain`.
    this.#slow.add(waiting);
    if (ready.length > 0) this.#hub().written(ready, false);
  }

  /** @param {number} id of a connection whose client has taken a write that had to wait */
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
