// Tests the number of shards that configure() sets.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const { Channel, configure, metrics } = sluice;
const linux = process.platform === 'linux' ? false : 'counts threads in /proc';

function shards() {
  const threads = readdirSync('/proc/self/task');
  const names = threads.map((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim());
  return names.filter((name) => /^sluice-\d+$/.test(name)).length;
}

// A single test, because the core starts once per process.
test('configure sets the number of shards until the core starts', {
  skip: linux,
}, async () => {
  assert.equal(metrics().channels, 0);
  assert.equal(shards(), 0, 'reading the metrics does not start the core');
  configure({ shards: 2 });
  configure({ shards: 3 });
  // Keep a reference: an unreferenced channel closes when it is collected.
  const channel = new Channel();
  // A thread sets its name when it starts to run.
  await until(
    () => shards() === 3,
    () => `three shards, but there are ${shards()}`,
  );
  assert.equal(metrics().channels, 1);
  assert.equal(channel.closed, false);
  assert.throws(() => configure({ shards: 1 }), { code: 'ERR_SSE_STARTED', message: /before/ });
});
