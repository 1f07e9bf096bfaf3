// Counts the events that a client receives, misses and receives twice, and the gaps that are
// reported to it.

export class Tally {
  node = '';
  events = 0;
  missed = 0;
  twice = 0;
  gaps = 0;
  moves = -1;
  /** The latest event number of each run of each process. */
  #latest = new Map();

  constructor(client) {
    client.on('served', ({ data }) => {
      this.node = data.node;
      this.moves += 1;
    });
    client.on('gap', () => {
      this.gaps += 1;
    });
    client.on('tick', ({ data }) => this.#count(data));
    client.onStateChange((state) => {
      if (state !== 'connected') this.node = '';
    });
  }

  #count({ from, number }) {
    const latest = this.#latest.get(from);
    this.events += 1;
    if (latest !== undefined && number <= latest) this.twice += 1;
    if (latest !== undefined && number > latest + 1) this.missed += number - latest - 1;
    this.#latest.set(from, Math.max(number, latest ?? 0));
  }

  get figures() {
    const { node, events, missed, twice, gaps, moves } = this;
    return { node, events, missed, twice, gaps, moves: Math.max(0, moves) };
  }
}
