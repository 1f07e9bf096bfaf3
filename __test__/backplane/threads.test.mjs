// Tests that a backplane starts no thread until a channel or a broker uses it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { freePort } from '../support/free-port.mjs';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const { redisBackplane } = createRequire(import.meta.url)('../../redis.js');
const skip = process.platform === 'linux' ? false : 'counts threads in /proc';

function threads() {
  const ids = readdirSync('/proc/self/task');
  const names = ids.map((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim());
  return names.filter((name) => name === 'sluice-backplan').length;
}

// A single test, because the core starts once per process.
test('a backplane has a thread from its first channel until it closes', { skip }, async (t) => {
  const channel = new sluice.Channel();
  channel.send({ data: 'to this process only' });
  const backplane = redisBackplane({ url: `redis://127.0.0.1:${await freePort()}` });
  t.after(() => backplane.close());
  assert.equal(backplane.state, 'idle');
  assert.equal(threads(), 0);
  new sluice.Channel({ name: 'news', backplane });
  new sluice.SSEBroker({ backplane });
  // A thread sets its name when it starts to run.
  await until(() => threads() === 1, 'the thread');
  backplane.close();
  assert.equal(threads(), 0);
});
