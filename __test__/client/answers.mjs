import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clock, open, scriptedClient, settled, status } from './scripted.mjs';

describe('answers', () => {
  test('waits for Retry-After in seconds or as a date, and ignores an invalid value', async (t) => {
    const { pass } = clock(t);
    t.mock.method(Math, 'random', () => 0);
    const at = (delay) => new Date(Date.now() + delay).toUTCString();
    const answers = [
      status(429, { 'Retry-After': '3' }),
      (signal) => status(503, { 'Retry-After': at(5000) })(signal),
      status(503, { 'Retry-After': 'soon' }),
      status(503, { 'Retry-After': '1000000000' }),
      open(),
    ];
    const { client, requests, errors } = scriptedClient(t, answers);
    client.connect();
    await settled();
    for (let n = 0; n < 60; n += 1) await pass(1000);
    assert.deepEqual(
      requests.slice(1).map(({ at: then }, n) => then - requests[n].at),
      [3000, 5000, 0, 30_000],
    );
    assert.deepEqual(
      errors.map(({ status: code }) => code),
      [429, 503, 503, 503],
    );
    assert.equal(errors[0].retryAfter, 3000);
    assert.equal(client.isConnected(), true);
  });

  for (const code of [408, 425, 429, 500, 502, 503, 504]) {
    test(`status ${code} is retried`, async (t) => {
      const { pass } = clock(t);
      const { client, codes } = scriptedClient(t, [status(code), open()]);
      client.connect();
      await settled();
      await pass(1000);
      assert.equal(client.getState(), 'connected');
      assert.deepEqual(codes(), ['ERR_SSE_STATUS']);
    });
  }

  for (const code of [201, 304, 400, 401, 403, 404, 410]) {
    test(`status ${code} is final`, async (t) => {
      const { pass } = clock(t);
      const { client, requests, errors } = scriptedClient(t, [status(code), open()]);
      client.connect();
      await settled();
      await pass(100_000);
      assert.equal(client.getState(), 'error');
      assert.equal(requests.length, 1);
      const [{ code: name, status: seen, fatal }] = errors;
      assert.deepEqual([name, seen, fatal], ['ERR_SSE_STATUS', code, true]);
    });
  }

  test('status 204 disconnects without an error or a reconnect', async (t) => {
    const { pass } = clock(t);
    const { client, requests, states, errors } = scriptedClient(t, [status(204)]);
    client.connect();
    await settled();
    await pass(100_000);
    assert.deepEqual(states, ['connecting', 'disconnected']);
    assert.deepEqual(errors, []);
    assert.equal(requests.length, 1);
  });

  for (const type of ['text/html', 'application/json', 'text/event-streams', undefined]) {
    test(`the content type ${type} is final`, async (t) => {
      const answer = () =>
        new Response(new Blob(['data: a\n\n']), type && { headers: { 'Content-Type': type } });
      const { client, codes, events } = scriptedClient(t, [answer]);
      client.connect();
      await settled();
      assert.equal(client.getState(), 'error');
      assert.deepEqual(codes(), ['ERR_SSE_CONTENT_TYPE']);
      assert.deepEqual(events, []);
    });
  }

  for (const type of ['text/event-stream;charset=utf-8', 'TEXT/Event-Stream ; x=y']) {
    test(`the content type ${type} is accepted`, async (t) => {
      const answer = () => new Response('data: a\n\n', { headers: { 'Content-Type': type } });
      const { client, data } = scriptedClient(t, [answer], { autoReconnect: false });
      client.connect();
      await settled();
      assert.deepEqual(data(), ['a']);
    });
  }
});
