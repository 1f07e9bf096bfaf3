// Tests how much the `stream` transport buffers for clients that do not read.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const { StreamWrites } = createRequire(import.meta.url)('../../lib/core/stream-writes.js');
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

test('finished writes are released while others are pending', async () => {
  const groups = [];
  let written = 0;
  const hub = { written: () => {} };
  const writes = new StreamWrites(
    () => hub,
    () => {
      written += 1;
      return true;
    },
  );
  // With more connections than a slice and a new group each turn, some write is always pending.
  const connections = Float64Array.from({ length: 600 }, (_, id) => id);
  for (let count = 0; count < 60; count += 1) {
    const bytes = Buffer.alloc(1024);
    groups.push(new WeakRef(bytes));
    writes.push({ connections, groups: [{ count: connections.length, bytes }] });
    await turn();
  }
  gc();
  const finished = Math.floor(written / connections.length);
  assert.ok(finished >= 8 && finished < groups.length, `${finished} groups were finished`);
  const held = groups.slice(0, finished).filter((bytes) => bytes.deref());
  assert.equal(held.length, 0);
});

test('a batch is reported once, with closed responses and without pending ones', async () => {
  const reports = [];
  const hub = { written: (ids, slow) => reports.push([Array.from(ids), slow]) };
  const answers = { 3: false, 5: undefined };
  const writes = new StreamWrites(
    () => hub,
    (id) => (id in answers ? answers[id] : true),
  );
  const bytes = Buffer.from('data: a\n\n');
  const groups = [200, 100].map((count) => ({ count, bytes }));
  writes.push({ connections: Float64Array.from({ length: 300 }, (_, id) => id), groups });
  await until(() => reports.length > 0, 'the report');
  const all = Array.from({ length: 300 }, (_, id) => id);
  assert.deepEqual(reports, [[all.filter((id) => id !== 3), false]]);
  writes.drained(3);
  await until(() => reports.length > 1, 'the report of the drain');
  assert.deepEqual(reports[1], [[3], true]);
});

test('the kernel buffers little for a client that does not read', async (t) => {
  const data = 'x'.repeat(60_000);
  const total = 200 * data.length;
  const options = { ping: false, transport: 'stream', maxQueueBytes: 2 * total };
  let connection;
  const server = http.createServer((req, res) => {
    connection = new sluice.Connection(req, res, options);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = net.connect(server.address().port, '127.0.0.1');
  t.after(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => client.once('data', resolve));
  client.pause();
  for (let sent = 0; sent < total; sent += data.length) connection.send({ data });
  // Waits until the kernel accepts no more bytes.
  let before = Number.POSITIVE_INFINITY;
  let unchanged = 0;
  await until(async () => {
    const { queuedBytes } = connection;
    unchanged = queuedBytes === before ? unchanged + 1 : 0;
    before = queuedBytes;
    return unchanged > 200;
  }, 'the socket to be full');
  const parked = total - connection.queuedBytes;
  // Linux can limit the unsent bytes of a socket. The rest is in the client's receive buffer.
  if (process.platform === 'linux') assert.ok(parked < 2 << 20, `${parked} bytes are parked`);
});
