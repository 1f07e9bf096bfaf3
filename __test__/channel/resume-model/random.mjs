/** A small seeded generator (mulberry32): the same seed gives the same history. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed | 0;
  }

  #next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  }

  below(end) {
    return this.#next() % end;
  }

  oneIn(count) {
    return this.below(count) === 0;
  }

  /** A separate generator: draws that depend on the network must not affect other draws. */
  fork() {
    return new Random(this.#next());
  }

  /** At least one of the items, in random order. */
  someOf(items) {
    const left = [...items];
    const count = 1 + this.below(left.length);
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0]);
  }
}
