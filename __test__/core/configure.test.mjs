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

// One test: the core starts once in a process.
test('configure sets the number of shards, until the core has started', {
  skip: linux,
}, async () => {
  assert.equal(metrics().channels, 0);
  assert.equal(shards(), 0, 'asking for the metrics starts nothing');
  configure({ shards: 2 });
  configure({ shards: 3 });
  new Channel();
  // A thread takes its name when it runs.
  await until(
    () => shards() === 3,
    () => `three shards, there are ${shards()}`,
  );
  assert.equal(metrics().channels, 1);
  assert.throws(() => configure({ shards: 1 }), { code: 'ERR_SSE_STARTED', message: /before/ });
});
