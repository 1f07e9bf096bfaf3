// Runs of several processes. Any process can serve readers, stop runs and survive the others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NatsServer, noNats } from '../backplane/nats-server.mjs';
import { Node } from '../backplane/nodes.mjs';
import { online } from '../backplane/processes.mjs';
import { noRedis, RedisServer } from '../backplane/redis-server.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { over } from './site.mjs';

const RETAIN = { events: 1100, age: 60_000 };
const SETTINGS = { maxEvents: 1000, ttl: 30_000 };
const PROGRAM = '../runs/run-node.mjs';

async function site(t, engine, count, settings = {}, options = {}) {
  const server = await engine.start(t);
  const given = {
    backplane: { url: server.url, retain: RETAIN, ...options },
    settings: { ...SETTINGS, ...settings },
  };
  const start = () => Node.start(t, given, PROGRAM);
  const nodes = await Promise.all(Array.from({ length: count }, start));
  await online(nodes);
  return { server, nodes, start };
}

const read = (node, path, headers = {}) => connectHTTP1(node.origin, `/${path}`, { headers });
const events = async (node, id) => (await node.ask('status', { id }))?.events;
const idOf = (client, data) => new RegExp(`id: (.*)\\ndata: ${data}\\n`).exec(client.text)[1];

for (const [name, engine, skip] of [
  ['Redis', RedisServer, noRedis],
  ['NATS', NatsServer, noNats],
]) {
  describe(`runs over ${name}`, { ...SOON, skip, concurrency: true }, () => {
    test('can be read from any process, before the first event and after the last', async (t) => {
      const { nodes } = await site(t, engine, 3);
      const [producer, here, there] = nodes;
      await producer.ask('start', { id: 'a', owner: 'ann' });
      const ann = { 'x-user': 'ann' };
      const early = await read(here, 'a', ann);
      assert.equal((await read(here, 'a')).status, 403);
      await producer.ask('give', { id: 'a', items: ['one', 'two'] });
      await early.count(2);
      const half = await over(
        await read(there, `a?startIndex=1`, ann).then(async (client) => {
          await producer.ask('give', { id: 'a', items: ['three'] });
          await producer.ask('end', { id: 'a' });
          return client;
        }),
      );
      assert.deepEqual(half.data, ['two', 'three']);
      assert.deepEqual((await over(early)).data, ['one', 'two', 'three']);
      const cursor = { ...ann, 'Last-Event-ID': idOf(early, 'two') };
      for (const node of nodes) {
        assert.deepEqual((await over(await read(node, 'a', cursor))).data, ['three']);
        assert.equal((await node.ask('status', { id: 'a' })).state, 'done');
        assert.deepEqual(
          (await node.ask('list', { owner: 'ann' })).map(({ id, state }) => [id, state]),
          [['a', 'done']],
        );
      }
      assert.equal((await read(there, 'other')).status, 404);
    });

    test('can be stopped from any process, with their source', async (t) => {
      const { nodes } = await site(t, engine, 2);
      const [producer, other] = nodes;
      await producer.ask('start', { id: 'a' });
      await producer.ask('give', { id: 'a', items: ['one'] });
      const client = await read(other, 'a');
      await client.count(1);
      assert.equal(await other.ask('stop', { id: 'a' }), true);
      assert.equal(await producer.ask('isAborted', { id: 'a' }), true);
      assert.match((await over(client)).text, /data: one\n\nid: .*\nevent: stopped\n/);
      assert.equal(await other.ask('stop', { id: 'a' }), false);
    });

    test('start only once in all processes', async (t) => {
      const { nodes } = await site(t, engine, 2);
      const [producer, other] = nodes;
      await producer.ask('start', { id: 'a' });
      await assert.rejects(other.ask('start', { id: 'a' }), { code: 'ERR_SSE_RUN_EXISTS' });
      await producer.ask('end', { id: 'a' });
      await until(async () => (await other.ask('status', { id: 'a' })).state === 'done', 'the end');
      await other.ask('start', { id: 'a' });
      await other.ask('give', { id: 'a', items: ['new'] });
      const client = await read(producer, 'a');
      await client.count(1);
      await other.ask('end', { id: 'a' });
      assert.deepEqual((await over(client)).data, ['new']);
    });

    test('end with one error event when their process is killed', async (t) => {
      const { nodes, start } = await site(t, engine, 3);
      const [producer, ...others] = nodes;
      await producer.ask('start', { id: 'a' });
      await producer.ask('give', { id: 'a', items: ['one', 'two'] });
      const clients = await Promise.all(others.map((node) => read(node, 'a')));
      for (const client of clients) await client.count(2);
      await producer.kill();
      const fresh = await start();
      for (const client of clients) {
        await over(client);
        assert.equal(client.text.match(/^event: failed$/gm).length, 1, client.text);
        assert.equal(client.end, 'clean');
      }
      const late = await over(await read(fresh, 'a'));
      assert.equal(late.text.match(/^event: failed$/gm).length, 1, late.text);
      assert.deepEqual(late.data.slice(0, 2), ['one', 'two']);
      assert.equal((await fresh.ask('status', { id: 'a' })).state, 'failed');
      await fresh.ask('start', { id: 'a' });
    });
  });
}

describe('runs over Redis alone', { ...SOON, skip: noRedis }, () => {
  test('survive a crash and restart of Redis', async (t) => {
    const { nodes, server: redis } = await site(t, RedisServer, 2);
    const [producer, other] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one'] });
    const client = await read(other, 'a');
    await client.count(1);
    await redis.stop();
    await producer.ask('give', { id: 'a', items: ['two', 'three'] });
    await redis.start();
    await client.count(3);
    await producer.ask('end', { id: 'a' });
    assert.deepEqual((await over(client)).data, ['one', 'two', 'three']);
    assert.equal(await events(other, 'a'), 3);
  });

  test('end after Redis is back if it was down at their end', async (t) => {
    const { nodes, server: redis } = await site(t, RedisServer, 2, {}, { outage: 'fail' });
    const [producer, other] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one'] });
    const client = await read(other, 'a');
    await client.count(1);
    await redis.stop();
    await until(async () => (await producer.ask('state')) === 'offline', 'the outage');
    await producer.ask('end', { id: 'a' });
    await redis.start();
    assert.deepEqual((await over(client)).data, ['one']);
    await until(
      async () => (await other.ask('status', { id: 'a' })).state === 'done',
      'its record',
    );
    await redis.stop();
    await until(async () => (await producer.ask('state')) === 'offline', 'the outage');
    await producer.ask('close');
  });

  test('leave no memory behind in any process or in Redis', async (t) => {
    const { nodes, server: redis } = await site(t, RedisServer, 2, { ttl: 1000, maxRuns: 2000 });
    const [producer] = nodes;
    const count = 100;
    const each = Array.from({ length: count }, (_none, number) => `run-${number}`);
    await Promise.all(
      each.map(async (id) => {
        await producer.ask('start', { id, owner: 'ann' });
        await producer.ask('give', { id, items: ['one'] });
        await producer.ask('end', { id });
      }),
    );
    await until(async () => (await producer.ask('list', { owner: 'ann' })).length === 0, 'the end');
    const keys = (await redis.command('KEYS', '*stream:*')).match(/stream:\S+/g);
    assert.ok(keys.length >= 2 * count, `${keys.length} streams`);
    for (const key of keys.slice(0, 50)) {
      const [, left] = /:(-?\d+)/.exec(await redis.command('PTTL', `{sluice}:${key}`));
      assert.ok(Number(left) > 0 && Number(left) <= RETAIN.age, `${key} expires in ${left} ms`);
    }
  });
});
