// Runs of several processes, some of which are paused or lose the engine.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Node } from '../backplane/nodes.mjs';
import { online } from '../backplane/processes.mjs';
import { noRedis, RedisServer } from '../backplane/redis-server.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { over } from './site.mjs';

const SETTINGS = { maxEvents: 1000, ttl: 30_000 };
/** Longer than the silence limit of a process, in milliseconds. */
const PAUSE = 12_000;

async function site(t, count, settings = {}, options = {}) {
  const redis = await RedisServer.start(t);
  const retain = { events: 1100, age: 60_000 };
  const given = {
    backplane: { url: redis.url, retain, ...options },
    settings: { ...SETTINGS, ...settings },
  };
  const start = () => Node.start(t, given, '../runs/run-node.mjs');
  const nodes = await Promise.all(Array.from({ length: count }, start));
  await online(nodes);
  return { redis, nodes, start };
}

const read = (node, path, headers = {}) => connectHTTP1(node.origin, `/${path}`, { headers });
const errors = ({ text }) => text.match(/^event: failed$/gm)?.length ?? 0;
const done = (node, id) =>
  until(async () => (await node.ask('status', { id })).state === 'done', `the end of ${id}`);

describe('runs over Redis', { ...SOON, skip: noRedis, concurrency: true }, () => {
  test('are started by only one of two processes that start them at once', async (t) => {
    const { nodes } = await site(t, 2);
    for (let number = 0; number < 20; number += 1) {
      const id = `run-${number}`;
      const starts = await Promise.allSettled(nodes.map((node) => node.ask('start', { id })));
      const codes = starts.map(({ reason }) => reason?.code).filter(Boolean);
      assert.deepEqual(codes, ['ERR_SSE_RUN_EXISTS']);
      const [producer, other] = starts[0].reason ? [nodes[1], nodes[0]] : nodes;
      const client = await read(other, id);
      await producer.ask('give', { id, items: ['one'] });
      await producer.ask('end', { id });
      assert.deepEqual((await over(client)).data, ['one']);
      await done(producer, id);
    }
  });

  test('that replace an earlier run are not disturbed by status requests', async (t) => {
    const { nodes } = await site(t, 1);
    const [node] = nodes;
    for (let number = 0; number < 5; number += 1) {
      const starting = node.ask('start', { id: 'a' });
      let hasStarted = false;
      starting.finally(() => (hasStarted = true));
      while (!hasStarted) await node.ask('status', { id: 'a' });
      await starting;
      const client = await read(node, 'a');
      await delay(1500);
      await node.ask('give', { id: 'a', items: ['one'] });
      await node.ask('end', { id: 'a' });
      assert.deepEqual((await over(client)).data, ['one']);
      await done(node, 'a');
    }
  });

  test('are not ended by a paused process', async (t) => {
    const { nodes } = await site(t, 3);
    const [producer, other] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one'] });
    const client = await read(other, 'a');
    await client.count(1);
    other.signal('SIGSTOP');
    await delay(PAUSE);
    other.signal('SIGCONT');
    await other.ask('state');
    await delay(3000);
    await producer.ask('give', { id: 'a', items: ['two'] });
    await producer.ask('end', { id: 'a' });
    assert.deepEqual((await over(client)).data, ['one', 'two']);
    await done(other, 'a');
  });

  test('of a paused process end once, and so does their source', async (t) => {
    const { nodes } = await site(t, 3);
    const [producer, ...others] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one', 'two'] });
    const clients = await Promise.all(nodes.map((node) => read(node, 'a')));
    for (const client of clients) await client.count(2);
    producer.signal('SIGSTOP');
    await over(clients[1]);
    // These events wait in the process, which still considers itself the owner of the run.
    const given = producer.ask('give', { id: 'a', items: ['three', 'four'] });
    producer.signal('SIGCONT');
    await given;
    for (const client of clients) assert.equal(errors(await over(client)), 1, client.text);
    await until(() => producer.ask('isAborted', { id: 'a' }), 'the source to be stopped');
    for (const node of nodes) {
      await until(
        async () => (await node.ask('status', { id: 'a' })).state === 'failed',
        'every process to see the failure',
      );
      const late = await over(await read(node, 'a?startIndex=-1'));
      assert.equal(late.status, 200);
      assert.equal(errors(late), 1, late.text);
    }
    await others[0].ask('start', { id: 'a' });
    await producer.ask('list', { owner: 'nobody' });
    assert.equal((await producer.ask('status', { id: 'a' })).state, 'running');
  });

  test('of a paused process fail even if their source ends immediately', async (t) => {
    const { nodes } = await site(t, 2);
    const [producer, other] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one'] });
    const client = await read(other, 'a');
    await client.count(1);
    producer.signal('SIGSTOP');
    assert.equal(errors(await over(client)), 1);
    const given = producer.ask('give', { id: 'a', items: ['two', 'three', 'four'] });
    const ended = producer.ask('end', { id: 'a' });
    producer.signal('SIGCONT');
    await Promise.all([given, ended]);
    for (const node of nodes) {
      const status = () => node.ask('status', { id: 'a' });
      await until(async () => (await status()).state !== 'running', 'the end');
      assert.equal((await status()).state, 'failed');
      assert.equal(errors(await over(await read(node, 'a?startIndex=-1'))), 1);
    }
  });

  test('release the readers of a closing process, which can resume at another one', async (t) => {
    const { nodes } = await site(t, 3);
    const [producer, closing, other] = nodes;
    await producer.ask('start', { id: 'a' });
    await producer.ask('give', { id: 'a', items: ['one'] });
    const client = await read(closing, 'a');
    await client.count(1);
    await closing.ask('close');
    const [, cursor] = /id: (.*)\ndata: one\n/.exec((await over(client)).text);
    const again = await read(other, 'a', { 'Last-Event-ID': cursor });
    await producer.ask('give', { id: 'a', items: ['two'] });
    await producer.ask('end', { id: 'a' });
    assert.deepEqual((await over(again)).data, ['two']);
  });

  test('can be found as long as they continue', async (t) => {
    const retain = { events: 1100, age: 3000 };
    const { nodes } = await site(t, 2, { ttl: 1000 }, { retain });
    const [producer, other] = nodes;
    await producer.ask('start', { id: 'a', owner: 'ann' });
    for (let number = 0; number < 20; number += 1) {
      await producer.ask('give', { id: 'a', items: [String(number)] });
      await delay(300);
    }
    assert.equal((await other.ask('status', { id: 'a' }))?.state, 'running');
    assert.equal((await other.ask('list', { owner: 'ann' })).length, 1);
  });

  test('skip no number when the backplane queue is full', async (t) => {
    const { nodes, redis } = await site(t, 1, {}, { maxQueueBytes: 20_000 });
    const [node] = nodes;
    await node.ask('start', { id: 'a' });
    await redis.stop();
    await until(async () => (await node.ask('state')) === 'offline', 'the outage');
    // The source waits for the 64th event, because the queue is full.
    const items = Array.from({ length: 100 }, (_none, number) => `${number}`);
    items[63] = 'x'.repeat(19_000);
    await node.ask('give', { id: 'a', items });
    await delay(500);
    await redis.start();
    await node.ask('end', { id: 'a' });
    const client = await over(await read(node, 'a'));
    const numbers = Array.from(client.text.matchAll(/^id: .*\.(\d+)\ndata/gm), ([, it]) => it);
    assert.deepEqual(
      numbers,
      items.map((_none, number) => `${number + 1}`),
    );
  });

  for (const outage of ['wait', 'fail']) {
    test(`can be closed while Redis is down (outage: '${outage}')`, async (t) => {
      const { nodes, redis } = await site(t, 1, {}, { outage });
      const [node] = nodes;
      await node.ask('start', { id: 'a' });
      const client = await read(node, 'a');
      await redis.stop();
      await until(async () => (await node.ask('state')) === 'offline', 'the outage');
      await node.ask('close');
      assert.equal((await over(client)).end, 'clean');
    });
  }
});
