import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { room } from './room.mjs';

const noise = (bytes) => randomBytes((bytes * 3) / 4).toString('base64');

async function serve(t, broker, options) {
  const server = http.createServer((req, res) => broker.connect(req, res, options));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    await broker.close();
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

for (const transport of ['native', 'stream']) {
  test(
    `${transport}: more than eventBufferSize events disconnect only a client that does not read`,
    SOON,
    async (t) => {
      const gone = [];
      const broker = new sluice.SSEBroker({
        eventBufferSize: 20,
        connection: { maxQueueBytes: 2 ** 30, transport },
        onDisconnect: (client, reason) => gone.push([client.id, reason]),
      });
      const origin = await serve(t, broker);
      const deaf = await connectHTTP1(origin, '/', { reading: false });
      const [{ id }] = broker.clients();
      const good = await connectHTTP1(origin, '/');
      const data = noise(256 * 1024);
      let sent = 0;
      while (gone.length === 0 && sent < 400) {
        broker.broadcast({ data });
        sent += 1;
        await good.has(`${data}\n\n`);
        good.text = '';
      }
      assert.deepEqual(gone, [[id, 'overflow']]);
      assert.ok(sent > 20, `after ${sent} events`);
      assert.equal(broker.clientCount(), 1);
      deaf.resume();
      assert.equal(await deaf.over(), 'cut');
    },
  );
}

test('a replay does not count against eventBufferSize', SOON, async (t) => {
  const { broker, join } = await room(t, {
    eventBufferSize: 5,
    topic: { historySize: 500, historyBytes: 2 ** 30 },
  });
  const stays = await join();
  broker.subscribe(stays.id, 'news');
  for (let id = 0; id < 100; id += 1) {
    broker.broadcastToTopic('news', { id: `${id}`, data: noise(64 * 1024) });
    await stays.reader.count(id + 1);
  }
  const back = await join({}, { headers: { 'Last-Event-ID': '0' }, reading: false });
  broker.subscribe(back.id, 'news');
  back.reader.resume();
  await back.reader.count(99);
  assert.equal(back.connection.closed, false);
});

test('heartbeats come at their interval, and 0 stops them', SOON, async (t) => {
  const often = await serve(t, new sluice.SSEBroker({ heartbeatInterval: 10 }));
  const never = await serve(t, new sluice.SSEBroker({ heartbeatInterval: 0 }));
  const [beating, silent] = [await connectHTTP1(often, '/'), await connectHTTP1(never, '/')];
  await until(() => beating.pings >= 3, 'three heartbeats');
  assert.equal(silent.text, '');
});

test('clients that connect, subscribe and leave are removed completely', SOON, async (t) => {
  const { broker, join } = await room(t, { topic: { emptyTimeout: 100 } });
  const channels = sluice.metrics().channels;
  for (let round = 0; round < 20; round += 1) {
    const clients = await Promise.all(Array.from({ length: 10 }, () => join()));
    clients.forEach(({ id }, n) => {
      broker.subscribe(id, 'all', `own.${id}`, `group.${n % 3}`, `pattern.${n}.*`, '>');
    });
    assert.equal(broker.broadcastToTopic('all', { data: 'x' }), 10);
    for (const { reader } of clients) reader.leave();
    await until(() => broker.clientCount() === 0, 'all clients to leave');
  }
  await until(() => broker.topics().length === 0, 'the topics to be removed');
  // Channels of another test may close at the same time.
  await until(() => sluice.metrics().channels <= channels, 'the channels to be removed');
});

test('a broker has no more topics than maxTopicsTotal', SOON, async (t) => {
  const { broker, join } = await room(t, { maxTopicsTotal: 2 });
  const { client } = await join();
  broker.subscribe(client.id, 'a', 'b.*');
  const limit = { name: 'SluiceError', code: 'ERR_SSE_LIMIT', statusCode: 503 };
  assert.throws(() => broker.subscribe(client.id, 'c'), limit);
  assert.throws(() => client.topics.add('c.*'), limit);
  assert.deepEqual([...client.topics], ['a', 'b.*']);
  assert.throws(() => new sluice.SSEBroker({ maxTopicsTotal: -1 }), { code: 'ERR_SSE_OPTION' });
});

test(
  'a client may be subscribed to maxPatterns patterns and to any number of names',
  SOON,
  async (t) => {
    const { broker, join } = await room(t, { maxPatterns: 2 });
    const { client } = await join();
    broker.subscribe(client.id, 'a.*', 'b.>', 'a.b', 'c', 'd');
    const limit = { name: 'SluiceError', code: 'ERR_SSE_TOPIC_LIMIT', message: /2 patterns/ };
    assert.throws(() => broker.subscribe(client.id, 'e', 'c.*'), limit);
    assert.deepEqual([...client.topics], ['a.*', 'b.>', 'a.b', 'c', 'd']);
    broker.subscribe(client.id, 'a.*');
    broker.unsubscribe(client.id, 'a.*');
    broker.subscribe(client.id, 'c.*');
    assert.throws(() => client.topics.add('a.*'), limit);
    assert.throws(() => new sluice.SSEBroker({ maxPatterns: -1 }), { code: 'ERR_SSE_OPTION' });
  },
);
