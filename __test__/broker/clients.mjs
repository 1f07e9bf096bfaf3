import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { readSoFar, room } from './room.mjs';

const { SSEBroker } = sluice;

/** A server whose requests become clients of the broker, as in the documentation. */
async function serve(t, broker, optionsOf = () => ({})) {
  const server = http.createServer((req, res) => broker.connect(req, res, optionsOf(req)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    await broker.close();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

test('connect() opens a connection and registers its client', SOON, async (t) => {
  const broker = new SSEBroker();
  const identity = { id: 'ada', metadata: { plan: 'gold' } };
  const origin = await serve(t, broker, () => ({ ...identity, headers: { 'X-Test': 'yes' } }));
  const reader = await connectHTTP1(origin, '/', { headers: { 'Last-Event-ID': '7' } });
  assert.equal(reader.headers['x-test'], 'yes');
  assert.equal(reader.headers['content-type'], 'text/event-stream; charset=utf-8');
  const client = broker.client('ada');
  assert.deepEqual(client.metadata, { plan: 'gold' });
  assert.equal(client.lastEventId, '7');
  assert.ok(client.createdAt instanceof Date);
  assert.ok(client.connection instanceof sluice.Connection);
  assert.deepEqual(Array.from(client.topics), []);
  assert.equal(broker.clientCount(), 1);
  assert.deepEqual(broker.clients(), [client]);
  assert.equal(broker.send('ada', { event: 'hello', data: { to: 'ada' } }), true);
  await reader.has('event: hello\ndata: {"to":"ada"}\n\n');
});

test('a client without an id gets an id of 128 random bits', SOON, async (t) => {
  const { join } = await room(t);
  const ids = await Promise.all(Array.from({ length: 20 }, async () => (await join()).id));
  assert.equal(new Set(ids).size, 20);
  for (const id of ids) assert.match(id, /^[\w-]{22}$/);
});

test(
  'a client whose id is taken gets another one, and the first client keeps its id',
  SOON,
  async (t) => {
    const { broker, join } = await room(t);
    const first = await join({ id: 'ada' });
    const second = await join({ id: 'ada' });
    assert.equal(first.id, 'ada');
    assert.notEqual(second.id, 'ada');
    broker.send('ada', { data: 'for the first' });
    await first.reader.has('for the first');
    assert.deepEqual(await readSoFar(broker, second), []);
    broker.disconnect('ada');
    const third = await join({ id: 'ada' });
    assert.equal(third.id, 'ada');
    await until(() => first.connection.closed, 'the first client to leave');
    assert.equal(broker.client('ada'), third.client);
  },
);

test(
  'a secret has 256 random bits and stays the same while the client is connected',
  SOON,
  async (t) => {
    const { join } = await room(t);
    const [one, other] = [await join(), await join()];
    assert.match(one.client.secret, /^[\w-]{43}$/);
    assert.equal(one.client.secret, one.client.secret);
    assert.notEqual(one.client.secret, other.client.secret);
    assert.ok(
      !JSON.stringify({ ...one.client, connection: undefined }).includes(one.client.secret),
    );
  },
);

test('disconnect() ends a connection after its queued events', SOON, async (t) => {
  const gone = [];
  const onDisconnect = (client, reason) => gone.push([client.id, reason]);
  const { broker, join } = await room(t, { onDisconnect });
  const { reader } = await join({ id: 'ada' });
  broker.send('ada', { data: 'the last words' });
  assert.equal(broker.disconnect('ada'), true);
  assert.equal(broker.client('ada'), undefined);
  assert.equal(broker.send('ada', { data: 'too late' }), false);
  assert.equal(broker.disconnect('ada'), false);
  assert.equal(await reader.over(), 'clean');
  assert.match(reader.text, /the last words\n\n$/);
  await until(() => gone.length, 'onDisconnect');
  assert.deepEqual(gone, [['ada', 'end']]);
  assert.equal(broker.clientCount(), 0);
});

test('onConnect and onDisconnect are called once for each client', SOON, async (t) => {
  const log = [];
  const { broker, join } = await room(t, {
    onConnect: (client) => log.push(`+${client.id}, of ${broker.clientCount()}`),
    onDisconnect: (client, reason) =>
      log.push(`-${client.id}, ${reason}, ${broker.clientCount()} left`),
  });
  const ada = await join({ id: 'ada' });
  await join({ id: 'bob' });
  ada.reader.leave();
  await until(() => log.length === 3, 'onDisconnect');
  assert.deepEqual(log, ['+ada, of 1', '+bob, of 2', '-ada, client, 1 left']);
});

test('an error in onConnect ends the connection, and connect() throws it', SOON, async (t) => {
  const refusal = new Error('not you');
  const onConnect = () => {
    throw refusal;
  };
  const { broker, join } = await room(t, { onConnect });
  await assert.rejects(join({ id: 'ada' }), refusal);
  await until(() => broker.clientCount() === 0, 'the client to be removed');
});

test('a client whose connection was ended is removed immediately', SOON, async (t) => {
  const { broker, join } = await room(t);
  const { client, connection, id, reader } = await join();
  broker.subscribe(id, 'news', 'orders.*');
  assert.equal(broker.broadcastToTopic('news', { data: 'before' }), 1);
  assert.equal(broker.broadcast({ data: 'just before' }), 1);
  connection.end();
  assert.equal(broker.broadcastToTopic('news', { data: 'after' }), 0);
  assert.equal(broker.broadcastToTopic('orders.7', { data: 'after' }), 0);
  assert.equal(broker.broadcast({ data: 'after' }), 0);
  assert.equal(broker.client(id), undefined);
  assert.equal(broker.send(id, { data: '' }), false);
  assert.equal(broker.subscribe(id, 'weather'), false);
  assert.deepEqual(broker.clients(), []);
  assert.deepEqual(broker.clientsByTopic('news'), []);
  assert.equal(broker.clientCount(), 0);
  client.topics.add('weather');
  assert.deepEqual(Array.from(client.topics), ['news', 'orders.*']);
  assert.deepEqual(broker.topics(), []);
  assert.equal(await reader.over(), 'clean');
  assert.deepEqual(reader.data, ['before', 'just before']);
});

test('broadcast() reaches every client and returns how many there are', SOON, async (t) => {
  const { broker, join } = await room(t);
  assert.equal(broker.broadcast({ data: 'nobody' }), 0);
  const clients = [await join(), await join(), await join()];
  assert.equal(broker.broadcast({ data: 'all' }), 3);
  for (const { reader } of clients) await reader.has('data: all\n\n');
  clients[0].reader.leave();
  await until(() => broker.clientCount() === 2, 'a client to leave');
  assert.equal(broker.broadcast({ data: 'the rest' }), 2);
});

test('methods return false or undefined for unknown ids', () => {
  const broker = new SSEBroker();
  assert.equal(broker.send('nobody', { data: '' }), false);
  assert.equal(broker.disconnect('nobody'), false);
  assert.equal(broker.subscribe('nobody', 'news'), false);
  assert.equal(broker.unsubscribe('nobody', 'news'), false);
  assert.equal(broker.client('nobody'), undefined);
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.equal(broker.client(name), undefined);
    assert.equal(broker.send(name, { data: '' }), false);
  }
  assert.deepEqual(broker.topics(), []);
});

test('close() ends every connection and refuses new ones', SOON, async (t) => {
  const { broker, join } = await room(t);
  const clients = [await join(), await join()];
  broker.broadcast({ data: 'goodbye' });
  await broker.close();
  assert.equal(broker.clientCount(), 0);
  for (const { reader } of clients) {
    assert.equal(await reader.over(), 'clean');
    assert.match(reader.text, /goodbye/);
  }
  await assert.rejects(join(), { name: 'SluiceError', code: 'ERR_SSE_BROKER_CLOSED' });
  assert.equal(broker.broadcast({ data: 'nobody' }), 0);
  await broker.close();
});

test('a connection can have one client, and a closed connection none', SOON, async (t) => {
  const { broker, join } = await room(t);
  const { connection } = await join({ id: 'ada' });
  assert.throws(() => broker.connect(connection), { name: 'TypeError', code: 'ERR_SSE_TYPE' });
  await connection.end();
  assert.throws(() => broker.connect(connection), { code: 'ERR_SSE_GONE' });
  assert.equal(broker.clientCount(), 0);
});

test('a client that leaves before connect() is not registered', SOON, async (t) => {
  const broker = new SSEBroker();
  const codes = [];
  const server = http.createServer((req, res) => {
    res.on('close', () => {
      try {
        broker.connect(req, res, { id: 'late' });
      } catch (error) {
        codes.push(error.code);
      }
    });
    req.socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${server.address().port}`;
  await assert.rejects(connectHTTP1(origin, '/'));
  await until(() => codes.length, 'connect() to throw');
  assert.deepEqual(codes, ['ERR_SSE_GONE']);
  assert.equal(broker.clientCount(), 0);
});

test('invalid options and arguments throw coded errors', SOON, async (t) => {
  const option = (name) => ({ name, code: 'ERR_SSE_OPTION' });
  assert.throws(() => new SSEBroker([]), option('TypeError'));
  assert.throws(() => new SSEBroker({ eventBufferSize: -1 }), option('RangeError'));
  assert.throws(() => new SSEBroker({ heartbeatInterval: -1 }), option('RangeError'));
  assert.throws(() => new SSEBroker({ onConnect: 'yes' }), option('TypeError'));
  assert.throws(() => new SSEBroker({ topic: { historySize: '5' } }), option('TypeError'));
  assert.throws(() => new SSEBroker({ topic: 5 }), option('TypeError'));
  assert.throws(() => new SSEBroker({ sessionTimeout: -1 }), option('RangeError'));
  assert.throws(() => new SSEBroker({ connection: { retry: -1 } }), option('RangeError'));
  assert.throws(() => new SSEBroker({ wildcards: 'no' }), option('TypeError'));
  const { broker, join } = await room(t);
  for (const bad of [
    { id: '' },
    { id: 5 },
    { metadata: 'x' },
    { metadata: [] },
    { metadata: null },
  ]) {
    await assert.rejects(join(bad), { code: 'ERR_SSE_OPTION' }, JSON.stringify(bad));
  }
  assert.equal(broker.clientCount(), 0);
  const { id, reader } = await join();
  assert.throws(() => broker.send(id, { data: 1n }), { code: 'ERR_SSE_DATA' });
  assert.throws(() => broker.broadcast({}), { code: 'ERR_SSE_EMPTY' });
  assert.throws(() => broker.broadcast({ event: 'a\nb', data: '' }), { code: 'ERR_SSE_FIELD' });
  assert.equal(broker.send(id, { data: 'and on' }), true);
  await reader.has('data: and on\n\n');
});

test('an option that is undefined has its default', SOON, async (t) => {
  const broker = new SSEBroker({
    heartbeatInterval: 10,
    // Long enough for two heartbeats on a busy machine.
    connection: { timeout: 1000, pingInterval: undefined, maxQueueEvents: undefined },
  });
  const origin = await serve(t, broker, () => ({ timeout: undefined, retry: undefined }));
  const reader = await connectHTTP1(origin, '/');
  await until(() => reader.pings >= 2, 'two heartbeats');
  assert.equal(await reader.over(), 'clean');
});

test('onDisconnect runs even if a close listener throws', SOON, async (t) => {
  const gone = [];
  const { broker, join } = await room(t, { onDisconnect: ({ id }) => gone.push(id) });
  const errors = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => {
    errors.push(error.message);
  });
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  const { reader } = await join({ id: 'ada' }, {}, ({ connection }) => {
    connection.on('close', () => {
      throw new Error('mine');
    });
  });
  reader.leave();
  await until(() => errors.length, 'the error');
  assert.deepEqual(errors, ['mine']);
  assert.deepEqual(gone, ['ada']);
  assert.equal(broker.clientCount(), 0);
});
