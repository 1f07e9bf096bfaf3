// Tests the limit of all queues together. The largest queues are closed first.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../support/listen.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const LIMIT = 8 << 20;
sluice.configure({ shards: 1, maxTotalQueueBytes: LIMIT });

test('disconnects only the clients with the largest queues', SOON, async (t) => {
  const closes = new Map();
  const opened = new Map();
  const server = http.createServer((req, res) => {
    const options = { ping: false, maxQueueBytes: 1 << 30, stallTimeout: 0 };
    const connection = new sluice.Connection(req, res, options);
    opened.set(req.url, connection);
    connection.on('close', (reason) => closes.set(req.url, reason));
  });
  const running = await listen(server, 'http', () => {});
  t.after(() => running.close());
  const open = (path) =>
    new Promise((resolve) => {
      const { port } = server.address();
      const request = http.get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
        t.after(() => response.destroy());
        resolve(response.on('error', () => {}).pause());
      });
      request.on('error', () => {});
    });
  for (const path of ['/greedy', '/modest']) await open(path);
  const reading = await open('/reading');
  reading.resume();
  const data = 'x'.repeat(10_000);
  let most = 0;
  for (let rounds = 0; !closes.has('/greedy'); rounds += 1) {
    assert.ok(rounds < 5000, 'the limit was never reached');
    for (let left = 20; left > 0; left -= 1) opened.get('/greedy').send({ data });
    opened.get('/modest').send({ data });
    opened.get('/reading').send({ data });
    most = Math.max(most, sluice.metrics().queuedBytes);
    await sleep(1);
  }
  assert.equal(closes.get('/greedy'), 'overflow');
  // A turn, and an inbox before it, can add more bytes.
  assert.ok(most <= LIMIT + (32 << 20), `${most} bytes were queued`);
  await until(() => sluice.metrics().queuedBytes < LIMIT, 'the queues to shrink');
  assert.deepEqual([...closes.keys()], ['/greedy']);
});
