import { once } from 'node:events';
import http from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../../support/site.mjs';

const { Channel, Connection } = sluice;
const key = ({ data }) => data.key;

/** A channel of latest values, and its expected content. */
class Values {
  /** All values, without bounds. */
  all = new Map();
  #kept = new Map();
  #size;

  constructor(size) {
    this.#size = size;
    this.channel = new Channel({ keep: 'latest', key, historySize: size });
  }

  /** The latest value of each key, with at most as many keys as the bound allows. */
  get kept() {
    return this.#kept;
  }

  change(key, number) {
    for (const state of [this.all, this.#kept]) {
      state.delete(key);
      if (number !== undefined) state.set(key, number);
    }
    // A map keeps the order in which keys were set.
    if (this.#kept.size > this.#size) this.#kept.delete(this.#kept.keys().next().value);
  }
}

/** A server with some channels of latest values, and a channel that keeps all events. */
export class Site {
  #server = http.createServer((req, res) => this.#visits.get(req.url)(req, res));
  #visits = new Map();
  #keys;
  #customIds;
  #pad;
  values;
  news = new Channel({ historySize: 10_000 });
  /** The number of published events. */
  published = 0;
  newsNumbers = [];
  gaps = 0;

  constructor(random) {
    this.#keys = 1 + random.below(12);
    this.#customIds = random.oneIn(3);
    this.#pad = 'x'.repeat(random.oneIn(10) ? 20_000 : random.below(50));
    const size = () => 1 + random.below(random.oneIn(2) ? 4 : 20);
    this.values = Array.from({ length: 1 + random.below(3) }, () => new Values(size()));
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const { channel } of this.values) channel.close();
    this.news.close();
  }

  /** Sends an event, or changes or removes a value. */
  publish(random, at = random.below(this.values.length + 1)) {
    const number = this.published;
    this.published += 1;
    const pad = this.#pad;
    if (at === this.values.length) {
      this.newsNumbers.push(number);
      this.news.send({ data: { number, pad } });
      return;
    }
    const key = `key ${random.below(this.#keys)}`;
    const id = this.#customIds && random.oneIn(2) ? { id: `custom-${number}` } : {};
    const remove = random.oneIn(4);
    const { channel } = this.values[at];
    const data = { channel: at, key, number, pad };
    channel.send({ ...id, event: remove ? 'remove' : 'set', data }, { remove });
    this.values[at].change(key, remove ? undefined : number);
  }

  /** Connects a client, which joins its channels and may leave after a few bytes. */
  async visit(random, client, stays) {
    const path = `/${this.#visits.size}`;
    const few = random.below(8 * (80 + this.#pad.length));
    const bytes = stays || random.oneIn(2) ? Number.POSITIVE_INFINITY : 1 + few;
    const visit = new Promise((resolve) => {
      this.#visits.set(path, (req, res) => resolve(this.#join(random, client, req, res)));
    });
    await client.come(this.port, path, bytes);
    await visit;
  }

  async #join(random, client, req, res) {
    const transport = random.oneIn(2) ? 'stream' : 'auto';
    const resume = random.oneIn(4) ? 'manual' : 'auto';
    const onGap = (connection, { channel }) => {
      this.gaps += 1;
      const at = this.values.findIndex((values) => values.channel === channel);
      if (at !== -1) connection.send({ event: 'reset', data: { channel: at } });
      else client.since = this.published;
    };
    const options = { ping: false, maxQueueBytes: 1 << 28, transport, resume, onGap };
    const connection = new Connection(req, res, options);
    const isNew = connection.lastEventId === undefined;
    this.news.add(connection);
    if (isNew) client.since = this.published;
    for (const at of client.channels) {
      if (resume === 'manual' && !isNew) for (let n = random.below(3); n > 0; n -= 1) await turn();
      // A client without a cursor gets live events immediately, so it must get the state first.
      if (!isNew && random.oneIn(3)) this.publish(random);
      this.values[at].channel.add(connection);
    }
    if (random.oneIn(3)) this.publish(random);
    connection.resume();
  }
}
