/**
 * @import { TextEvent } from '../stream.js'
 * @import { Entry, Position, Supply } from './protocol.js'
 */

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 1024 * 1024;

/** The characters of an event; its id, if it has one, is the cursor too. @param {Entry} entry */
const sizeOf = ({ event: { data, event, lastEventId }, from = '' }) =>
  data.length + event.length + 2 * lastEventId.length + from.length;

/**
 * Where a tab stands in the events that all tabs see, and the last of these, for a tab that lacks
 * some. Numbers are compared within one line alone: tabs that never met have different lines.
 */
export class Journal {
  /** Undefined until the tab has met the others. @type {string | undefined} */
  line;
  /** The number of the last event. @type {number | undefined} */
  n;
  cursor = '';
  /** @type {Entry[]} */
  #entries = [];
  /**
   * The ids of events that other tabs have and this one lacks, by their numbers, for a leader that
   * gets them from the server.
   *
   * @type {Map<number, string | undefined>}
   */
  #ahead = new Map();
  /** Of the texts in the entries. */
  #characters = 0;

  /** @returns {Position} */
  get position() {
    const { line, n, cursor } = this;
    const newest = this.#entries.at(-1);
    return { line, n, cursor, last: newest?.n === n ? newest?.event.lastEventId : undefined };
  }

  /** Starts a line, unless the tab is in one. */
  begin() {
    this.line ??= crypto.randomUUID();
    this.n ??= 0;
  }

  /** The newest is kept whatever its size. @param {Entry} entry */
  take({ n, event }) {
    const entries = this.#entries;
    const entry = { n, event, from: this.cursor };
    entries.push(entry);
    this.n = n;
    this.cursor = event.lastEventId;
    this.#characters += sizeOf(entry);
    while (
      entries.length > MAX_EVENTS ||
      (this.#characters > MAX_CHARACTERS && entries.length > 1)
    ) {
      this.#characters -= sizeOf(/** @type {Entry} */ (entries.shift()));
    }
  }

  /**
   * What a tab lacks that stands there. A position without a number gets what a server with this
   * history would replay.
   *
   * @param {Position} position
   */
  since({ line, n, last, cursor }) {
    const own = this.#entries.find((entry) => entry.n === n);
    // A server that could not replay everything has led to other numbers.
    const isOther = last && own && own.event.lastEventId !== last;
    const isKnown = line && line === this.line && !isOther;
    const next = cursor && this.#entries.find(({ from }) => from === cursor);
    const found = next ? next.n - 1 : cursor && cursor === this.cursor ? this.n : undefined;
    const known = isKnown ? n : found;
    if (isKnown) this.#expect(/** @type {number} */ (n), cursor);
    const at = /** @type {number} */ (known ?? this.n);
    return {
      entries: this.#entries.filter((entry) => entry.n > at),
      at: isKnown ? undefined : at,
      gap: known === undefined && !!(cursor || line),
    };
  }

  /**
   * Takes what is new in what another tab has, until `deliver` returns false.
   *
   * @param {Position & Supply} news
   * @param {(event: TextEvent) => boolean} deliver
   * @param {boolean} [canReplay] the server is about to replay what follows the cursor, if there is
   *   one, so nothing is taken beyond a hole
   * @returns whether something between the two is lost
   */
  catchUp({ line, n = 0, cursor, entries, at, gap = false }, deliver, canReplay) {
    if (at !== undefined) {
      if (gap) this.#entries.length = this.#characters = 0;
      // The same place, by the numbers of another line.
      for (const entry of this.#entries) entry.n += at - /** @type {number} */ (this.n);
      this.#ahead.clear();
      this.line = line;
      this.n = at;
    }
    if (line !== this.line || this.n === undefined) return false;
    let isLost = gap;
    for (const entry of entries) {
      const hole = entry.n - this.n - 1;
      if (hole > 0 && canReplay && this.cursor) this.#ahead.set(entry.n, entry.event.id);
      else if (hole >= 0) {
        isLost ||= hole > 0;
        this.take(entry);
        if (!deliver(entry.event)) return isLost;
      }
    }
    if (n > this.n && canReplay && this.cursor) this.#expect(n, cursor);
    else if (n >= this.n) {
      isLost ||= n > this.n;
      this.n = n;
      this.cursor = cursor;
    }
    return isLost;
  }

  /**
   * Another tab has event `n`, and maybe nothing but its place.
   *
   * @param {number} n
   * @param {string} cursor
   */
  #expect(n, cursor) {
    const isNew = n > /** @type {number} */ (this.n) && !this.#ahead.has(n);
    if (isNew) this.#ahead.set(n, cursor);
  }

  /**
   * The number of the next event. One that other tabs have already keeps its number, so these tabs
   * know it again.
   *
   * @param {TextEvent} event
   */
  numberOf(event) {
    const next = /** @type {number} */ (this.n) + 1;
    let first = Infinity;
    let last = 0;
    let same = 0;
    for (const [n, id] of this.#ahead) {
      if (n < next) this.#ahead.delete(n);
      else {
        first = Math.min(first, n);
        last = Math.max(last, n);
        // An event without an id is known by its place.
        if (id === event.id && (id || n === next)) same = Math.max(same, n);
      }
    }
    if (same || next < first) return same || next;
    // The server has something else than what these tabs have: all get it, and hear of a gap.
    this.#ahead.clear();
    return last + 2;
  }
}
