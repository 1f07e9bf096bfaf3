// Random histories over real sockets, compared with a model of the events of each client.
// `SLUICE_SEEDS` sets the number of histories, `SLUICE_FIRST_SEED` the first seed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { seedsOf } from '../support/seeds.mjs';

const WORKERS = 4;
const seeds = seedsOf(200);

test(
  `clients that reconnect lose no event and get none twice, ${seeds.count} seeds`,
  seeds.options,
  async (t) => {
    const file = new URL('resume-model/worker.mjs', import.meta.url);
    const workers = Array.from({ length: WORKERS }, (_, number) => {
      const own = seeds.all.filter((_seed, at) => at % WORKERS === number);
      return new Worker(file, { workerData: { seeds: own } });
    });
    t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
    const results = await Promise.all(workers.map((worker) => once(worker, 'message')));
    const failures = results.flatMap(([{ failed }]) => failed ?? []);
    assert.deepEqual(failures, []);
    const sum = (name) => results.reduce((total, [{ counts }]) => total + counts[name], 0);
    const names = ['visits', 'events', 'gaps', 'replays', 'cuts', 'primers'];
    t.diagnostic(names.map((name) => `${sum(name)} ${name}`).join(', '));
    // All cases must occur often enough to be tested.
    for (const name of ['gaps', 'replays', 'cuts', 'primers'])
      assert.ok(sum(name) >= Math.floor(seeds.count / 8), name);
  },
);
