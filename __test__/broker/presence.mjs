// Presence of a broker in a single process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

/** A broker behind a server. `told` records joins and leaves. */
async function serve(t, options) {
  const told = [];
  const broker = new sluice.SSEBroker({
    presenceDelay: 100,
    onJoin: (topic, { id }) => told.push(`${id} joins ${topic}`),
    onLeave: (topic, { id }) => told.push(`${id} leaves ${topic}`),
    ...options,
  });
  const server = http.createServer((req, res) => {
    const { searchParams: query } = new URL(req.url, 'http://localhost');
    const metadata = { name: query.get('name') };
    const { id } = broker.connect(req, res, { id: query.get('id') ?? undefined, metadata });
    broker.subscribe(id, ...query.getAll('topic'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    await broker.close();
    server.close();
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { broker, told, connect: (query) => connectHTTP1(origin, `/?${query}`) };
}

const shown = (broker, topic) => broker.presence(topic).map(({ id, metadata }) => [id, metadata]);

test('a broker lists the members of a topic with their public data', SOON, async (t) => {
  const { broker, told, connect } = await serve(t, {
    presence: ({ metadata }) => (metadata.name === 'hidden' ? undefined : metadata),
  });
  const ada = await connect('id=ada&name=Ada&topic=room&topic=hall');
  await connect('id=bob&name=Bob&topic=room');
  await connect('id=eve&name=hidden&topic=room');
  await until(() => broker.clientCount() === 3, 'the clients');
  assert.deepEqual(shown(broker, 'room'), [
    ['ada', { name: 'Ada' }],
    ['bob', { name: 'Bob' }],
  ]);
  assert.deepEqual(shown(broker, 'hall'), [['ada', { name: 'Ada' }]]);
  assert.deepEqual(shown(broker, 'cellar'), []);
  assert.equal(broker.clientCount({ everywhere: true }), 3);
  broker.unsubscribe('ada', 'hall');
  assert.deepEqual(shown(broker, 'hall'), []);
  ada.leave();
  await until(() => told.includes('ada leaves room'), 'the leave');
  assert.deepEqual(shown(broker, 'room'), [['bob', { name: 'Bob' }]]);
  assert.ok(told.includes('ada joins room') && told.includes('bob joins room'));
  assert.ok(!told.some((line) => line.includes('eve')));
});

test('a member that reconnects in time does not leave', SOON, async (t) => {
  const { broker, told, connect } = await serve(t, { presence: true, presenceDelay: 60_000 });
  for (let visit = 0; visit < 3; visit += 1) {
    const client = await connect('id=ada&name=Ada&topic=room');
    await until(() => broker.client('ada'), 'the client');
    await until(() => told.length === 1, 'the join');
    client.leave();
    await until(() => !broker.client('ada'), 'the client to leave');
  }
  assert.deepEqual(told, ['ada joins room']);
});

test('a broker without `presence` lists no members', SOON, async (t) => {
  const { broker, connect } = await serve(t, {});
  await connect('id=ada&name=Ada&topic=room');
  await until(() => broker.client('ada'), 'the client');
  assert.deepEqual(broker.presence('room'), []);
});
