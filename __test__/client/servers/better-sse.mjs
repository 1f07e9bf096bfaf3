import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createChannel, createSession } from 'better-sse';
import { until } from '../../support/until.mjs';
import { connected, counting, serve } from './serve.mjs';

const SOON = { timeout: 240_000 };

describe('the client with better-sse', () => {
  test('a channel: events, names, ids, JSON, multi-byte text', SOON, async (t) => {
    const channel = createChannel();
    const { origin } = await serve(t, async (req, res) => {
      channel.register(await createSession(req, res, { retry: 1 }));
    });
    const { client, events } = await connected(t, { url: origin });
    await until(() => channel.sessionCount === 1, 'the session');
    channel.broadcast({ celsius: 21 }, 'report', { eventId: '1' });
    channel.broadcast('grün ☀', 'message', { eventId: '2' });
    channel.broadcast([1, null, 'two\nlines'], 'list', { eventId: '3' });
    await until(() => events.length === 3, 'three events');
    assert.deepEqual(
      events.map(({ event, data, id }) => [event, data, id]),
      [
        ['report', { celsius: 21 }, '1'],
        ['message', 'grün ☀', '2'],
        ['list', [1, null, 'two\nlines'], '3'],
      ],
    );
    assert.equal(client.getLastEventId(), '3');
  });

  test('better-sse reads the cursor and continues after it', SOON, async (t) => {
    const cursors = [];
    const { origin } = await serve(t, async (req, res) => {
      const session = await createSession(req, res, { retry: 1 });
      cursors.push(session.lastId);
      const next = Number(session.lastId || 0) + 1;
      for (const n of [next, next + 1]) session.push(n, 'count', String(n));
      if (next < 9) setImmediate(() => res.end());
    });
    const { data } = await connected(t, { url: origin });
    await until(() => data().length === 10, 'ten events');
    assert.deepEqual(data(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(cursors, ['', '2', '4', '6', '8']);
  });

  test('pings from better-sse keep a connection alive', SOON, async (t) => {
    let sessions = 0;
    const { origin } = await serve(t, async (req, res) => {
      sessions += 1;
      await createSession(req, res, { keepAlive: 20 });
    });
    const pings = counting();
    const listening = { heartbeatInterval: 50, missedHeartbeatsLimit: 20, fetch: pings.fetch };
    const { codes } = await connected(t, { url: origin, ...listening });
    await until(() => pings.chunks > 60, 'pings for longer than the silence limit');
    assert.deepEqual(codes(), []);
    assert.equal(sessions, 1);
  });

  test('a POST with a body and headers reaches the handler', SOON, async (t) => {
    const { origin } = await serve(t, async (req, res) => {
      const body = Buffer.concat(await req.toArray()).toString();
      const session = await createSession(req, res);
      session.push({ method: req.method, key: req.headers['x-key'], body: JSON.parse(body) });
    });
    const { data } = await connected(t, {
      url: origin,
      body: JSON.stringify({ prompt: 'why?' }),
      headers: { 'Content-Type': 'application/json', 'X-Key': 'k' },
    });
    await until(() => data().length, 'an event');
    assert.deepEqual(data(), [{ method: 'POST', key: 'k', body: { prompt: 'why?' } }]);
  });
});
