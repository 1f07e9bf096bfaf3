// Computes the events that clients must receive from the order of all publications.

const { POSITIVE_INFINITY: NEVER } = Number;

/** All publications of a server. The number of a publication is its index in the order. */
export class Publications {
  #all = [];
  #sizes;

  /** @param sizes the size of the history of each channel, in events */
  constructor(sizes) {
    this.#sizes = sizes;
  }

  get length() {
    return this.#all.length;
  }

  add(channel, id) {
    return this.#all.push({ channel, id }) - 1;
  }

  /** The numbers of the matching publications. */
  where(fits) {
    return [...this.#all.keys()].filter((number) => fits(this.#all[number], number));
  }

  /** The number of the first publication from which the history of a channel is complete. */
  floor(channel) {
    const dropped = this.where((it) => it.channel === channel).at(-1 - this.#sizes[channel]);
    return dropped === undefined ? 0 : dropped + 1;
  }

  /** The number after the latest event with a custom id, if the channel still knows it. */
  find(channel, id) {
    const latest = this.where((it) => it.channel === channel && it.id === id).at(-1);
    return latest + 1 >= this.floor(channel) ? latest + 1 : NEVER;
  }
}

/** One visit of a client, from its joins to its last event. */
export class Visit {
  #joins = new Map();
  #publications;
  #cursor;
  /** The channels with a gap, in the order of the joins. */
  gaps = [];
  /** The number of channels without a gap. */
  replays = 0;

  /** @param cursor an id, the number after its event, and whether the id is custom */
  constructor(publications, cursor) {
    this.#publications = publications;
    this.#cursor = cursor;
  }

  join(channel) {
    const { length: now } = this.#publications;
    const cursor = this.#cursor;
    const known = cursor?.custom ? this.#publications.find(channel, cursor.id) : cursor?.next;
    // The history may drop more before the client resumes, but the join keeps its events.
    const floor = this.#publications.floor(channel);
    this.#joins.set(channel, { now, known, floor, from: cursor ? NEVER : now, until: NEVER });
  }

  leave(channel) {
    const join = this.#joins.get(channel);
    if (join) join.until = Math.min(join.until, this.#publications.length);
  }

  leaveAll() {
    for (const channel of this.#joins.keys()) this.leave(channel);
  }

  /** Ends the gathering. The earliest place that the cursor stands for applies to all channels. */
  resume() {
    if (!this.#cursor) return;
    const place = Math.min(...[...this.#joins.values()].map(({ known }) => known));
    for (const [channel, join] of this.#joins) {
      const isGap = place === NEVER || place < join.floor;
      // A repeated custom id may stand for a place after the join, when events are already live.
      join.from = isGap ? join.now : Math.min(place, join.now);
      if (isGap) this.gaps.push(channel);
      else this.replays += 1;
    }
  }

  /** The numbers of the events that the client must have received by now, in order. */
  expected() {
    return this.#publications.where(({ channel }, number) => {
      const join = this.#joins.get(channel);
      return join && number >= join.from && number < join.until;
    });
  }
}
