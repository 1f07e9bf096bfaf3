import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSSEClient } from '../../client/index.js';
import { event as arbitraryEvent, decoded } from '../support/arbitrary-event.mjs';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { told } from './scripted.mjs';

const SOON = { timeout: 240_000 };

/** A server whose clients join a channel. It can stop and restart on the same port. */
async function weather(t, { channel = new sluice.Channel(), options } = {}) {
  const connections = [];
  let server;
  let port = 0;
  const start = async () => {
    server = http.createServer((req, res) => {
      const connection = new sluice.Connection(req, res, { retry: 1, ...options });
      connections.push(connection);
      channel.add(connection);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = server.address().port;
  };
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await start();
  t.after(async () => {
    if (server.listening) await stop();
    channel.close();
  });
  return { channel, connections, start, stop, url: `http://127.0.0.1:${port}/` };
}

async function connected(t, config) {
  const client = createSSEClient({ reconnectDelay: 1, ...config });
  t.after(() => client.disconnect());
  const all = told(client);
  client.connect();
  await until(() => client.isConnected(), 'the connection');
  return all;
}

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('with a server channel', () => {
  test('events arrive as they were sent', SOON, async (t) => {
    const { channel, url } = await weather(t, { channel: new sluice.Channel({ ids: 'manual' }) });
    const { client, events } = await connected(t, { url });
    channel.send({ id: 'Zürich ☀', event: 'report', data: { celsius: 21 } });
    channel.send({ data: 'text\r\nof two lines' });
    channel.send({ event: 'nothing', data: '' });
    await until(() => events.length === 3, 'three events');
    const lastEventId = 'Zürich ☀';
    assert.deepEqual(events, [
      {
        event: 'report',
        topic: undefined,
        data: { celsius: 21 },
        raw: '{"celsius":21}',
        id: lastEventId,
        lastEventId,
      },
      {
        event: 'message',
        topic: undefined,
        data: 'text\nof two lines',
        raw: 'text\nof two lines',
        id: undefined,
        lastEventId,
      },
      { event: 'nothing', topic: undefined, data: '', raw: '', id: undefined, lastEventId },
    ]);
    assert.equal(client.getLastEventId(), lastEventId);
  });

  test('the client reads back every event that was sent', SOON, async (t) => {
    const { channel, connections, url } = await weather(t, {
      channel: new sluice.Channel({ ids: 'manual' }),
    });
    const { client, events } = await connected(t, { url, parse: String });
    const property = fc.asyncProperty(fc.array(arbitraryEvent, { maxLength: 20 }), async (sent) => {
      events.length = 0;
      for (const one of sent) channel.send(one);
      channel.send({ event: 'done', id: '', data: '' });
      await until(() => events.at(-1)?.event === 'done', 'the last event');
      const seen = events.slice(0, -1);
      assert.deepEqual(
        seen.map(({ event: type, data, lastEventId }) => ({ type, data, lastEventId })),
        decoded(sent),
      );
    });
    await fc.assert(property, { numRuns: 100 });
    assert.equal(connections.length, 1);
    assert.equal(client.isConnected(), true);
  });

  test('missed events arrive after a reconnect, for ids in any script', SOON, async (t) => {
    for (const name of ['id', 'идент', '識別 ☀ 😀']) {
      const { channel, connections, url } = await weather(t);
      const { states, data } = await connected(t, { url });
      for (const n of range(1, 3)) channel.send({ id: `${name} ${n}`, data: n });
      await until(() => data().length === 3, 'three events');
      await connections[0].end();
      for (const n of range(4, 6)) channel.send({ id: `${name} ${n}`, data: n });
      await until(() => data().length === 6, 'six events');
      assert.deepEqual(data(), range(1, 6));
      assert.equal(connections[1].lastEventID, `${name} 3`);
      assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected']);
    }
  });

  test('delivers each event once over connections that are cut repeatedly', SOON, async (t) => {
    const { channel, connections, url } = await weather(t);
    // The delay grows because these connections are all short.
    const { data } = await connected(t, { url, maxReconnectDelay: 20 });
    const cut = setInterval(() => connections.at(-1).response.destroy(), 5);
    t.after(() => clearInterval(cut));
    let sent = 0;
    while (sent < 300 || connections.length <= 5) {
      sent += 1;
      channel.send({ id: String(sent), data: sent });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    clearInterval(cut);
    await until(
      () => data().at(-1) === sent,
      () => `the last event, not ${data().at(-1)}`,
    );
    assert.deepEqual(data(), range(1, sent));
  });

  test('reconnects to a restarted server and gets the missed events', SOON, async (t) => {
    const { channel, connections, start, stop, url } = await weather(t);
    const config = { url, maxReconnectDelay: 20, maxRetries: 0 };
    const { client, codes, data } = await connected(t, config);
    channel.send({ id: '1', data: 1 });
    await until(() => data().length === 1, 'an event');
    await stop();
    channel.send({ id: '2', data: 2 });
    await until(() => codes().length >= 3, 'some failed attempts');
    assert.equal(client.getState(), 'connecting');
    await start();
    await until(() => data().length === 2, 'the missed event');
    assert.deepEqual(data(), [1, 2]);
    assert.equal(connections.at(-1).lastEventID, '1');
    assert.deepEqual(new Set(codes()), new Set(['ERR_SSE_NETWORK']));
  });

  test('a gap that the server reports is an error, and live events follow', SOON, async (t) => {
    const channel = new sluice.Channel({ historySize: 2 });
    const { connections, url } = await weather(t, { channel, options: { onGap: 'reset' } });
    const { errors, events } = await connected(t, { url });
    channel.send({ data: 'first' });
    await until(() => events.length === 1, 'an event');
    const closed = once(connections[0], 'close');
    connections[0].response.destroy();
    await closed;
    for (const data of ['lost', 'kept', 'kept too']) channel.send({ data });
    await until(() => events.length === 2, 'the reset');
    channel.send({ data: 'live' });
    await until(() => events.length === 3, 'a live event');
    assert.deepEqual(
      events.map(({ event, data }) => [event, data]),
      [
        ['message', 'first'],
        ['sluice.reset', {}],
        ['message', 'live'],
      ],
    );
    const gaps = errors.filter(({ code }) => code === 'ERR_SSE_GAP');
    assert.deepEqual(
      gaps.map(({ fatal, message }) => [fatal, message]),
      [[false, 'events were lost']],
    );
  });

  test('keeps a connection with pings, and replaces a silent one', SOON, async (t) => {
    const listening = { heartbeatInterval: 50, missedHeartbeatsLimit: 20, maxReconnectDelay: 1 };
    const quiet = await weather(t, { options: { ping: false } });
    const pinging = await weather(t, { options: { pingInterval: 20 } });
    const one = await connected(t, { url: quiet.url, ...listening });
    const other = await connected(t, { url: pinging.url, ...listening });
    await until(() => one.codes().length >= 2, 'two silences');
    assert.deepEqual(new Set(one.codes()), new Set(['ERR_SSE_HEARTBEAT']));
    assert.deepEqual(other.codes(), []);
    assert.equal(pinging.connections.length, 1);
  });

  test('20,000 events arrive in order', SOON, async (t) => {
    const { channel, url } = await weather(t, { options: { maxQueueBytes: 2 ** 26 } });
    const client = createSSEClient({ url });
    t.after(() => client.disconnect());
    let expected = 0;
    client.onStateChange((state) => {
      if (state !== 'connected') return;
      for (const n of range(1, 20_000)) channel.send({ id: String(n), data: n });
    });
    for await (const { data } of client) {
      expected += 1;
      assert.equal(data, expected);
      if (data === 20_000) break;
    }
    assert.equal(client.getState(), 'disconnected');
  });

  test('disconnects when a server ends the stream and then answers 204', SOON, async (t) => {
    let requests = 0;
    const server = http.createServer((req, res) => {
      requests += 1;
      if (requests > 1) return res.writeHead(204).end();
      const connection = new sluice.Connection(req, res, { retry: 1 });
      connection.send({ data: 'all' });
      return connection.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const client = createSSEClient({ url: `http://127.0.0.1:${server.address().port}/` });
    const seen = [];
    for await (const { data } of client) seen.push(data);
    assert.deepEqual(seen, ['all']);
    assert.equal(client.getState(), 'disconnected');
  });
});
