// Tests of connection.stream(): parallel and consecutive streams, and their async context.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';

async function* numbers(count) {
  for (let number = 0; number < count; number += 1) {
    if (number % 7 === 0) await turn();
    yield number;
  }
}

test('parallel streams keep their order and leave no listeners', SOON, async (t) => {
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.name);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { stream } = await plain(t);
  const { connection, client } = await stream();
  const before = connection.eventNames();
  const abort = new AbortController();
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  const results = await Promise.all(
    names.map((event) => connection.stream(numbers(100), { event, signal: abort.signal })),
  );
  assert.ok(results.every(({ events, complete }) => events === 100 && complete));
  await connection.end();
  await client.eof();
  const { text } = client.chunks();
  for (const name of names) {
    const found = Array.from(text.matchAll(new RegExp(`event: ${name}\ndata: (\\d+)`, 'g')));
    assert.deepEqual(
      found.map(([, data]) => Number(data)),
      Array.from({ length: 100 }, (_, index) => index),
    );
  }
  assert.deepEqual(connection.eventNames(), before);
  await turn();
  assert.deepEqual(warnings, []);
});

test('a thousand consecutive streams leave no listeners', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const count = () => ['close', 'drain', 'error'].map((name) => connection.listenerCount(name));
  const before = count();
  for (let round = 0; round < 1000; round += 1) {
    await connection.stream(['a']);
    if (round % 10 === 0) await assert.rejects(connection.stream([1n], { onError: 'keep' }));
  }
  assert.deepEqual(count(), before);
});

test('many streams of large items share the queue of a slow client', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection, client, reasons } = await stream();
  client.socket.pause();
  function* large() {
    for (let count = 0; count < 20; count += 1) yield 'x'.repeat(60_000);
  }
  const streams = Array.from({ length: 30 }, () => connection.stream(large()));
  for (let round = 0; round < 20; round += 1) await turn();
  // Counts the bytes, which is faster than storing them.
  client.socket.removeAllListeners('data');
  client.socket.resume();
  for (const { complete } of await Promise.all(streams)) assert.equal(complete, true);
  assert.deepEqual(reasons, []);
});

test('the source runs in the async context of the caller', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection, client } = await stream();
  const storage = new AsyncLocalStorage();
  const seen = [];
  async function* source() {
    try {
      for (;;) {
        seen.push(storage.getStore());
        yield 'x'.repeat(30_000);
      }
    } finally {
      seen.push(storage.getStore());
    }
  }
  client.socket.pause();
  const streaming = storage.run('caller', () => connection.stream(source()));
  for (let round = 0; round < 50; round += 1) await turn();
  client.socket.destroy();
  await streaming;
  assert.deepEqual([...new Set(seen)], ['caller']);
});
