// Tests processes that end at any moment: in a hand-over, a broadcast, a replay, a drain, with full
// queues, in a worker. `SLUICE_SEEDS` sets the number of processes, and `SLUICE_FIRST_SEED` the
// first seed.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { seedsOf } from '../support/seeds.mjs';
import { SOON } from '../support/soon.mjs';
import { end, plan, play } from './exit/run.mjs';

const seeds = seedsOf(64);
const skip = process.platform === 'win32' && 'Windows has no signals';

test(`a process can end at any moment, ${seeds.count} processes`, {
  ...seeds.options,
  skip,
}, async (t) => {
  const counts = { processes: 0, events: 0, clean: 0, cut: 0 };
  const failures = [];
  const left = [...seeds.all];
  const lane = async () => {
    while (left.length > 0 && failures.length === 0) {
      await play(left.shift(), counts).catch((error) => failures.push(error.message));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  assert.deepEqual(failures, []);
  t.diagnostic(`${counts.events} events, ${counts.clean} streams ended, ${counts.cut} were cut`);
  assert.equal(counts.processes, seeds.count);
  if (seeds.count >= 64) assert.ok(counts.clean > 0 && counts.cut > 0 && counts.events > 0);
});

test('events sent before process.exit() arrive, and streams end', {
  ...SOON,
  skip,
}, async () => {
  const events = 50;
  const given = {
    ...plan(0),
    ...{ moment: 'broadcast', way: 'exit', worker: false, transport: 'auto' },
    ...{ overflow: 'disconnect', clients: 3, events, speaksLast: true },
  };
  const clients = await end(given);
  assert.equal(clients.length, given.clients);
  for (const client of clients) {
    // The `exit` listener sends one more event and ends the connections.
    assert.equal(client.check(given), events + 1);
    assert.ok(client.complete);
  }
});
