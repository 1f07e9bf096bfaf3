'use strict';

/** Does the writes of the core for the `stream` transport, in slices. */

/** @import { Write } from '../../binding.js' */

/** How many responses are written in one turn of the event loop; about two milliseconds. */
const SLICE = 128;

/**
 * The slices keep a broadcast to many connections from blocking the event loop. A connection has at
 * most one write under way, so the order of its bytes does not depend on that of the slices.
 */
class Writes {
  /** @type {Write[]} */
  #groups = [];
  /** The group that is being written, and the next connection in it. */
  #group = 0;
  #next = 0;
  #scheduled = false;
  #write;
  #written;
  #waiting;

  /**
   * @param {(id: number, bytes: Buffer) => boolean | undefined} write true when there is room for
   *   more
   * @param {(ids: number[]) => void} written is told which are
   * @param {(ids: number[]) => void} waiting is told which are not
   */
  constructor(write, written, waiting) {
    this.#write = write;
    this.#written = written;
    this.#waiting = waiting;
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
    // The responses have these bytes now.
    this.#groups.splice(0, this.#group);
    this.#group = 0;
    this.#scheduled = this.#groups.length > 0;
    if (this.#scheduled) setImmediate(() => this.#run());
    // Before a `drain` of any of them can come.
    this.#waiting(waiting);
    if (ready.length > 0) this.#written(ready);
  }
}

module.exports = { Writes };
