// Behaviour that the conformance suite does not cover.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, BINARY_TYPE, direct, JSON_TYPE, ORIGIN, state, TEXT_TYPE } from './serving.mjs';

const FIRST = { 'Producer-Epoch': '0', 'Producer-Seq': '0' };

describe('the protocol', () => {
  test('keeps JSON as it was sent, with numbers that JavaScript would round', async (t) => {
    const { call } = direct(t);
    await call('PUT', '/a', { headers: JSON_TYPE, body: '[12345678901234567890, 1.0]' });
    await call('POST', '/a', { headers: JSON_TYPE, body: ' {"a" : [1,{"b":"],"}]} ' });
    const answer = await call('GET', '/a');
    assert.equal(await answer.text(), '[12345678901234567890, 1.0,{"a" : [1,{"b":"],"}]}]');
  });

  for (const [body, why] of [
    ['[1,', 'that is incomplete'],
    ['\u00a01', 'with a space that JSON does not allow'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'that is not UTF-8'],
  ]) {
    test(`refuses JSON ${why} and stores nothing`, async (t) => {
      const { call } = direct(t);
      await call('PUT', '/a', { headers: JSON_TYPE });
      const answer = await call('POST', '/a', { headers: JSON_TYPE, body });
      assert.equal(answer.status, 400);
      assert.equal(await (await call('GET', '/a')).text(), '[]');
    });
  }

  for (const [offset, why] of [
    [at(1), 'inside an append'],
    [at(9), 'beyond the tail'],
    ['3', 'in another format'],
    [`${'0'.repeat(15)}1_${'0'.repeat(16)}`, 'of another server'],
    [`${'0'.repeat(16)}_${'9'.repeat(16)}`, 'that is too large'],
  ]) {
    test(`refuses an offset ${why}`, async (t) => {
      const { call } = direct(t);
      await call('PUT', '/a', { headers: TEXT_TYPE, body: 'abc' });
      for (const live of ['', '&live=long-poll', '&live=sse']) {
        assert.equal((await call('GET', `/a?offset=${offset}${live}`)).status, 400);
      }
      assert.equal((await call('GET', `/a?offset=${at(3)}`)).status, 200);
    });
  }

  test('returns whole appends in pages and marks the last page', async (t) => {
    const { call } = direct(t, { maxReadBytes: 5 });
    await call('PUT', '/a', { headers: TEXT_TYPE, body: 'abc' });
    for (const body of ['def', '0123456789', 'x']) {
      await call('POST', '/a', { headers: TEXT_TYPE, body });
    }
    const pages = [];
    for (let offset = '-1', isLast = false; !isLast; ) {
      const answer = await call('GET', `/a?offset=${offset}`);
      pages.push(await answer.text());
      offset = answer.headers.get('Stream-Next-Offset');
      isLast = answer.headers.has('Stream-Up-To-Date');
    }
    assert.deepEqual(pages, ['abc', 'def', '0123456789', 'x']);
  });

  test('an ETag of a deleted stream does not match the next one at its path', async (t) => {
    const { call } = direct(t);
    const create = () => call('PUT', '/a', { headers: TEXT_TYPE, body: 'one' });
    await create();
    const ETag = (await call('GET', '/a')).headers.get('ETag');
    const ask = async (tags) =>
      (await call('GET', '/a', { headers: { 'If-None-Match': tags } })).status;
    assert.equal(await ask(`"x", W/${ETag}`), 304);
    await call('DELETE', '/a');
    await create();
    assert.equal(await ask(ETag), 200);
  });

  test('accepts an expiry in another time zone as the same configuration', async (t) => {
    const { call } = direct(t);
    const put = (date) =>
      call('PUT', '/a', { headers: { ...TEXT_TYPE, 'Stream-Expires-At': date } });
    assert.equal((await put('2999-01-01T00:00:00Z')).status, 201);
    assert.equal((await put('2999-01-01T02:00:00+02:00')).status, 200);
    assert.equal((await put('2999-01-01T02:00:00Z')).status, 409);
    assert.equal((await put('2999-01-01')).status, 400);
  });

  for (const [caching, expected] of [
    [undefined, 'private, max-age=60, stale-while-revalidate=300'],
    ['public', 'public, max-age=60, stale-while-revalidate=300'],
    ['none', 'no-store'],
  ]) {
    test(`answers reads with ${expected} if caching is ${caching}`, async (t) => {
      const { call } = direct(t, { caching });
      await call('PUT', '/a', { headers: TEXT_TYPE, body: 'abc' });
      const cacheOf = async (query) =>
        (await call('GET', `/a?${query}`)).headers.get('Cache-Control');
      assert.equal(await cacheOf('offset=-1'), expected);
      assert.equal(await cacheOf('offset=-1&live=long-poll'), expected);
      const atTail = caching === 'none' ? 'no-store' : 'no-cache';
      assert.equal(await cacheOf(`offset=${at(3)}`), atTail);
      assert.equal(await cacheOf('offset=now'), 'no-store');
    });
  }

  for (const [method, path, headers, status] of [
    ['PATCH', '/a', {}, 405],
    ['GET', '/v1/__ds/subscriptions/a', {}, 501],
    ['PUT', '/__ds', {}, 501],
    ['GET', `/${'a'.repeat(1024)}`, {}, 414],
    ['GET', '/a?live=yes&offset=-1', {}, 400],
    ['PUT', '/b', { 'Content-Type': 'text' }, 400],
    ['PUT', '/b', { 'Content-Type': `text/${'x'.repeat(300)}` }, 400],
    ['PUT', '/b', { 'Stream-TTL': '1'.repeat(20) }, 400],
    ['PUT', '/b', { 'Stream-Fork-Offset': at(0) }, 400],
    ['PUT', '/b', { 'Stream-Forked-From': 'a' }, 400],
    ['PUT', '/b', { 'Stream-Forked-From': '//elsewhere.test/a' }, 400],
    ['PUT', '/b', { 'Stream-Forked-From': '/a', 'Stream-Fork-Offset': at(2) }, 400],
    ['POST', '/a', { 'Stream-Closed': 'true', 'Stream-Seq': 'x'.repeat(257) }, 400],
    ['POST', '/a', { ...FIRST, 'Producer-Id': 'x'.repeat(257) }, 400],
  ]) {
    const name = `${method} ${path.slice(0, 30)} ${JSON.stringify(headers).slice(0, 60)}`;
    test(`${name}: ${status}`, async (t) => {
      const { call, streams } = direct(t);
      await call('PUT', '/a', { headers: TEXT_TYPE, body: 'abc' });
      const answer = await call(method, path, { headers });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('X-Content-Type-Options'), 'nosniff');
      assert.equal(state(streams).streams, 1);
    });
  }

  test('prevents scripts of a stored page from running when a reader opens it', async (t) => {
    const { call } = direct(t);
    await call('PUT', '/a', { headers: { 'Content-Type': 'text/html' }, body: '<script>' });
    const { headers } = await call('GET', '/a');
    assert.equal(headers.get('Content-Type'), 'text/html');
    assert.equal(headers.get('Content-Security-Policy'), "default-src 'none'; sandbox");
    assert.equal(headers.get('Cross-Origin-Resource-Policy'), 'same-origin');
  });

  test('returns the location of a new stream', async (t) => {
    const { call } = direct(t);
    const answer = await call('PUT', '/a%20b/%2e%2e/c', { headers: BINARY_TYPE });
    assert.equal(answer.headers.get('Location'), `${ORIGIN}/c`);
    const other = await call('PUT', '/a%20b/c', { headers: BINARY_TYPE });
    assert.equal(other.headers.get('Location'), `${ORIGIN}/a%20b/c`);
  });

  test('shares inherited data with a fork, which counts only its own bytes', async (t) => {
    const { call, streams } = direct(t);
    await call('PUT', '/a', { headers: BINARY_TYPE, body: new Uint8Array(100_000) });
    const before = state(streams).bytes;
    const headers = { 'Stream-Forked-From': '/a' };
    assert.equal((await call('PUT', '/b', { headers })).status, 201);
    assert.ok(state(streams).bytes - before < 100);
    await call('POST', '/a', { headers: BINARY_TYPE, body: 'source' });
    await call('POST', '/b', { headers: BINARY_TYPE, body: 'fork' });
    await call('DELETE', '/a');
    const answer = await call('GET', `/b?offset=${at(100_000)}`);
    assert.equal(await answer.text(), 'fork');
    assert.equal((await (await call('GET', '/b')).arrayBuffer()).byteLength, 100_004);
    await call('DELETE', '/b');
    assert.deepEqual(state(streams), { streams: 0, bytes: 0, waiting: 0 });
  });

  test('counts messages, not commas, for a fork inside JSON', async (t) => {
    const { call } = direct(t);
    const body = '[{"a":"x,]\\"y"}, [1,[2,3]], "\\\\", 4]';
    await call('PUT', '/a', { headers: JSON_TYPE, body });
    for (const [sub, expected] of [
      [1, '[{"a":"x,]\\"y"}]'],
      [2, '[{"a":"x,]\\"y"}, [1,[2,3]]]'],
      [3, '[{"a":"x,]\\"y"}, [1,[2,3]], "\\\\"]'],
      [4, body],
    ]) {
      const headers = {
        'Stream-Forked-From': '/a',
        'Stream-Fork-Offset': at(0),
        'Stream-Fork-Sub-Offset': String(sub),
      };
      assert.equal((await call('PUT', `/fork${sub}`, { headers })).status, 201);
      assert.equal(await (await call('GET', `/fork${sub}`)).text(), expected);
    }
  });
});
