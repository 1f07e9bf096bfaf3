// Clients can use only a bounded amount of each resource, and release it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { at, BINARY_TYPE, createStreams, direct, state, TEXT_TYPE } from './serving.mjs';

const { readOptions } = createRequire(import.meta.url)('../../../lib/faces/streams/options.js');

const bytes = (count) => new Uint8Array(count).fill(120);
const produced = (id, seq, epoch = 0) => ({
  ...BINARY_TYPE,
  'Producer-Id': id,
  'Producer-Epoch': String(epoch),
  'Producer-Seq': String(seq),
});

/** A body in chunks, without a length. */
function chunked(count, size) {
  let left = count;
  let cancelled = false;
  const body = new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      left -= 1;
      controller.enqueue(bytes(size));
    },
    cancel() {
      cancelled = true;
    },
  });
  return { body, isCancelled: () => cancelled, left: () => left };
}

describe('bounds', () => {
  test('maxStreams refuses a new stream with 507 until another is deleted', async (t) => {
    const { call } = direct(t, { maxStreams: 2 });
    assert.equal((await call('PUT', '/a')).status, 201);
    assert.equal((await call('PUT', '/b')).status, 201);
    const refused = await call('PUT', '/c');
    assert.equal(refused.status, 507);
    assert.match(refused.headers.get('Retry-After'), /^\d+$/);
    assert.equal((await call('PUT', '/b')).status, 200);
    await call('DELETE', '/a');
    assert.equal((await call('PUT', '/c')).status, 201);
  });

  test('maxBytes refuses an append with 413, and the stream stays readable', async (t) => {
    const { call } = direct(t, { maxBytes: 100 });
    await call('PUT', '/a', { headers: BINARY_TYPE, body: bytes(60) });
    const append = (count) => call('POST', '/a', { headers: BINARY_TYPE, body: bytes(count) });
    assert.equal((await append(60)).status, 413);
    assert.equal((await append(8)).status, 204);
    assert.equal((await append(8)).status, 413);
    assert.equal((await (await call('GET', '/a')).arrayBuffer()).byteLength, 68);
    assert.equal((await call('POST', '/a', { headers: { 'Stream-Closed': 'true' } })).status, 204);
  });

  test("whenFull: 'drop-oldest' drops appends, and their offsets are gone", async (t) => {
    const { call, streams } = direct(t, { maxBytes: 100, whenFull: 'drop-oldest' });
    await call('PUT', '/a', { headers: TEXT_TYPE, body: 'first' });
    for (let index = 0; index < 3000; index += 1) {
      const body = String(index).padStart(4, '0');
      assert.equal((await call('POST', '/a', { headers: TEXT_TYPE, body })).status, 204);
    }
    for (const live of ['', '&live=long-poll', '&live=sse']) {
      assert.equal((await call('GET', `/a?offset=${at(5)}${live}`)).status, 410);
    }
    const answer = await call('GET', '/a');
    assert.equal(await answer.text(), '29952996299729982999');
    const tail = 5 + 3000 * 4;
    assert.equal(answer.headers.get('Stream-Next-Offset'), at(tail));
    assert.equal(await (await call('GET', `/a?offset=${at(tail - 4)}`)).text(), '2999');
    const body = bytes(101);
    assert.equal((await call('POST', '/a', { headers: TEXT_TYPE, body })).status, 413);
    assert.ok(state(streams).bytes < 1200, String(state(streams).bytes));
  });

  test('maxTotalBytes refuses an append with 507 if all streams together are full', async (t) => {
    const { call, streams } = direct(t, { maxTotalBytes: 150_000 });
    const put = (path) => call('PUT', path, { headers: BINARY_TYPE, body: bytes(90_000) });
    assert.equal((await put('/a')).status, 201);
    assert.equal((await put('/b')).status, 507);
    assert.equal(state(streams).streams, 1);
    await call('DELETE', '/a');
    assert.equal(state(streams).bytes, 0);
    assert.equal((await put('/b')).status, 201);
  });

  test('small appends cost little more than their bytes', async (t) => {
    const { call, streams } = direct(t);
    await call('PUT', '/a', { headers: TEXT_TYPE });
    for (let index = 0; index < 4000; index += 1) {
      await call('POST', '/a', { headers: TEXT_TYPE, body: 'a token ' });
    }
    assert.equal(await (await call('GET', '/a')).text(), 'a token '.repeat(4000));
    assert.ok(state(streams).bytes < 4000 * (8 + 16) * 2, String(state(streams).bytes));
  });

  test('maxBodyBytes refuses a body with 413, also one without a length', async (t) => {
    const { call, streams } = direct(t, { maxBodyBytes: 1000 });
    await call('PUT', '/a', { headers: BINARY_TYPE });
    const { body, isCancelled, left } = chunked(100, 300);
    const answer = await call('POST', '/a', { headers: BINARY_TYPE, body });
    assert.equal(answer.status, 413);
    assert.ok(isCancelled());
    assert.ok(left() > 90);
    const declared = { ...BINARY_TYPE, 'Content-Length': '1001' };
    assert.equal((await call('POST', '/a', { headers: declared, body: bytes(1) })).status, 413);
    const exact = await call('POST', '/a', { headers: BINARY_TYPE, body: bytes(1000) });
    assert.equal(exact.status, 204);
    await call('DELETE', '/a');
    assert.equal(state(streams).bytes, 0);
  });

  test('bodies count while they arrive, and are released when they fail', async (t) => {
    const { call, streams } = direct(t, { maxTotalBytes: 2000 });
    await call('PUT', '/a', { headers: BINARY_TYPE });
    let fail;
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes(1500));
        fail = () => controller.error(new Error('gone'));
      },
    });
    const first = call('POST', '/a', { headers: BINARY_TYPE, body: slow });
    await until(() => state(streams).bytes === 1500, 'the first body');
    const other = await call('POST', '/a', { headers: BINARY_TYPE, body: bytes(600) });
    assert.equal(other.status, 507);
    fail();
    assert.equal((await first).status, 400);
    assert.equal(state(streams).bytes, 0);
    assert.equal(
      (await call('POST', '/a', { headers: BINARY_TYPE, body: bytes(600) })).status,
      204,
    );
  });

  test('maxProducers refuses a new producer with 429 and keeps the known ones', async (t) => {
    const { call } = direct(t, { maxProducers: 2 });
    await call('PUT', '/a', { headers: BINARY_TYPE });
    const append = async (...of) =>
      (await call('POST', '/a', { headers: produced(...of), body: 'x' })).status;
    assert.equal(await append('one', 0), 200);
    assert.equal(await append('two', 0), 200);
    assert.equal(await append('three', 0), 429);
    assert.equal(await append('one', 1), 200);
    assert.equal(await append('one', 1), 204);
    assert.equal(await (await call('GET', '/a')).text(), 'xxx');
  });

  test('an append that a full stream refuses does not advance its producer', async (t) => {
    const { call, streams } = direct(t, { maxBytes: 100 });
    await call('PUT', '/a', { headers: BINARY_TYPE });
    const append = async (seq, body) =>
      (await call('POST', '/a', { headers: produced('one', seq), body })).status;
    assert.equal(await append(0, bytes(200)), 413);
    assert.equal(state(streams).bytes, 0);
    assert.equal(await append(0, bytes(50)), 200);
    assert.equal(await append(1, bytes(50)), 413);
    assert.equal(await append(1, bytes(5)), 200);
    await call('DELETE', '/a');
    assert.equal(state(streams).bytes, 0);
  });

  test('maxWaiters refuses another long-poll with 503', async (t) => {
    const { call, streams } = direct(t, { maxWaiters: 1 });
    await call('PUT', '/a', { headers: TEXT_TYPE });
    const first = call('GET', '/a?offset=now&live=long-poll');
    await until(() => state(streams).waiting === 1, 'a long-poll');
    const refused = await call('GET', '/a?offset=now&live=long-poll');
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('Retry-After'), /^\d+$/);
    await call('POST', '/a', { headers: TEXT_TYPE, body: 'x' });
    assert.equal(await (await first).text(), 'x');
    assert.equal(state(streams).waiting, 0);
  });

  test('a long-poll ends when its client leaves', async (t) => {
    const { call, streams } = direct(t);
    await call('PUT', '/a', { headers: TEXT_TYPE });
    const leaving = new AbortController();
    const poll = call('GET', '/a?offset=now&live=long-poll', { signal: leaving.signal });
    await until(() => state(streams).waiting === 1, 'a long-poll');
    leaving.abort();
    await poll;
    assert.equal(state(streams).waiting, 0);
  });

  test('the defaults match the guide', () => {
    const settings = readOptions();
    const guide = readFileSync(new URL('../../../docs/streams.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/\| `(\w+)` \| ([\d,]+)( MiB)? \|/g)];
    const numbers = rows.map(([, name, count, isMiB]) => [
      name,
      Number(count.replaceAll(',', '')) * (isMiB ? 1 << 20 : 1),
    ]);
    assert.equal(numbers.length, 7);
    for (const [name, expected] of numbers) assert.equal(settings[name], expected, name);
  });

  test('options are checked', () => {
    for (const options of [
      { maxStreams: 0 },
      { maxByte: 1 },
      { maxBytes: '1' },
      { whenFull: 'drop' },
      { caching: true },
      { authorize: true },
      { longPollTimeout: 0 },
      { connection: { maxLifetim: 1 } },
      { connection: { maxLifetime: 1, timeout: 2 } },
      { connection: { pingInterval: -1 } },
      { cors: { origin: 'example.com' } },
    ]) {
      assert.throws(() => createStreams(options), { code: 'ERR_SSE_OPTION' });
    }
  });
});
