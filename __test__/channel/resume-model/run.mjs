import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../../support/until.mjs';
import { Random } from './random.mjs';
import { Site } from './site.mjs';

const STEPS = 60;

/** Checks and counts the events that a client has received in one visit. */
function check({ model, reader, gaps, settled }, counts) {
  assert.ok(!reader.cut, 'the server cut the connection');
  const expected = model.expected();
  // A client that has left may have received fewer events, but no others.
  const until = reader.ended ? expected.length : reader.numbers.length;
  assert.deepEqual(reader.numbers, expected.slice(0, until));
  // Gaps are reported before anything is sent.
  if (reader.ended || reader.numbers.length > 0) assert.deepEqual(gaps, model.gaps);
  counts.visits += 1;
  counts.events += reader.numbers.length;
  counts.gaps += gaps.length;
  counts.replays += model.replays;
  counts.primers += reader.primers;
  if (!reader.ended && reader.numbers.at(-1) < settled - 1) counts.cuts += 1;
}

/** Waits until a client has received everything, then ends its visit. */
async function end({ model, reader, joined, connection }) {
  await joined;
  const isDone = () => {
    const expected = model.expected();
    // The wait must also end if an event was lost or repeated.
    const { length } = reader.numbers;
    return length >= expected.length || reader.numbers.at(-1) === expected.at(-1);
  };
  await until(
    () => reader.over || isDone(),
    () => `${model.expected().at(-1)} after ${reader.numbers}`,
  );
  connection.end();
  model.leaveAll();
  await until(() => reader.over, 'the end of the response');
}

class Client {
  #site;
  #counts;
  #visit;
  /** Where the next visit continues. */
  #cursor;
  /** The numbers of the events of all visits. */
  #got = [];

  constructor(site, counts) {
    this.#site = site;
    this.#counts = counts;
  }

  get isThere() {
    return this.#visit !== undefined && !this.#visit.reader.over;
  }

  async come(random, stays = false) {
    this.drop();
    this.#visit = await this.#site.visit(random, this.#cursor, stays);
  }

  drop() {
    this.#visit?.reader.leave();
    this.#finish();
  }

  async leave(channel) {
    if (this.#visit) await this.#site.leave(this.#visit, channel);
  }

  async end() {
    if (!this.#visit) return;
    await end(this.#visit);
    this.#finish();
  }

  #finish() {
    if (!this.#visit) return;
    const { reader } = this.#visit;
    check(this.#visit, this.#counts);
    this.#visit = undefined;
    this.#cursor = reader.cursor;
    this.#got.push(...reader.numbers);
    if (this.#site.repeatsIds) return;
    assert.equal(new Set(this.#got).size, this.#got.length, 'an event was received in two visits');
  }
}

async function step(random, site, clients) {
  const client = clients[random.below(clients.length)];
  const action = random.below(12);
  const own = random.fork();
  if (action < 4) {
    const count = own.oneIn(6) ? 40 : 6;
    for (let left = own.below(count); left >= 0; left -= 1) site.publish(own);
  } else if (action < 7) await client.come(own);
  else if (action < 8) client.drop();
  else if (action < 9) await client.end();
  else if (action < 10) await client.leave(own.below(site.sizes.length));
  else for (let turns = own.below(6); turns >= 0; turns -= 1) await turn();
}

/** Plays the random history of a seed. Throws if a client loses or repeats anything. */
export async function run(seed, counts) {
  const random = new Random(seed);
  const site = new Site(random);
  const clients = Array.from({ length: 1 + random.below(4) }, () => new Client(site, counts));
  await site.listen();
  try {
    for (let steps = 0; steps < STEPS; steps += 1) await step(random, site, clients);
    // Clients that have left reconnect a last time.
    for (const client of clients) if (!client.isThere) await client.come(random.fork(), true);
    site.publishLast(random);
    await Promise.all(clients.map((client) => client.end()));
  } finally {
    await site.close();
  }
}
