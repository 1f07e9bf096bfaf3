// SE in several processes, which share their seids.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { as, SOON, seidGenerator, serveSE } from '../faces/fastify-se/app.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { until } from '../support/until.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { Node } from './nodes.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const { memoryBackplane } = createRequire(import.meta.url)('../../backplane.js');

/** The id of the event with the given data. */
const idOf = ({ text }, data) =>
  new RegExp(`^id: (.*)\n(?:event: .*\n)?data: ${data}$`, 'm').exec(text)[1];
let memories = 0;

/** Two servers that share only the backplane. */
async function two(t, options) {
  memories += 1;
  const backplane = memoryBackplane({ name: `se-${memories}` });
  t.after(() => backplane.close());
  const setUp = (fastify) => {
    fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
    fastify.get('/wait', () => {});
    fastify.get('/end', (_request, reply) => {
      for (let number = 0; number < 20; number += 1) reply.sendEvent(`number ${number}`);
      reply.endEvent();
    });
    fastify.post('/send/:seid/:text', async ({ params }, reply) => ({
      sent: reply.sendEventBySeid(params.seid, params.text, 'name'),
    }));
  };
  const start = () => serveSE(t, setUp, { seidGenerator, backplane, ...options });
  const servers = await Promise.all([start(), start()]);
  await until(() => backplane.state === 'online', 'the backplane');
  return servers;
}

async function send({ connect }, seid, text) {
  const answer = await connect(`/send/${seid}/${text}`, { method: 'POST' });
  await answer.over();
  return JSON.parse(answer.text).sent;
}

describe('SE with a backplane', { concurrency: true }, () => {
  test('an event reaches the open stream of a client of another server', SOON, async (t) => {
    const [one, other] = await two(t);
    const client = await one.connect('/', as('ada'));
    await client.has('data: hello\n\n');
    assert.equal(await send(other, 'ada', 'news'), true);
    await client.has('event: name\ndata: news\n\n');
    assert.deepEqual(client.data, ['hello', 'news']);
    assert.notEqual(idOf(client, 'hello'), idOf(client, 'news'));
  });

  test(
    'an event opens the stream of a handler that is waiting in another server',
    SOON,
    async (t) => {
      const [one, other] = await two(t);
      const opening = one.connect('/wait', as('ada'));
      await until(() => 'ada' in one.se.clients, 'the handler to start');
      one.se.clients.ada.code(202);
      assert.equal(await send(other, 'bob', 'of another seid'), true);
      for (const text of ['one', 'two']) assert.equal(await send(other, 'ada', text), true);
      const client = await opening;
      assert.equal(client.status, 202);
      assert.equal(await send(one, 'ada', 'three'), true);
      await client.has('data: three\n\n');
      assert.deepEqual(client.data, ['one', 'two', 'three']);
    },
  );

  test(
    'a waiting handler gets an event that another server sends while it answers',
    SOON,
    async (t) => {
      const [one, other] = await two(t);
      for (let number = 0; number < 50; number += 1) {
        const seid = `client-${number}`;
        const opening = one.connect('/wait', as(seid));
        await until(() => seid in one.se.clients, 'the handler to start');
        const sent = send(other, seid, 'from the other server');
        one.se.clients[seid].sendEvent('from this server');
        await sent;
        const client = await opening;
        await client.has('data: from this server\n\n');
        await client.has('data: from the other server\n\n');
        assert.equal(client.data.length, 2);
      }
    },
  );

  test('a client that moves to another server gets what it missed, once', SOON, async (t) => {
    const [one, other] = await two(t);
    const first = await one.connect('/', as('ada'));
    await first.has('data: hello\n\n');
    first.leave();
    await until(() => !('ada' in one.se.clients), 'the client to leave');
    for (const text of ['one', 'two']) assert.equal(await send(one, 'ada', text), true);
    const opening = other.connect('/wait', {
      headers: { ...as('ada').headers, 'Last-Event-ID': idOf(first, 'hello') },
    });
    await until(() => 'ada' in other.se.clients, 'the handler to start');
    assert.equal(await send(one, 'ada', 'three'), true);
    const back = await opening;
    await back.has('data: three\n\n');
    assert.deepEqual(back.data, ['one', 'two', 'three']);
  });

  test('a new stream of a seid gets only its own events', SOON, async (t) => {
    const [one, other] = await two(t);
    for (let round = 0; round < 3; round += 1) {
      const opening = one.connect('/wait', as('ada'));
      await until(() => 'ada' in one.se.clients, 'the handler to start');
      assert.equal(await send(other, 'ada', `round-${round}`), true);
      const client = await opening;
      await client.has(`data: round-${round}\n\n`);
      one.se.clients.ada.endEvent();
      assert.equal(await client.over(), 'clean');
      assert.deepEqual(client.data, [`round-${round}`]);
    }
  });

  test('a stream ends after its queued events', SOON, async (t) => {
    const [one] = await two(t);
    const client = await one.connect('/end', as('ada'));
    assert.equal(await client.over(), 'clean');
    assert.equal(client.data.length, 20);
    assert.deepEqual(Object.keys(one.se.clients), []);
  });

  test('random seids reach other servers too', SOON, async (t) => {
    const [one, other] = await two(t, { seidGenerator: undefined });
    const opening = one.connect('/wait');
    await until(() => Object.keys(one.se.clients).length === 1, 'the handler to start');
    const [seid] = Object.keys(one.se.clients);
    assert.equal(await send(other, seid, 'found'), true);
    await (await opening).has('data: found\n\n');
  });

  test('plugins with different names are independent', SOON, async (t) => {
    const [one] = await two(t);
    const [, stranger] = await two(t, { name: 'another' });
    const client = await one.connect('/', as('ada'));
    await client.has('data: hello\n\n');
    await send(stranger, 'ada', 'secret');
    await send(one, 'ada', 'known');
    await client.has('data: known\n\n');
    assert.deepEqual(client.data, ['hello', 'known']);
  });
});

const engines = [
  ['Redis', RedisServer, noRedis],
  ['NATS', NatsServer, noNats],
];
for (const [name, Server, skip] of engines) {
  describe(`SE of two processes over ${name}`, { ...SOON, skip }, () => {
    test('waiting, connected and reconnecting clients get the events of their seid', async (t) => {
      const server = await Server.start(t);
      const start = () => Node.start(t, { backplane: { url: server.url } }, 'se-node.mjs');
      const [one, other] = await Promise.all([start(), start()]);
      for (const node of [one, other]) {
        await until(async () => (await node.ask('state')) === 'online', 'the node');
      }
      const connect = (node, cursor) =>
        connectHTTP1(node.origin, '/wait', {
          headers: { 'x-seid': 'ada', ...(cursor && { 'Last-Event-ID': cursor }) },
        });
      const sendTo = async (node, text) => {
        const answer = await fetch(`${node.origin}/send/ada/${text}`, { method: 'POST' });
        assert.deepEqual(await answer.json(), { sent: true });
      };
      const opening = connect(one);
      await until(async () => await one.ask('waits'), 'the handler to start');
      for (const text of ['one', 'two']) await sendTo(other, text);
      const client = await opening;
      await client.has('data: two\n\n');
      assert.deepEqual(client.data, ['one', 'two']);
      await one.kill();
      await sendTo(other, 'three');
      const returning = connect(other, idOf(client, 'one'));
      await until(async () => await other.ask('waits'), 'the handler to start');
      await sendTo(other, 'four');
      const back = await returning;
      await back.has('data: four\n\n');
      assert.deepEqual(back.data, ['two', 'three', 'four']);
    });
  });
}
