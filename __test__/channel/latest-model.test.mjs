// Random changes of states over real sockets: each client ends up with the state of the server.
// `SLUICE_SEEDS` sets the number of histories, `SLUICE_FIRST_SEED` the first seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { seedsOf } from '../support/seeds.mjs';
import { until } from '../support/until.mjs';
import { Client } from './latest-model/client.mjs';
import { Site } from './latest-model/site.mjs';
import { Random } from './resume-model/random.mjs';

const STEPS = 60;
const seeds = seedsOf(150);

/** Waits until a connected client has received everything, then compares its states. */
async function check(site, client) {
  const isDone = () =>
    site.newsNumbers.every((number) => number < client.since || client.numbers.has(number)) &&
    client.channels.every((at) => {
      return [...site.values[at].kept].every(([key, n]) => client.states.get(at).get(key) === n);
    });
  await until(isDone, () => `the states ${JSON.stringify(statesOf(site, client))}`);
  // Once this last event has arrived, no others are in flight.
  site.publish(new Random(0), site.values.length);
  await until(isDone, 'the last event');
  for (const [at, state] of client.states) {
    // A client may still have values that the history has dropped, but not outdated ones.
    for (const [key, n] of state) assert.equal(n, site.values[at].all.get(key), `${at} ${key}`);
  }
}

const statesOf = (site, client) =>
  client.channels.map((at) => [[...site.values[at].kept], [...client.states.get(at)]]);

async function run(seed, counts) {
  const random = new Random(seed);
  const site = new Site(random);
  const clients = Array.from({ length: 1 + random.below(3) }, () => {
    return new Client(random.someOf(site.values.keys()));
  });
  await site.listen();
  try {
    for (let steps = 0; steps < STEPS; steps += 1) {
      const client = clients[random.below(clients.length)];
      const action = random.below(12);
      const own = random.fork();
      if (action < 5) for (let left = own.below(8); left >= 0; left -= 1) site.publish(own);
      else if (action < 8) await site.visit(own, client, false);
      else if (action < 9) client.drop();
      else if (action < 10 && client.cursor && own.oneIn(3)) client.cursor = 'unknown';
      else for (let turns = own.below(6); turns >= 0; turns -= 1) await turn();
    }
    for (const client of clients) {
      counts.returns += client.cursor === undefined ? 0 : 1;
      await site.visit(random.fork(), client, true);
      for (let left = random.below(4); left > 0; left -= 1) site.publish(random);
      await check(site, client);
    }
    counts.gaps += site.gaps;
  } finally {
    for (const client of clients) client.drop();
    site.close();
  }
}

const title = `clients end up with the state of the server, ${seeds.count} seeds`;
test(title, seeds.options, async (t) => {
  const counts = { returns: 0, gaps: 0 };
  for (const seed of seeds.all) {
    try {
      await run(seed, counts);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
    }
  }
  t.diagnostic(`${counts.returns} returns, ${counts.gaps} gaps`);
  // Both must occur often enough to be tested, but not with every seed.
  const few = Math.floor(seeds.count / 4);
  assert.ok(counts.gaps >= few && counts.returns >= few);
});
