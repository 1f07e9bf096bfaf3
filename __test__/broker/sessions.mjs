// Clients that reconnect within `sessionTimeout`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { BrokerClient } = require('../../lib/broker/broker-client.js');
const { clientsOf } = require('../../lib/broker/broker.js');
const { Sessions } = require('../../lib/broker/sessions.js');

/** A broker behind a server whose requests contain the id of their client. */
async function serve(t, options) {
  const broker = new sluice.SSEBroker(options);
  const server = http.createServer((req, res) => {
    try {
      broker.connect(req, res, { id: req.headers['x-id'] });
    } catch {
      res.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    await broker.close();
    server.close();
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    broker,
    count: () => clientsOf(broker).sessions.count,
    join(id, cursor) {
      const headers = { 'X-Id': id, ...(cursor && { 'Last-Event-ID': cursor }) };
      return connectHTTP1(origin, '/', { headers });
    },
    async leave(reader, id) {
      reader.leave();
      await until(() => !broker.client(id), 'the client to leave');
    },
  };
}

const topicsOf = (broker, id) => Array.from(broker.client(id).topics);
const send = (broker, topic, id) => broker.broadcastToTopic(topic, { id, data: id });

/** Sends a last event to the client and returns the data that arrived before it. */
async function received(broker, reader, id) {
  broker.send(id, { data: 'last' });
  await reader.has('data: last\n\n');
  return reader.data.slice(0, -1);
}

test(
  'a client that reconnects resumes all its topics in order, before onConnect',
  SOON,
  async (t) => {
    const greeted = [];
    const onConnect = ({ id, topics }) => greeted.push([id, ...topics]);
    const { broker, join, leave } = await serve(t, { onConnect });
    const first = await join('ada');
    const { secret } = broker.client('ada');
    broker.subscribe('ada', 'a', 'b', 'orders.*');
    send(broker, 'a', '1');
    send(broker, 'b', '2');
    send(broker, 'orders.7', '3');
    await first.has('data: 3\n\n');
    await leave(first, 'ada');
    for (const [topic, id] of [
      ['b', '4'],
      ['a', '5'],
      ['orders.8', '6'],
      ['else', 'x'],
      ['a', '7'],
      ['b', '8'],
    ]) {
      send(broker, topic, id);
    }
    const back = await join('ada', '3');
    send(broker, 'a', '9');
    assert.deepEqual(await received(broker, back, 'ada'), ['4', '5', '6', '7', '8', '9']);
    assert.deepEqual(greeted, [['ada'], ['ada', 'a', 'b', 'orders.*']]);
    assert.equal(broker.client('ada').secret, secret);
  },
);

test('a client without a cursor starts anew, and its session is deleted', SOON, async (t) => {
  const { broker, count, join, leave } = await serve(t);
  const first = await join('ada');
  const { secret } = broker.client('ada');
  broker.subscribe('ada', 'news');
  await leave(first, 'ada');
  assert.equal(count(), 1);
  const page = await join('ada');
  assert.deepEqual(topicsOf(broker, 'ada'), []);
  assert.notEqual(broker.client('ada').secret, secret);
  assert.equal(count(), 0);
  await leave(page, 'ada');
  await join('ada', '1');
  assert.deepEqual(topicsOf(broker, 'ada'), []);
});

test('a client without topics leaves no session', SOON, async (t) => {
  const { broker, count, join, leave } = await serve(t);
  const reader = await join('ada');
  broker.subscribe('ada', 'news');
  broker.unsubscribe('ada', 'news');
  await leave(reader, 'ada');
  assert.equal(count(), 0);
});

test('a topic that is no longer allowed is not restored', SOON, async (t) => {
  const removed = new Set();
  const topic = (name) => {
    if (removed.has(name)) throw new Error(`${name} was removed`);
    return { emptyTimeout: 0 };
  };
  const { broker, join, leave } = await serve(t, { topic });
  const first = await join('ada');
  broker.subscribe('ada', 'a', 'b', 'c');
  await leave(first, 'ada');
  removed.add('b');
  await join('ada', '1');
  assert.deepEqual(topicsOf(broker, 'ada'), ['a', 'c']);
});

test('a client that onConnect refuses keeps its session', SOON, async (t) => {
  let refuses = false;
  const onConnect = () => {
    if (refuses) throw new Error('not now');
  };
  const { broker, join, leave } = await serve(t, { onConnect });
  const first = await join('ada');
  broker.subscribe('ada', 'news');
  await leave(first, 'ada');
  refuses = true;
  await (await join('ada', '1')).over();
  refuses = false;
  await join('ada', '1');
  assert.deepEqual(topicsOf(broker, 'ada'), ['news']);
});

test('disconnect() deletes the session of a client, connected or not', SOON, async (t) => {
  const { broker, count, join, leave } = await serve(t);
  const first = await join('ada');
  broker.subscribe('ada', 'news');
  assert.equal(broker.disconnect('ada'), true);
  await first.over();
  assert.equal(count(), 0);
  const second = await join('ada', '1');
  assert.deepEqual(topicsOf(broker, 'ada'), []);
  broker.subscribe('ada', 'news');
  await leave(second, 'ada');
  assert.equal(count(), 1);
  assert.equal(broker.disconnect('ada'), false);
  assert.equal(count(), 0);
  await join('ada', '1');
  assert.deepEqual(topicsOf(broker, 'ada'), []);
});

test('close() deletes all sessions', SOON, async (t) => {
  const { broker, count, join, leave } = await serve(t);
  for (const id of ['ada', 'bob']) {
    const reader = await join(id);
    broker.subscribe(id, 'news');
    if (id === 'ada') await leave(reader, id);
  }
  assert.equal(count(), 1);
  await broker.close();
  assert.equal(count(), 0);
});

for (const [name, sessionTimeout, pause] of [
  ['a sessionTimeout of 0 turns sessions off', 0, 0],
  ['a session expires', 20, 40],
]) {
  test(name, SOON, async (t) => {
    const { broker, join, leave } = await serve(t, { sessionTimeout });
    const first = await join('ada');
    broker.subscribe('ada', 'news');
    await leave(first, 'ada');
    await sleep(pause);
    await join('ada', '1');
    assert.deepEqual(topicsOf(broker, 'ada'), []);
  });
}

const client = (id, ...topics) =>
  new BrokerClient({ id }, { timestamp: 0 }, {}, new Set(topics.length > 0 ? topics : ['news']));

test('the newest 10,000 of 10,001 sessions are kept', () => {
  const sessions = new Sessions(60_000);
  for (let n = 0; n <= 10_000; n += 1) sessions.keep(client(`client ${n}`));
  assert.equal(sessions.count, 10_000);
  assert.equal(sessions.get('client 0'), undefined);
  assert.deepEqual(sessions.get('client 1').topics, ['news']);
  assert.deepEqual(sessions.get('client 10000').topics, ['news']);
  sessions.clear();
  assert.equal(sessions.count, 0);
});

test('the topic names of sessions are bounded in bytes', () => {
  const sessions = new Sessions(60_000);
  const half = 'x'.repeat(2 ** 23);
  sessions.keep(client('a', half));
  sessions.keep(client('b', half));
  sessions.keep(client('too large', half, `${half}y`));
  assert.equal(sessions.count, 2);
  sessions.keep(client('c', 'y'));
  assert.equal(sessions.get('a'), undefined);
  assert.equal(sessions.count, 2);
  // Deleted sessions no longer count.
  sessions.delete('b');
  sessions.keep(client('d', half));
  assert.equal(sessions.count, 2);
  sessions.clear();
});

test(
  'expired sessions are deleted by a timer that does not keep the process alive',
  SOON,
  async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const sessions = new Sessions(5);
    for (const id of ['a', 'b']) {
      sessions.keep(client(id));
      assert.equal(timers(), before);
      await until(() => sessions.count === 0, 'the session to be deleted');
    }
  },
);
