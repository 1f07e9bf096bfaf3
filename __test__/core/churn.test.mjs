// Tests a channel whose clients connect, leave and reconnect all the time. `SLUICE_ROUNDS` sets the
// number of rounds in one process, and `SEED` the seed of the first round.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { plain } from '../carrier/handover/plain.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const CLIENTS = 2000;
const BROADCASTS = 100;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const rounds = Number(process.env.SLUICE_ROUNDS || 1);
// Many rounds have no time limit.
const options = process.env.SLUICE_ROUNDS ? {} : SOON;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
/** The rounds needed to detect memory growth, and the bytes that the allocator may keep. */
const ENOUGH = 6;
const KEPT = 32 << 20;
const skip = process.platform === 'linux' ? false : 'counts descriptors and threads in /proc';

const held = () => ({
  descriptors: readdirSync('/proc/self/fd').length,
  threads: readdirSync('/proc/self/task').length,
  metrics: gauges(),
});

function gauges() {
  const { connections, channels, queuedBytes } = sluice.metrics();
  return { ...connections, channels, queuedBytes };
}

test(`${CLIENTS} restless clients miss no events and leak nothing (seed ${seed})`, {
  ...options,
  skip,
}, async (t) => {
  const gaps = [];
  let channel = new sluice.Channel({ historySize: 10_000 });
  const site = await plain(t, {
    options: { pingInterval: 100, ping: true },
    handler(req, res) {
      const connection = new sluice.Connection(req, res, { ping: true, pingInterval: 500 });
      connection.on('gap', (gap) => gaps.push(gap));
      channel.add(connection);
    },
  });
  const file = fileURLToPath(new URL('../support/programs/churn-clients.mjs', import.meta.url));
  const start = (count, number = 0) => {
    const clients = fork(file, [String(site.where.port), String(count), String(seed + number)]);
    t.after(() => clients.kill());
    return clients;
  };

  // A first round starts everything permanent, such as Node's thread pool and the core's shards.
  await round(start(50), 10);
  const before = held();
  const memory = [];
  for (let number = 0; number < rounds; number += 1) {
    const what = `seed ${seed + number}`;
    channel = new sluice.Channel({ historySize: 10_000 });
    const { faults, returns } = await round(start(CLIENTS, number), BROADCASTS);

    assert.deepEqual(faults, [], what);
    assert.ok(returns >= CLIENTS / 2, `${returns} clients reconnected`);
    assert.deepEqual(gaps, [], what);
    await until(
      () => {
        const now = held();
        const given = now.descriptors <= before.descriptors && now.threads <= before.threads;
        return given && JSON.stringify(now.metrics) === JSON.stringify(before.metrics);
      },
      () => `${JSON.stringify(before)}, but found ${JSON.stringify(held())} (${what})`,
    );
    collect();
    memory.push(process.memoryUsage.rss());
  }
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (rounds >= ENOUGH) {
    // Skip the first round, in which the heap reaches its size.
    const [, ...later] = memory;
    const half = later.length >> 1;
    const growth = mean(later.slice(half)) - mean(later.slice(0, half));
    assert.ok(growth < KEPT, `memory grew: ${memory}`);
  }
  t.diagnostic(`${rounds * CLIENTS} clients`);

  /** Broadcasts while the clients come and go, then returns their report. */
  async function round(clients, broadcasts) {
    const exit = once(clients, 'exit');
    await once(clients, 'message');
    const restless = once(clients, 'message');
    let last = 0;
    let enough = false;
    restless.then(() => {
      enough = true;
    });
    while (last < broadcasts || !enough) {
      last += 1;
      channel.send({ id: String(last), data: last });
      await sleep(30);
    }
    clients.send({ last });
    const [report] = await once(clients, 'message');
    await exit;
    await until(() => channel.count() === 0, 'every client to leave');
    channel.close();
    return report;
  }
});
