'use strict';

/** Writes of the `stream` transport. Reports to the core which are done, slow, or done late. */

/** @import { HubHandle, Writes } from '../../binding.js' */

const { SlowWrites } = require('./slow-writes.js');

/** How many responses are written in one turn of the event loop; about two milliseconds. */
const SLICE = 128;
/**
 * The same, while new writes soon follow a report. The application gets more turns between slices,
 * so that more events share a write.
 */
const BUSY_SLICE = 32;
/** The longest time between a report and such writes, in milliseconds. */
const SOON = 5;

/**
 * Slices keep a broadcast to many connections from blocking the event loop. A connection has at
 * most one write in flight, so slices do not change the order of its bytes.
 */
class StreamWrites {
  #hub;
  #write;
  #slow;
  /** @type {Writes[]} */
  #batches = [];
  /** How many connections of the first batch, and of its first group, are done. */
  #position = 0;
  #done = 0;
  /**
   * Connections of the first batch that wait for their clients.
   * @type {Set<number>}
   */
  #waiting = new Set();
  #slice = SLICE;
  /** When the last batch was reported. */
  #reportedAt = 0;
  #scheduled = false;
  /**
   * Connections that drained in this turn of the event loop.
   * @type {number[]}
   */
  #drained = [];

  /**
   * @param {() => Pick<HubHandle, 'blocked' | 'written'>} hub
   * @param {(id: number, bytes: Buffer) => boolean | undefined} write returns false when the
   *   response has no room for more, and undefined when it is gone
   */
  constructor(hub, write) {
    this.#hub = hub;
    this.#write = write;
    this.#slow = new SlowWrites((ids) => hub().blocked(ids));
  }

  /** @param {Writes} batch */
  push(batch) {
    this.#batches.push(batch);
    if (this.#scheduled) return;
    const isBusy = performance.now() - this.#reportedAt < SOON;
    this.#slice = isBusy ? BUSY_SLICE : SLICE;
    this.#run();
  }

  #run() {
    let room = this.#slice;
    while (room > 0 && this.#batches.length > 0) room -= this.#advance(this.#batches[0], room);
    this.#scheduled = this.#batches.length > 0;
    if (this.#scheduled) setImmediate(() => this.#run());
  }

  /**
   * Writes the first group of the first batch to at most `room` connections. Returns how many were
   * written.
   * @param {Writes} batch
   * @param {number} room
   */
  #advance({ connections, groups }, room) {
    const { count, bytes } = groups[0];
    const start = this.#position;
    const length = Math.min(room, count - this.#done);
    const waiting = [];
    for (let index = start; index < start + length; index += 1) {
      const id = connections[index];
      if (this.#write(id, bytes) === false) waiting.push(id);
    }
    this.#position += length;
    this.#done += length;
    // Runs before any of them can emit `drain`.
    this.#slow.add(waiting);
    for (const id of waiting) this.#waiting.add(id);
    if (this.#done === count) {
      this.#done = 0;
      // Releases the bytes of the group.
      groups.shift();
    }
    if (groups.length === 0) this.#finish(connections);
    return length;
  }

  /**
   * Reports a batch as a whole: waking a shard costs more than the rest.
   * @param {Float64Array} connections
   */
  #finish(connections) {
    const waiting = this.#waiting;
    const ready = waiting.size > 0 ? connections.filter((id) => !waiting.has(id)) : connections;
    this.#batches.shift();
    this.#position = 0;
    waiting.clear();
    if (ready.length > 0) this.#hub().written(ready, false);
    this.#reportedAt = performance.now();
  }

  /** @param {number} id of a connection whose client has received a write that had to wait */
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
    this.#hub().written(Float64Array.from(this.#drained), true);
    this.#drained = [];
  }
}

module.exports = { StreamWrites };
