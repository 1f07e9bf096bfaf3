// Events that Redis refuses, and scripts and data that it loses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { data, online, processes, publish, reaches } from './processes.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const numbers = (count) => Array.from({ length: count }, (_none, number) => `${number}`);

async function site(t, count, { options, channels } = {}) {
  const redis = await RedisServer.start(t, options);
  return { redis, nodes: await processes(t, count, { url: redis.url }, channels) };
}

describe('faults of Redis', { ...SOON, skip: noRedis }, () => {
  test('events stay in order when Redis loses its scripts', async (t) => {
    const { redis, nodes } = await site(t, 2);
    const client = await nodes[1].open(['news']);
    const sends = [];
    for (const text of numbers(500)) {
      sends.push(publish(nodes[0], text));
      if (text.endsWith('7')) await redis.command('SCRIPT', 'FLUSH');
    }
    await Promise.all(sends);
    assert.deepEqual(data(await got(client, 500)), numbers(500));
  });

  /** Events are queued during these faults, and published afterwards. */
  const WAITING = {
    'a replica refuses to write': [
      ['REPLICAOF', '127.0.0.1', '1'],
      ['REPLICAOF', 'NO', 'ONE'],
    ],
    'the memory is full': [
      ['CONFIG', 'SET', 'maxmemory', '1'],
      ['CONFIG', 'SET', 'maxmemory', '0'],
    ],
    'replicas are missing': [
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
  };
  for (const [what, [begin, end]] of Object.entries(WAITING)) {
    test(`events are queued while ${what}`, async (t) => {
      const { redis, nodes } = await site(t, 1);
      const client = await nodes[0].open(['news']);
      await publish(nodes[0], 'before');
      await redis.command(...begin);
      const waiting = numbers(300).map((text) => publish(nodes[0], text));
      await reaches(nodes[0], 'offline');
      await redis.command(...end);
      await Promise.all(waiting);
      assert.deepEqual(data(await got(client, 301)), ['before', ...numbers(300)]);
      assert.deepEqual(nodes[0].gaps, []);
    });
  }

  test('an event is refused if its stream key has another type, and others are published', async (t) => {
    const { redis, nodes } = await site(t, 1, { channels: ['news', 'orders'] });
    const client = await nodes[0].open(['news', 'orders']);
    await publish(nodes[0], 'first');
    const keys = await redis.command('KEYS', '*stream*');
    const [stream] = /\{sluice\}:stream:\S+/.exec(keys);
    await redis.command('SET', stream, 'something else');
    const refused = assert.rejects(publish(nodes[0], 'refused'), /WRONGTYPE/);
    await publish(nodes[0], 'second', 'orders');
    await refused;
    assert.deepEqual(data(await got(client, 2)), ['first', 'second']);
  });

  test('a log whose key was deleted is replaced, and publishing continues', async (t) => {
    const { redis, nodes } = await site(t, 2);
    const client = await nodes[1].open(['news']);
    for (const text of numbers(5)) await publish(nodes[0], text);
    await redis.command('DEL', '{sluice}:log');
    await publish(nodes[0], 'new');
    await until(() => nodes[1].gaps.length > 0, 'the gap');
    await online(nodes);
    await publish(nodes[0], 'newer');
    await until(() => eventsOf(client).at(-1)?.data === 'newer', 'the newer event');
    // The streams are new: a client gets no events of the old log.
    const expected = numbers(5).concat('newer');
    const texts = data(eventsOf(client)).filter((text) => text !== 'new');
    assert.deepEqual(texts, expected);
  });

  test('a restart without data loss is not a gap', async (t) => {
    const { redis, nodes } = await site(t, 2);
    const client = await nodes[1].open(['news']);
    for (const text of numbers(3)) await publish(nodes[0], text);
    for (const text of ['a', 'b', 'c']) {
      await redis.stop();
      await redis.start();
      await publish(nodes[0], text);
    }
    assert.deepEqual(data(await got(client, 6)), ['0', '1', '2', 'a', 'b', 'c']);
    assert.deepEqual(nodes[1].gaps, []);
  });

  test('a restart that loses events is a gap', async (t) => {
    const { redis, nodes } = await site(t, 2, { options: ['--appendonly', 'no'] });
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'kept');
    await redis.command('SAVE');
    await publish(nodes[0], 'lost');
    await got(client, 2);
    await redis.stop();
    await redis.start();
    await until(() => nodes[1].gaps.length > 0, 'the gap');
    await online(nodes);
    await publish(nodes[0], 'new');
    await until(() => eventsOf(client).at(-1).data === 'new', 'the new event');
    const [, lost, fresh] = eventsOf(client);
    assert.notEqual(lost.id, fresh.id);
  });

  test('ids of lost events are not reused, whichever process reconnects first', async (t) => {
    const { redis, nodes } = await site(t, 2, { options: ['--appendonly', 'no'] });
    const [late, first] = nodes;
    const clients = await Promise.all(nodes.map((node) => node.open(['news'])));
    await publish(late, 'kept');
    await got(clients[1], 1);
    await redis.command('SAVE');
    // The first process does not receive the events that are lost.
    first.signal('SIGSTOP');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    for (const text of ['lost', 'lost too']) await publish(late, text);
    await got(clients[0], 3);
    late.signal('SIGSTOP');
    await redis.stop();
    await redis.start();
    first.signal('SIGCONT');
    for (const text of numbers(5)) await publish(first, text);
    assert.deepEqual(data(await got(clients[1], 6)), ['kept', ...numbers(5)]);
    late.signal('SIGCONT');
    await until(() => late.gaps.length > 0, 'the gap of the late process');
    await reaches(late, 'online');
    // The log was replaced, so the first process detects that events were lost.
    await publish(first, 'after');
    await until(() => first.gaps.length > 0, 'the gap of the first process');
    await online(nodes);
    await publish(first, 'end');
    for (const client of clients) {
      await until(() => eventsOf(client).at(-1).data === 'end', 'the last event');
      const ids = eventsOf(client).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    }
  });
});
