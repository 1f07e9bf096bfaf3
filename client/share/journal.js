/**
 * @import { TextEvent } from '../stream.js'
 *
 * @typedef {{ n: number, event: TextEvent, from?: string }} Entry an event, its running number, and the cursor before it
 *
 * @typedef {object} Position where a tab stands, and what it has that another lacks
 * @property {number | undefined} n
 * @property {string} cursor
 * @property {Entry[]} entries
 * @property {boolean} [gap] it does not know where the other stands
 */

const MAX_EVENTS = 1000;
const MAX_CHARACTERS = 1024 * 1024;

/** Where a tab stands in the events that all tabs see, and the last of these, for a tab that lacks some. */
export class Journal {
  /** The number of the last event; undefined in a tab that has not met the others yet. @type {number | undefined} */
  n;
  cursor = '';
  /** @type {Entry[]} */
  #entries = [];
  #characters = 0;

  /** The newest is kept whatever its size. @param {Entry} entry */
  take(entry) {
    const entries = this.#entries;
    entries.push({ ...entry, from: this.cursor });
    this.n = entry.n;
    this.cursor = entry.event.lastEventId;
    this.#characters += entry.event.data.length;
    while (
      entries.length > MAX_EVENTS ||
      (this.#characters > MAX_CHARACTERS && entries.length > 1)
    ) {
      this.#characters -= /** @type {Entry} */ (entries.shift()).event.data.length;
    }
  }

  /**
   * What one lacks who stands at `n`; without a number, what a server with this history would replay.
   *
   * @param {{ n: number | undefined, cursor: string }} position
   */
  since({ n, cursor }) {
    const entries = this.#entries;
    const next = entries.find(({ from }) => from === cursor);
    const known = n ?? (cursor ? next && next.n - 1 : Infinity);
    return {
      entries: entries.filter((entry) => entry.n > (known ?? entry.n)),
      gap: known === undefined && cursor !== this.cursor,
    };
  }

  /**
   * Takes what is new in what another has.
   *
   * @param {Position} position
   * @param {(event: TextEvent) => void} deliver
   * @returns whether something between the two is lost
   */
  catchUp({ n, cursor, entries, gap = false }, deliver) {
    if (n === undefined) return false;
    let isLost = this.n === undefined && gap;
    this.n ??= (entries[0]?.n ?? n + 1) - 1;
    for (const entry of entries) {
      if (entry.n <= this.n) continue;
      isLost ||= entry.n > this.n + 1;
      this.take(entry);
      deliver(entry.event);
    }
    if (n >= this.n) {
      isLost ||= n > this.n;
      this.n = n;
      this.cursor = cursor;
    }
    return isLost;
  }
}
