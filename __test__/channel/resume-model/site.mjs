import { once } from 'node:events';
import http from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../../support/site.mjs';
import { Publications, Visit } from './model.mjs';
import { Reader } from './reader.mjs';

/** The number of events published in this process, which is the place of the latest one. */
let place = 0;

/** A queue size that no test reaches. */
const maxQueueBytes = 1 << 28;

/** A server whose channels and visits are recorded in the model. */
export class Site {
  #server = http.createServer((req, res) => this.#visits.get(req.url)(req, res));
  #visits = new Map();
  #joining = [];
  #channels;
  #pad;
  /** The place before the first publication. */
  #start = place;
  /** One in `of` events has a custom id, chosen from `ids` values. Null if there are none. */
  #custom;

  constructor(random) {
    const size = () => (random.oneIn(8) ? 0 : random.below(50));
    this.sizes = Array.from({ length: 1 + random.below(6) }, size);
    this.#channels = this.sizes.map((historySize) => new sluice.Channel({ historySize }));
    // Some events are large, so that a replay takes several writes.
    this.#pad = 'x'.repeat(random.oneIn(10) ? 20_000 : random.below(50));
    this.#custom = random.oneIn(4) ? { of: 1 + random.below(8), ids: 2 + random.below(60) } : null;
    this.publications = new Publications(this.sizes);
  }

  get repeatsIds() {
    return this.#custom !== null;
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close() {
    await Promise.all(this.#joining);
    this.#server.close();
    this.#server.closeAllConnections();
    for (const channel of this.#channels) channel.close();
  }

  publish(random, channel = random.below(this.sizes.length)) {
    const isCustom = this.#custom && random.oneIn(this.#custom.of);
    const id = isCustom ? `custom-${random.below(this.#custom.ids)}` : undefined;
    const data = `${this.publications.add(channel, id)} ${this.#pad}`;
    place += 1;
    this.#channels[channel].send(id ? { id, data } : { data });
  }

  /**
   * Connects a client, which joins channels on the server. Resolves when the response head has
   * arrived. A client that does not stay may leave after a few bytes.
   */
  async visit(random, cursor, stays) {
    const model = new Visit(this.publications, cursor);
    const few = random.below(16 * (60 + this.#pad.length));
    const bytes = stays || random.oneIn(2) ? Number.POSITIVE_INFINITY : few;
    const numberAfter = (id) => Number.parseInt(id.split('-')[1], 36) - this.#start;
    const reader = new Reader(cursor, bytes, numberAfter);
    const visit = { model, gaps: [], reader, random };
    const path = `/${this.#visits.size}`;
    this.#visits.set(path, (req, res) => {
      visit.joined = this.#join(visit, req, res);
      this.#joining.push(visit.joined);
    });
    await visit.reader.open(this.#server.address().port, path);
    return visit;
  }

  async #join(visit, req, res) {
    const { random, model, gaps } = visit;
    const resume = random.oneIn(2) ? 'manual' : 'auto';
    const transport = random.oneIn(2) ? 'stream' : 'auto';
    const options = { ping: false, maxQueueBytes, resume, transport };
    visit.connection = new sluice.Connection(req, res, options);
    visit.connection.on('gap', ({ channel }) => gaps.push(this.#channels.indexOf(channel)));
    for (const channel of random.someOf(this.sizes.keys())) {
      if (random.oneIn(3)) this.publish(random);
      for (let turns = random.below(3); resume === 'manual' && turns > 0; turns -= 1) await turn();
      this.#channels[channel].add(visit.connection);
      if (random.oneIn(10)) {
        this.#channels[channel].remove(visit.connection);
        this.#channels[channel].add(visit.connection);
      }
      model.join(channel);
    }
    model.resume();
    visit.settled = this.publications.length;
    if (resume === 'manual') visit.connection.resume();
    if (random.oneIn(3)) this.publish(random);
  }

  /** Removes a client from a channel after it has joined all of its channels. */
  async leave(visit, channel) {
    await visit.joined;
    // The turn in which the connection opened must have ended too.
    await turn();
    this.#channels[channel].remove(visit.connection);
    visit.model.leave(channel);
  }

  /** Sends a last event to each channel. */
  publishLast(random) {
    for (const channel of this.sizes.keys()) this.publish(random, channel);
  }
}
