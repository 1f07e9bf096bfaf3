import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  clock,
  ending,
  open,
  refused,
  scriptedClient,
  settled,
  silent,
  status,
} from './scripted.mjs';

const longest = 0.999_999;

describe('retries', () => {
  test('the first failure is followed by five retries, then by the `error` state', async (t) => {
    const { pass } = clock(t);
    const { client, requests, states, errors, codes } = scriptedClient(t, [refused]);
    client.connect();
    await settled();
    for (let n = 0; n < 10; n += 1) await pass(30_000);
    assert.equal(requests.length, 6);
    assert.equal(client.getState(), 'error');
    assert.deepEqual(codes(), [...Array(6).fill('ERR_SSE_NETWORK'), 'ERR_SSE_RETRIES']);
    assert.deepEqual(
      errors.map(({ fatal }) => fatal),
      [...Array(6).fill(false), true],
    );
    assert.equal(errors[6].cause, errors[5]);
    assert.equal(errors[5].cause.message, 'fetch failed');
    assert.deepEqual(states, ['connecting', 'error']);
  });

  test('connect() starts again after the last retry', async (t) => {
    const { pass } = clock(t);
    const { client, states } = scriptedClient(t, [refused, refused, open()], { maxRetries: 1 });
    client.connect();
    await settled();
    await pass(1000);
    assert.equal(client.getState(), 'error');
    client.connect();
    await settled();
    assert.deepEqual(states, ['connecting', 'error', 'connecting', 'connected']);
  });

  test('each attempt starts exactly when its delay has passed', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => longest);
    const { client, requests } = scriptedClient(t, [refused]);
    client.connect();
    await settled();
    for (const [n, bound] of [1000, 2000, 4000, 8000, 16_000].entries()) {
      await pass(bound - 2);
      assert.equal(requests.length, n + 1);
      await pass(2);
      assert.equal(requests.length, n + 2);
    }
  });

  test('any byte of a stream resets the retry count; a head alone does not', async (t) => {
    const { pass } = clock(t);
    const connects = async (answer) => {
      const { client, requests } = scriptedClient(t, [answer], { maxRetries: 2 });
      client.connect();
      await settled();
      for (let n = 0; n < 8; n += 1) await pass(30_000);
      const { length } = requests;
      const state = client.getState();
      client.disconnect();
      return { length, state };
    };
    assert.deepEqual(await connects(ending('')), { length: 3, state: 'error' });
    for (const text of [': hello\n\n', ':', 'retry: 7\n\n', 'data: a\n\n']) {
      assert.deepEqual(await connects(ending(text)), { length: 9, state: 'connecting' });
    }
  });

  test('delays grow over short connections, and reset after a lasting one', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => longest);
    const lasting = open('data: a\n\n');
    const answers = [...Array(4).fill(ending('data: a\n\n')), lasting, ending('data: a\n\n')];
    const { client, requests } = scriptedClient(t, answers, { maxRetries: 1 });
    client.connect();
    await settled();
    for (const [n, bound] of [1000, 2000, 4000, 8000].entries()) {
      await pass(bound - 2);
      assert.equal(requests.length, n + 1);
      await pass(2);
      assert.equal(requests.length, n + 2);
    }
    await pass(5000);
    lasting.end();
    await settled();
    await pass(998);
    assert.equal(requests.length, 5);
    await pass(2);
    assert.equal(requests.length, 6);
  });

  test('`onError` receives the number of retries before the failed attempt', async (t) => {
    const { pass } = clock(t);
    const answers = [refused, refused, ending('data: a\n\n'), refused];
    const { client } = scriptedClient(t, answers, { maxRetries: 2 });
    const seen = [];
    client.onError((error, attempt) => {
      assert.equal(error.attempt, attempt);
      seen.push([error.code, attempt]);
    });
    client.connect();
    await settled();
    for (let n = 0; n < 8; n += 1) await pass(30_000);
    assert.deepEqual(seen, [
      ['ERR_SSE_NETWORK', 0],
      ['ERR_SSE_NETWORK', 1],
      ['ERR_SSE_NETWORK', 1],
      ['ERR_SSE_NETWORK', 2],
      ['ERR_SSE_RETRIES', 2],
    ]);
  });

  test('a silent connection is replaced at once, or after `retry` from the server', async (t) => {
    const { pass } = clock(t);
    const listening = { heartbeatInterval: 100, missedHeartbeatsLimit: 1 };
    for (const [text, least] of [
      ['data: a\n\n', 0],
      ['retry: 700\ndata: a\n\n', 700],
    ]) {
      const { client, requests } = scriptedClient(t, [open(text), open()], listening);
      client.connect();
      await settled();
      await pass(100);
      await pass(Math.max(least - 1, 0));
      assert.equal(requests.length, least === 0 ? 2 : 1);
      await pass(1);
      assert.equal(requests.length, 2);
      client.disconnect();
    }
  });

  test('a long connection does not count as a failure, even without data', async (t) => {
    const { pass } = clock(t);
    const streams = Array.from({ length: 6 }, () => open());
    const { client, requests } = scriptedClient(t, streams, { maxRetries: 2 });
    client.connect();
    await settled();
    for (const stream of streams) {
      await pass(30_000);
      stream.end();
      await settled();
      await pass(1000);
    }
    assert.equal(requests.length, 7);
  });

  test('the end of a stream is not an error and causes a reconnect', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => longest);
    const answers = [ending('id: 1\ndata: a\n\n'), open('data: b\n\n')];
    const { client, requests, states, errors, data } = scriptedClient(t, answers);
    client.connect();
    await settled();
    await pass(998);
    assert.equal(requests.length, 1);
    await pass(2);
    assert.equal(requests.length, 2);
    assert.equal(requests[1].headers.get('Last-Event-ID'), '1');
    assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected']);
    assert.deepEqual(data(), ['a', 'b']);
    assert.deepEqual(errors, []);
  });

  test('a broken stream is an error, and its incomplete event is discarded', async (t) => {
    const { pass } = clock(t);
    const first = open('id: 1\ndata: a\n\nid: 2\ndata: half\n');
    const answers = [first, open('id: 2\ndata: whole\n\n')];
    const { client, requests, codes, data } = scriptedClient(t, answers);
    client.connect();
    await settled();
    first.fail(new TypeError('reset'));
    await settled();
    await pass(1000);
    assert.equal(requests[1].headers.get('Last-Event-ID'), '1');
    assert.deepEqual(data(), ['a', 'whole']);
    assert.deepEqual(codes(), ['ERR_SSE_NETWORK']);
  });

  test('`retry` from the server replaces reconnectDelay, and is a minimum', async (t) => {
    const { pass } = clock(t);
    let random;
    t.mock.method(Math, 'random', () => random);
    for (random of [0, longest]) {
      const answers = [ending('retry: 5000\ndata: a\n\n')];
      const { client, requests } = scriptedClient(t, answers);
      client.connect();
      await settled();
      await pass(4998 + (random && 5000));
      assert.equal(requests.length, 1);
      await pass(2);
      assert.equal(requests.length, 2);
      client.disconnect();
    }
  });

  test('without autoReconnect, an end leads to `disconnected` and a failure to `error`', async (t) => {
    const config = { autoReconnect: false };
    const end = scriptedClient(t, [ending('data: a\n\n')], config);
    const failure = scriptedClient(t, [refused], config);
    for (const { client } of [end, failure]) client.connect();
    await settled();
    assert.deepEqual(end.states, ['connecting', 'connected', 'disconnected']);
    assert.deepEqual(end.errors, []);
    assert.deepEqual(failure.states, ['connecting', 'error']);
    assert.equal(failure.errors[0].fatal, true);
    assert.deepEqual([end.requests.length, failure.requests.length], [1, 1]);
  });

  test('an event that is too large is final', async (t) => {
    const answer = open(`data: a\n\ndata: ${'x'.repeat(200)}`);
    const { client, codes, data } = scriptedClient(t, [answer], { maxEventSize: 100 });
    client.connect();
    await settled();
    assert.equal(client.getState(), 'error');
    assert.deepEqual(codes(), ['ERR_SSE_EVENT_SIZE']);
    assert.deepEqual(data(), ['a']);
    assert.equal(answer.isOpen, false, 'the connection is closed');
  });

  test('reconnect() connects at once and resets the retry count and the delays', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => longest);
    const { client, requests } = scriptedClient(t, [refused], { maxRetries: 2 });
    client.connect();
    await settled();
    await pass(1000);
    assert.equal(requests.length, 2);
    client.reconnect();
    await settled();
    assert.equal(requests.length, 3, 'during a retry delay');
    await pass(1000);
    await pass(2000);
    assert.equal(requests.length, 5);
    assert.equal(client.getState(), 'error');
    client.reconnect();
    await settled();
    assert.equal(requests.length, 6, 'after the last retry');
  });

  test('reconnect() while connected replaces the connection', async (t) => {
    const answers = [open('id: 9\ndata: a\n\n'), open()];
    const { client, requests, states, errors } = scriptedClient(t, answers);
    client.connect();
    await settled();
    client.reconnect();
    await settled();
    assert.deepEqual(
      answers.map(({ isOpen }) => isOpen),
      [false, true],
    );
    assert.equal(requests[1].headers.get('Last-Event-ID'), '9');
    assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected']);
    assert.deepEqual(errors, []);
  });

  test('reconnect() in an error handler recovers from a fatal error', async (t) => {
    const { client, states } = scriptedClient(t, [status(401), open()]);
    client.onError(({ status: code }) => code === 401 && client.reconnect());
    client.connect();
    await settled();
    assert.deepEqual(states, ['connecting', 'connected']);
  });

  test('connect() in an error handler recovers from a fatal error, also for a loop', async (t) => {
    const { pass } = clock(t);
    const answers = [status(401), refused, refused, open('data: a\n\n')];
    const { client, states, codes } = scriptedClient(t, answers, { maxRetries: 1 });
    client.onError(({ fatal }) => fatal && client.connect());
    const loop = client[Symbol.asyncIterator]();
    const first = loop.next();
    await settled();
    await pass(1000);
    assert.deepEqual(codes(), [
      'ERR_SSE_STATUS',
      'ERR_SSE_NETWORK',
      'ERR_SSE_NETWORK',
      'ERR_SSE_RETRIES',
    ]);
    assert.deepEqual(states, ['connecting', 'connected']);
    assert.equal((await first).value.data, 'a');
    await loop.return();
  });

  test('connect() in an error handler changes nothing while the client retries', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => longest);
    const { client, requests } = scriptedClient(t, [refused, open()]);
    client.onError(() => client.connect());
    client.connect();
    await settled();
    await pass(998);
    assert.equal(requests.length, 1);
    await pass(2);
    assert.equal(client.isConnected(), true);
  });

  test('a missing head is an error after `timeout`, and is retried', async (t) => {
    const { pass } = clock(t);
    const { client, codes } = scriptedClient(t, [silent, open()], { timeout: 500 });
    client.connect();
    await settled();
    await pass(499);
    assert.deepEqual(codes(), []);
    await pass(1);
    assert.deepEqual(codes(), ['ERR_SSE_TIMEOUT']);
    await pass(1000);
    assert.equal(client.isConnected(), true);
    await pass(20_000);
    assert.equal(client.isConnected(), true, '`timeout` applies to the head only');
  });
});
