// Streams expire on time, with a single timer for all of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { direct, state, TEXT_TYPE } from './serving.mjs';

/** Streams with a mocked clock, which only `pass` advances. */
function timed(t, options) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2030-01-01T00:00:00Z') });
  const { call, streams } = direct(t, options);
  const put = (path, headers) =>
    call('PUT', path, { headers: { ...TEXT_TYPE, ...headers }, body: 'x' });
  const pass = (seconds) => t.mock.timers.tick(seconds * 1000);
  return { call, streams, put, pass };
}

describe('expiry', () => {
  test('frees the memory of streams without waiting for a request', async (t) => {
    const { streams, put, pass } = timed(t);
    await put('/ttl', { 'Stream-TTL': '10' });
    await put('/date', { 'Stream-Expires-At': '2030-01-01T00:00:30Z' });
    await put('/later', { 'Stream-TTL': '1000000000' });
    await put('/kept', {});
    pass(9);
    assert.equal(state(streams).streams, 4);
    pass(2);
    assert.equal(state(streams).streams, 3);
    pass(30);
    assert.equal(state(streams).streams, 2);
    pass(10_000_000);
    assert.equal(state(streams).streams, 2);
    pass(1_000_000_000);
    assert.equal(state(streams).streams, 1);
  });

  test('is on time for a stream that expires before an older one', async (t) => {
    const { streams, put, pass } = timed(t);
    await put('/late', { 'Stream-TTL': '1000' });
    await put('/early', { 'Stream-TTL': '5' });
    pass(6);
    assert.equal(state(streams).streams, 1);
  });

  test('is suspended while a reader waits, and starts anew when the reader leaves', async (t) => {
    const { call, streams, put, pass } = timed(t, { longPollTimeout: 2 ** 31 - 1 });
    await put('/a', { 'Stream-TTL': '10' });
    const leaving = new AbortController();
    const poll = call('GET', '/a?offset=now&live=long-poll', { signal: leaving.signal });
    while (state(streams).waiting === 0) await undefined;
    pass(100);
    assert.equal((await call('HEAD', '/a')).status, 200);
    leaving.abort();
    await poll;
    pass(9);
    assert.equal((await call('HEAD', '/a')).status, 200);
    pass(2);
    assert.equal((await call('HEAD', '/a')).status, 404);
    assert.equal(state(streams).streams, 0);
  });

  test('at a date ends waiting readers too', async (t) => {
    const { call, streams, put, pass } = timed(t, { longPollTimeout: 2 ** 31 - 1 });
    await put('/a', { 'Stream-Expires-At': '2030-01-01T00:00:30Z' });
    const poll = call('GET', '/a?offset=now&live=long-poll');
    while (state(streams).waiting === 0) await undefined;
    pass(31);
    assert.equal((await poll).status, 404);
  });

  test('makes room for a new stream', async (t) => {
    const { put, pass } = timed(t, { maxStreams: 1 });
    await put('/a', { 'Stream-TTL': '10' });
    assert.equal((await put('/b', {})).status, 507);
    pass(11);
    assert.equal((await put('/b', {})).status, 201);
  });

  test('removes a producer after a week only if another needs its place', async (t) => {
    const { call, put, pass } = timed(t, { maxProducers: 1 });
    await put('/a', {});
    const append = async (id, seq) => {
      const claim = { 'Producer-Id': id, 'Producer-Epoch': '0', 'Producer-Seq': String(seq) };
      const headers = { ...TEXT_TYPE, ...claim };
      return (await call('POST', '/a', { headers, body: 'x' })).status;
    };
    assert.equal(await append('one', 0), 200);
    pass(8 * 24 * 3600);
    assert.equal(await append('one', 0), 204);
    assert.equal(await append('two', 0), 200);
    assert.equal(await append('one', 1), 409);
  });
});
