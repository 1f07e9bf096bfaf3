'use strict';

/**
 * The bytes of a stream, and where each append ends. Small appends share a buffer, so they cost
 * little more than their bytes. A fork shares the buffers of its source. Written bytes never
 * change.
 */

/** @import { Budget } from './budget.js' */

/**
 * A buffer, and the number of logs that share it.
 * @typedef {{ bytes: Buffer, owners: number }} Shared
 */
/**
 * The part of a buffer that belongs to a log, and the position of its first byte.
 * @typedef {{ shared: Shared, start: number, length: number }} Segment
 */

const SMALLEST = 512;
const LARGEST = 64 << 10;
/** The cost of an append in addition to its bytes, in bytes: the position of its end. */
const COST = 16;

class Log {
  #budget;
  /** @type {Segment[]} */
  #segments = [];
  /** @type {number[]} where each append ends */
  #ends = [];
  /** The index of the first append that is kept. */
  #first = 0;
  /** The position of the first append that is kept. */
  floor;
  tail;

  /**
   * @param {Budget} budget
   * @param {number} [start]
   */
  constructor(budget, start = 0) {
    this.#budget = budget;
    this.floor = start;
    this.tail = start;
  }

  /** The size of its contents, in bytes. */
  get size() {
    return this.tail - this.floor + (this.#ends.length - this.#first) * COST;
  }

  get isEmpty() {
    return this.#ends.length === this.#first;
  }

  /**
   * Whether an append begins or ends at a position.
   * @param {number} position
   */
  hasBoundary(position) {
    return position === this.floor || this.#ends[this.#indexOf(position)] === position;
  }

  /**
   * Appends bytes, or returns false if the budget has no room.
   * @param {Uint8Array} bytes
   */
  append(bytes) {
    if (!this.#budget.take(COST)) return false;
    if (!this.#write(bytes)) {
      this.#budget.give(COST);
      return false;
    }
    this.tail += bytes.length;
    this.#ends.push(this.tail);
    return true;
  }

  /**
   * Reads whole appends: at least one if available, and more up to `most` bytes.
   * @param {number} from where an append begins
   * @param {number} most
   */
  read(from, most) {
    const ends = this.#ends;
    let index = this.#indexOf(from + 1);
    let next = from;
    while (index < ends.length && (next === from || ends[index] - from <= most)) {
      next = ends[index];
      index += 1;
    }
    return { bytes: this.#slice(from, next), next };
  }

  /**
   * A log that begins with the same appends, up to a position. Returns undefined if the budget has
   * no room.
   * @param {number} position
   */
  fork(position) {
    const ends = this.#ends.slice(this.#first, this.#indexOf(position + 1));
    if (!this.#budget.take(ends.length * COST)) return undefined;
    const fork = new Log(this.#budget, this.floor);
    fork.#ends = ends;
    fork.tail = position;
    for (const { shared, start, length } of this.#segments) {
      if (start >= position) break;
      shared.owners += 1;
      fork.#segments.push({ shared, start, length: Math.min(length, position - start) });
    }
    return fork;
  }

  /** Forgets the oldest append. */
  dropFirst() {
    this.floor = this.#ends[this.#first];
    this.#first += 1;
    this.#budget.give(COST);
    const [oldest] = this.#segments;
    if (oldest.start + oldest.length <= this.floor) this.#release(this.#segments.splice(0, 1));
    // Compacts the array only now and then.
    if (this.#first < 1024 || this.#first * 2 < this.#ends.length) return;
    this.#ends.splice(0, this.#first);
    this.#first = 0;
  }

  dispose() {
    this.#release(this.#segments);
    this.#budget.give((this.#ends.length - this.#first) * COST);
    this.#segments = [];
    this.#ends = [];
    this.#first = 0;
    this.floor = this.tail;
  }

  /** @param {Uint8Array} bytes */
  #write(bytes) {
    const last = this.#segments.at(-1);
    const capacity = last?.shared.bytes.length ?? 0;
    // A buffer that is shared with another log is never written to.
    if (last?.shared.owners === 1 && last.length + bytes.length <= capacity) {
      last.shared.bytes.set(bytes, last.length);
      last.length += bytes.length;
      return true;
    }
    // Grows with the size of the log, so that little room is unused.
    const room = Math.max(bytes.length, SMALLEST, Math.min(this.tail - this.floor, LARGEST));
    if (!this.#budget.take(room)) return false;
    // Not from the pool of Node.js, which the buffer would keep in memory.
    const buffer = Buffer.allocUnsafeSlow(room);
    buffer.set(bytes);
    const shared = { bytes: buffer, owners: 1 };
    this.#segments.push({ shared, start: this.tail, length: bytes.length });
    return true;
  }

  /** @param {Segment[]} segments */
  #release(segments) {
    for (const { shared } of segments) {
      shared.owners -= 1;
      if (shared.owners === 0) this.#budget.give(shared.bytes.length);
    }
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #slice(from, to) {
    const parts = [];
    let index = this.#segments.findLastIndex(({ start }) => start <= from);
    for (let at = from; at < to; index += 1) {
      const { shared, start, length } = this.#segments[index];
      const end = Math.min(start + length, to);
      parts.push(shared.bytes.subarray(at - start, end - start));
      at = end;
    }
    return Buffer.concat(parts);
  }

  /**
   * The index of the first append that ends at or after a position.
   * @param {number} position
   */
  #indexOf(position) {
    let low = this.#first;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle] < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

module.exports = { Log };
