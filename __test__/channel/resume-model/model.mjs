// Computes from the order of all publications which events clients must receive.

const { POSITIVE_INFINITY: NEVER } = Number;

/** All publications of a server. The number of a publication is its place in the order. */
export class Publications {
  #all = [];
  #sizes;

  /** `sizes`: how many events the history of each channel keeps. */
  constructor(sizes) {
    this.#sizes = sizes;
  }

  get length() {
    return this.#all.length;
  }

  add(channel, id) {
    return this.#all.push({ channel, id }) - 1;
  }

  /** The numbers of the publications that fit. */
  where(fits) {
    return [...this.#all.keys()].filter((number) => fits(this.#all[number], number));
  }

  /** The number from which on the history of a channel has everything. */
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
  /** The channels that cannot give everything, in the order of the joins. */
  gaps = [];
  /** How many channels give everything that the client has missed. */
  replays = 0;

  /** `cursor`: an id, the number after its event, and whether the id is a custom one. */
  constructor(publications, cursor) {
    this.#publications = publications;
    this.#cursor = cursor;
  }

  join(channel) {
    const { length: now } = this.#publications;
    const cursor = this.#cursor;
    const known = cursor?.custom ? this.#publications.find(channel, cursor.id) : cursor?.next;
    // A history may drop more before the client resumes, but a join has its share already.
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

  /** Ends the gathering: the earliest place that the cursor stands for counts in all channels. */
  resume() {
    if (!this.#cursor) return;
    const place = Math.min(...[...this.#joins.values()].map(({ known }) => known));
    for (const [channel, join] of this.#joins) {
      const isGap = place === NEVER || place < join.floor;
      // A repeated custom id may stand for a place after the join, when events came live already.
      join.from = isGap ? join.now : Math.min(place, join.now);
      if (isGap) this.gaps.push(channel);
      else this.replays += 1;
    }
  }

  /** The numbers of the events that the client must have received by now, in their order. */
  expected() {
    return this.#publications.where(({ channel }, number) => {
      const join = this.#joins.get(channel);
      return join && number >= join.from && number < join.until;
    });
  }
}
