// Tests of connection.stream(): back-pressure from slow clients to the source.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const MARK = 64 * 1024;
const ITEM = 'x'.repeat(8 * 1024);

/** Connects a client that only counts bytes, and that the test can pause. */
async function counter(t, options) {
  const site = await plain(t, { options });
  const end = await site.stream();
  const { socket } = end.client;
  let bytes = 0;
  socket.removeAllListeners('data');
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  return { ...end, socket, bytes: () => bytes };
}

for (const transport of ['native', 'stream']) {
  const skip = transport === 'native' && process.platform === 'win32';
  const slow = { ...SOON, skip };

  test(`${transport}: a slow client slows the source, and memory stays flat`, slow, async (t) => {
    const { connection, socket, bytes } = await counter(t, { transport });
    const total = 200 * 2 ** 20;
    let yielded = 0;
    let mostQueued = 0;
    let mostAhead = 0;
    let mostMemory = 0;
    async function* source() {
      while (yielded < total) {
        mostQueued = Math.max(mostQueued, connection.queuedBytes);
        mostAhead = Math.max(mostAhead, yielded - bytes());
        yielded += ITEM.length;
        yield ITEM;
      }
    }
    // The client pauses repeatedly.
    const pauses = setInterval(() => {
      socket.pause();
      setTimeout(() => socket.resume(), 5);
      const { rss } = process.memoryUsage();
      mostMemory = Math.max(mostMemory, rss);
    }, 15);
    t.after(() => clearInterval(pauses));
    const before = process.memoryUsage().rss;
    const result = await connection.stream(source(), { end: true });
    assert.deepEqual(result, { events: Math.ceil(total / ITEM.length), complete: true });
    await until(() => bytes() > total, 'all bytes to arrive');
    // One more item, and the bytes of one write to the socket.
    assert.ok(mostQueued <= 2 * MARK + 2 * ITEM.length, `${mostQueued} bytes were queued`);
    assert.ok(mostAhead < 16 * 2 ** 20, `the source was ${mostAhead} bytes ahead of the client`);
    // This includes garbage from the client in the same process, but is less than all the data.
    assert.ok(mostMemory - before < 150 * 2 ** 20, `memory grew by ${mostMemory - before} bytes`);
  });

  test(`${transport}: items larger than the queue's limit are sent one by one`, slow, async (t) => {
    const { connection, bytes } = await counter(t, { transport });
    const item = 'x'.repeat(2_000_000);
    const result = await connection.stream(Array(50).fill(item), { end: true });
    assert.deepEqual(result, { events: 50, complete: true });
    await until(() => bytes() > 50 * item.length, 'everything to arrive');
  });

  test(`${transport}: stops the source when a client that never reads stalls`, slow, async (t) => {
    const { connection, socket, reasons } = await counter(t, { transport, stallTimeout: 200 });
    socket.pause();
    let yielded = 0;
    let finished = 0;
    async function* source() {
      try {
        for (;;) {
          yielded += ITEM.length;
          yield ITEM;
        }
      } finally {
        finished += 1;
      }
    }
    const result = await connection.stream(source());
    assert.equal(result.complete, false);
    assert.deepEqual(reasons, ['stall']);
    assert.equal(finished, 1);
    assert.ok(yielded < 64 * 2 ** 20, `${yielded} bytes were read from the source`);
  });
}

test('respects a maxQueueBytes smaller than the high-water mark', SOON, async (t) => {
  const { connection, socket, reasons } = await counter(t, { maxQueueBytes: 4000 });
  socket.pause();
  let most = 0;
  function* source() {
    for (let count = 0; count < 10_000; count += 1) {
      most = Math.max(most, connection.queuedBytes);
      yield 'x'.repeat(500);
    }
  }
  const streaming = connection.stream(source());
  await sleep(50);
  socket.resume();
  assert.equal((await streaming).complete, true);
  assert.deepEqual(reasons, []);
  assert.ok(most <= 4000, `${most} bytes were queued`);
});

test('a synchronous endless source does not block the event loop', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  let asked = 0;
  function* endless() {
    for (;;) {
      asked += 1;
      yield asked;
    }
  }
  const streaming = connection.stream(endless());
  let turns = 0;
  while (turns < 100) {
    await turn();
    turns += 1;
  }
  assert.ok(asked > 0);
  client.socket.destroy();
  assert.equal((await streaming).complete, false);
});

test('the source is not read while the queue is full', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  client.socket.pause();
  const big = 'y'.repeat(8 * 2 ** 20);
  connection.send({ data: big });
  let asked = 0;
  function* source() {
    asked += 1;
    yield 'after';
  }
  const streaming = connection.stream(source());
  await sleep(30);
  assert.equal(asked, 0, 'no item is read while the queue is full');
  client.socket.resume();
  assert.deepEqual(await streaming, { events: 1, complete: true });
});
