// Nodes are killed, connections cut and the engine restarted: no event is lost or repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { runChaos } from './chaos/run.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const engines = [
  ['Redis', RedisServer, noRedis],
  ['NATS', NatsServer, noNats],
];
for (const [name, engine, skip] of engines) {
  const title = `clients of killed nodes lose no event and get none twice over ${name}`;
  test(title, { ...SOON, skip }, async (t) => {
    const given = { engine, seed: 1, clients: 100, rounds: 10 };
    const { faults, twice, failed, kills, cuts, restarts, ...counts } = await runChaos(t, given);
    t.diagnostic(JSON.stringify({ seed: given.seed, kills, cuts, restarts, ...counts }));
    assert.deepEqual(failed, []);
    assert.deepEqual(faults, []);
    assert.equal(twice, 0, 'each publication is in the log once');
    for (const count of [kills, cuts, restarts, counts.deliveries]) assert.ok(count > 0);
  });
}
