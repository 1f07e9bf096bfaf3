/**
 * @import { TextEvent } from '../connection/event-stream.js'
 * @import { Entry, Position, Supply } from './protocol.js'
 */

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 1024 * 1024;

/**
 * The size of an entry, in characters. `lastEventId` counts twice, because the event's own `id` is
 * usually the same text again.
 *
 * @param {Entry} entry
 */
const sizeOf = ({ event: { data, event, topic = '', lastEventId }, from = '' }) =>
  data.length + event.length + topic.length + 2 * lastEventId.length + from.length;

/**
 * A tab's position in the events that all tabs share, and the latest events, for tabs that missed
 * some. A line is one numbering of the events. Numbers are comparable only within a line: tabs that
 * never met have different lines.
 */
export class Journal {
  /** The id of the line. Undefined until the tab has met the others. @type {string | undefined} */
  line;
  /** The number of the last event. @type {number | undefined} */
  n;
  cursor = '';
  /** @type {Entry[]} */
  #entries = [];
  /**
   * The events that other tabs have and this one is missing: their ids by their numbers. A leader
   * gets these events from the server.
   *
   * @type {Map<number, string | undefined>}
   */
  #ahead = new Map();
  /** The total size of the entries, in characters. */
  #characters = 0;

  /** @returns {Position} */
  get position() {
    const { line, n, cursor } = this;
    const newest = this.#entries.at(-1);
    return { line, n, cursor, last: newest?.n === n ? newest?.event.lastEventId : undefined };
  }

  /** Starts a new line, unless the tab already has one. */
  begin() {
    this.line ??= crypto.randomUUID();
    this.n ??= 0;
  }

  /**
   * Adds an event and drops the oldest ones above the limits. The newest always stays.
   *
   * @param {Entry} entry
   */
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
   * Returns the events that a tab at this position is missing. If the tab is in another line, the
   * cursor decides, as in a server that replays its history.
   *
   * @param {Position} position
   */
  since({ line, n, last, cursor }) {
    const own = this.#entries.find((entry) => entry.n === n);
    // After an incomplete replay, the same number may belong to another event.
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
   * Takes the events that another tab has and this one is missing, until `deliver` returns false.
   *
   * @param {Position & Supply} news
   * @param {(event: TextEvent) => boolean} deliver
   * @param {boolean} [canReplay] true if the server is about to replay the events after the cursor.
   *   If there is a cursor, no event after a hole is then taken from the other tab
   * @returns whether events between the two positions are lost
   */
  catchUp({ line, n = 0, cursor, entries, at, gap = false }, deliver, canReplay) {
    if (at !== undefined) {
      if (gap) this.#entries.length = this.#characters = 0;
      // The position stays the same, but its numbers change to those of the other line.
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
   * Notes that another tab has event `n`. The tab may have no more than its number and id.
   *
   * @param {number} n
   * @param {string} cursor
   */
  #expect(n, cursor) {
    const isNew = n > /** @type {number} */ (this.n) && !this.#ahead.has(n);
    if (isNew) this.#ahead.set(n, cursor);
  }

  /**
   * Returns the number of the next event. An event that other tabs already have keeps its number,
   * so that these tabs recognize it.
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
        // An event without an id is recognized by its number.
        if (id === event.id && (id || n === next)) same = Math.max(same, n);
      }
    }
    if (same || next < first) return same || next;
    // The server sent an event that these tabs do not have. A number above theirs makes all tabs
    // take the event and report a gap.
    this.#ahead.clear();
    return last + 2;
  }
}
