// Channels that several processes share over Redis: real processes and a real Redis.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { ExampleApp } from '../documents/readme/example-app.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { Node } from './nodes.mjs';
import { LossyProxy } from './proxy.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const data = (events) => events.map((event) => event.data);
const CHANNELS = ['orders', 'news'];

async function cluster(t, count, { channel, backplane, connection, channels = CHANNELS } = {}) {
  const redis = await RedisServer.start(t);
  const given = { backplane: { url: redis.url, ...backplane }, channels, channel, connection };
  const start = () => Node.start(t, given);
  const nodes = await Promise.all(Array.from({ length: count }, start));
  const isOnline = async (node) => (await node.ask('state')) === 'online';
  const online = () =>
    until(async () => (await Promise.all(nodes.map(isOnline))).every(Boolean), 'all nodes');
  await online();
  return { redis, nodes, start, online };
}

const publish = (node, channel, text) =>
  node.ask('publish', { channel, event: { event: 'tick', data: text } });

describe('channels over Redis', { ...SOON, skip: noRedis }, () => {
  test('an event reaches clients of every process, with the same id', async (t) => {
    const { nodes } = await cluster(t, 2);
    const clients = await Promise.all(nodes.map((node) => node.open(['news'])));
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    const { id } = await publish(nodes[0], 'news', 'hello');
    for (const client of clients) {
      assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
    }
  });

  test('events have one order in all processes', async (t) => {
    const { nodes } = await cluster(t, 2);
    const clients = await Promise.all(nodes.map((node) => node.open(CHANNELS)));
    for (const node of nodes) {
      await until(async () => (await node.ask('count', { channel: 'news' })) === 1, 'the members');
    }
    const sends = [];
    for (let number = 0; number < 100; number += 1) {
      const channel = CHANNELS[number % 2];
      for (const node of nodes) sends.push(publish(node, channel, `${number}`));
    }
    await Promise.all(sends);
    const [one, other] = await Promise.all(clients.map((client) => got(client, 200)));
    assert.deepEqual(one, other);
    assert.equal(new Set(one.map(({ id }) => id)).size, 200);
  });

  test('a client comes back to another process, which has none of the history', async (t) => {
    const { nodes, start } = await cluster(t, 1);
    const client = await nodes[0].open(CHANNELS);
    await until(async () => (await nodes[0].ask('count', { channel: 'news' })) === 1, 'the member');
    await publish(nodes[0], 'orders', 'first');
    const [{ id }] = await got(client, 1);
    client.leave();
    for (let number = 0; number < 50; number += 1) {
      await publish(nodes[0], CHANNELS[number % 2], `${number}`);
    }
    await nodes[0].kill();
    const fresh = await start();
    const back = await fresh.open(CHANNELS, id);
    const expected = Array.from({ length: 50 }, (_none, number) => `${number}`);
    assert.deepEqual(data(await got(back, 50)), expected);
    await publish(fresh, 'news', 'live');
    assert.deepEqual(data(await got(back, 51)), [...expected, 'live']);
    assert.deepEqual(fresh.gaps, []);
  });

  test('what was published while Redis was away arrives in order', async (t) => {
    const { redis, nodes, online } = await cluster(t, 2);
    const client = await nodes[1].open(['news']);
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    await publish(nodes[0], 'news', 'before');
    await redis.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    const waiting = Array.from({ length: 10 }, (_none, number) =>
      publish(nodes[0], 'news', `${number}`),
    );
    await redis.start();
    const ids = await Promise.all(waiting);
    await online();
    const events = await got(client, 11);
    assert.deepEqual(data(events), ['before', ...ids.map((_none, number) => `${number}`)]);
    assert.deepEqual(
      events.slice(1).map(({ id }) => id),
      ids.map(({ id }) => id),
    );
  });

  test('a connection that is cut loses and repeats nothing', async (t) => {
    const { redis, nodes } = await cluster(t, 2);
    const client = await nodes[1].open(['news']);
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    const sends = [];
    for (let number = 0; number < 300; number += 1) {
      sends.push(publish(nodes[0], 'news', `${number}`));
      if (number % 50 === 25) {
        await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
        await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      }
    }
    await Promise.all(sends);
    const expected = Array.from({ length: 300 }, (_none, number) => `${number}`);
    assert.deepEqual(data(await got(client, 300)), expected);
    assert.deepEqual(nodes[1].gaps, []);
  });

  /** The second process loses its connections, and misses what is published meanwhile. */
  async function whileAway({ redis, nodes }, publishing) {
    nodes[1].signal('SIGSTOP');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await publishing();
    nodes[1].signal('SIGCONT');
  }

  test('what a process missed arrives even if nothing follows', async (t) => {
    const site = await cluster(t, 2);
    const { nodes } = site;
    const client = await nodes[1].open(CHANNELS);
    await publish(nodes[0], 'news', 'before');
    await got(client, 1);
    await whileAway(site, async () => {
      for (const channel of [...CHANNELS, ...CHANNELS]) await publish(nodes[0], channel, channel);
    });
    const expected = ['before', ...CHANNELS, ...CHANNELS];
    assert.deepEqual(data(await got(client, 5)), expected);
    assert.deepEqual(nodes[1].gaps, []);
  });

  test('what a process missed and Redis has trimmed is a gap', async (t) => {
    const site = await cluster(t, 2, { backplane: { retain: { events: 5 } } });
    const { nodes } = site;
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'news', 'before');
    await got(client, 1);
    await whileAway(site, async () => {
      // Redis trims whole blocks of a hundred entries.
      for (let number = 0; number < 300; number += 1) await publish(nodes[0], 'news', `${number}`);
    });
    await until(() => eventsOf(client).at(-1).data === '299', 'the latest event');
    await until(() => nodes[1].gaps.length > 0, 'the gap');
    assert.deepEqual(nodes[1].gaps, ['news']);
  });

  test('an event whose answer was lost is kept once', async (t) => {
    const redis = await RedisServer.start(t);
    const proxy = await LossyProxy.start(t, redis.port);
    const given = { backplane: { url: proxy.url }, channels: ['news'] };
    const node = await Node.start(t, given);
    const client = await node.open(['news']);
    await publish(node, 'news', 'before');
    proxy.loses = true;
    const { id } = await publish(node, 'news', 'once');
    assert.equal(proxy.lost, 1);
    await publish(node, 'news', 'after');
    const events = await got(client, 3);
    assert.deepEqual(data(events), ['before', 'once', 'after']);
    assert.equal(events[1].id, id);
  });

  test('a client does not get again what its process hears of later', async (t) => {
    const { redis, nodes } = await cluster(t, 1, { channel: { historySize: 100 } });
    const proxy = await LossyProxy.start(t, redis.port);
    const slow = await Node.start(t, {
      ...{ backplane: { url: proxy.url }, channels: CHANNELS, channel: { historySize: 100 } },
    });
    const client = await nodes[0].open(CHANNELS);
    const { id: first } = await publish(nodes[0], 'news', 'first');
    await got(client, 1);
    // Its histories are complete from now on.
    const early = await slow.open(CHANNELS, first);
    const { id: second } = await publish(nodes[0], 'orders', 'second');
    assert.deepEqual(await got(early, 1), [{ id: second, data: 'second' }]);
    proxy.stop();
    for (const text of ['1', '2', '3', '4']) await publish(nodes[0], CHANNELS[text % 2], text);
    const seen = await got(client, 6);
    const back = await slow.open(CHANNELS, seen[4].id);
    proxy.go();
    assert.deepEqual(data(await got(early, 5)), ['second', '1', '2', '3', '4']);
    await publish(nodes[0], 'news', 'last');
    assert.deepEqual(data(await got(back, 2)), ['4', 'last']);
    assert.deepEqual(data(eventsOf(back)), ['4', 'last']);
  });

  test('events of other processes arrive while JavaScript is blocked', async (t) => {
    const { nodes } = await cluster(t, 2);
    const client = await nodes[1].open(['news']);
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    let isOver = false;
    const blocked = nodes[1].ask('block', { milliseconds: 5000 }).then(() => {
      isOver = true;
    });
    await until(() => nodes[1].isBlocking, 'the block');
    await publish(nodes[0], 'news', 'through');
    assert.deepEqual(data(await got(client, 1)), ['through']);
    assert.equal(isOver, false);
    await blocked;
  });

  test('a log that was flushed is a gap, and the new one goes on', async (t) => {
    const { redis, nodes } = await cluster(t, 1);
    const client = await nodes[0].open(['news']);
    await publish(nodes[0], 'news', 'old');
    const [{ id }] = await got(client, 1);
    await redis.command('FLUSHALL');
    await publish(nodes[0], 'news', 'new');
    await until(() => nodes[0].gaps.length > 0, 'the gap');
    assert.deepEqual(nodes[0].gaps, ['news']);
    await publish(nodes[0], 'news', 'newer');
    await until(() => eventsOf(client).some((event) => event.data === 'newer'), 'a new event');
    const back = await nodes[0].open(['news'], id);
    await until(() => nodes[0].gaps.length > 1, 'the gap of a client with an old cursor');
    back.leave();
  });

  test('a log that was trimmed is a gap', async (t) => {
    const { nodes, start } = await cluster(t, 1, { backplane: { retain: { events: 5 } } });
    const client = await nodes[0].open(['news']);
    await publish(nodes[0], 'news', 'first');
    const [{ id }] = await got(client, 1);
    // Redis trims whole blocks of a hundred entries.
    for (let number = 0; number < 300; number += 1) await publish(nodes[0], 'news', `${number}`);
    const fresh = await start();
    await fresh.open(['news'], id);
    await until(() => fresh.gaps.length > 0, 'the gap');
    assert.deepEqual(fresh.gaps, ['news']);
  });

  test('many clients that come back to a fresh process share one reading', async (t) => {
    const { redis, nodes, start } = await cluster(t, 1);
    const first = await nodes[0].open(CHANNELS);
    await publish(nodes[0], 'orders', 'first');
    const [{ id }] = await got(first, 1);
    await publish(nodes[0], 'orders', 'second');
    await publish(nodes[0], 'news', 'third');
    const fresh = await start();
    const reads = async () => {
      const stats = await redis.command('INFO', 'commandstats');
      return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const before = await reads();
    const back = await Promise.all(Array.from({ length: 50 }, () => fresh.open(CHANNELS, id)));
    for (const client of back) assert.deepEqual(data(await got(client, 2)), ['second', 'third']);
    assert.ok((await reads()) - before <= CHANNELS.length, 'each channel is read once');
  });

  test('an event for two channels of one name in a process reaches both', async (t) => {
    const { nodes } = await cluster(t, 1, { channels: ['news', 'news'] });
    const client = await nodes[0].open(['news']);
    const { id } = await publish(nodes[0], 'news', 'hello');
    assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
  });

  test('a channel of latest values has the same state everywhere', async (t) => {
    const { nodes, start } = await cluster(t, 1, { channel: { keep: 'latest' } });
    await publish(nodes[0], 'news', 'old');
    const client = await nodes[0].open(['news']);
    assert.deepEqual(data(await got(client, 1)), ['old']);
    await publish(nodes[0], 'news', 'new');
    const [, { id }] = await got(client, 2);
    await publish(nodes[0], 'news', 'newest');
    const fresh = await start();
    const back = await fresh.open(['news'], id);
    assert.deepEqual(data(await got(back, 1)), ['newest']);
    const gone = { channel: 'news', event: { event: 'tick', data: 'gone' } };
    await fresh.ask('publish', { ...gone, options: { remove: true } });
    await got(back, 2);
    const last = await fresh.open(['news']);
    await publish(fresh, 'news', 'first again');
    assert.deepEqual(data(await got(last, 1)), ['first again']);
  });

  test('the example of the guide runs unchanged', async (t) => {
    const redis = await RedisServer.start(t);
    const guide = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const [, code] = /```js\n(.*?)```/s.exec(guide);
    const directory = mkdtempSync(path.join(tmpdir(), 'sluice-scaling-'));
    const apps = [];
    t.after(() => {
      for (const app of apps) app.stop();
      rmSync(directory, { recursive: true, force: true });
    });
    process.env.REDIS_URL = redis.url;
    const origins = [];
    for (const number of [0, 1]) {
      const app = new ExampleApp(path.join(directory, String(number)));
      app.write({ name: 'server.js', code });
      origins.push(await app.start('server.js'));
      apps.push(app);
    }
    const client = await connectHTTP1(origins[0], '/news');
    const response = await fetch(`${origins[1]}/news`, { method: 'POST' });
    const { id } = await response.json();
    assert.deepEqual(await got(client, 1), [{ id, data: 'Everybody gets this' }]);
    client.leave();
  });

  test('events that cannot be kept are refused while Redis is away', async (t) => {
    const { redis, nodes } = await cluster(t, 1, { backplane: { outage: 'fail' } });
    await redis.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    await assert.rejects(publish(nodes[0], 'news', 'lost'), { code: 'ERR_SSE_BACKPLANE' });
  });

  test('the queue of waiting events is bounded', async (t) => {
    const { redis, nodes } = await cluster(t, 1, { backplane: { maxQueueBytes: 10_000 } });
    await redis.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    const event = { data: 'x'.repeat(1000) };
    const sends = Array.from({ length: 20 }, () =>
      nodes[0].ask('send', { channel: 'news', event }),
    );
    const results = await Promise.allSettled(sends);
    const refused = results.filter(({ reason }) => reason?.code === 'ERR_SSE_BACKPLANE_FULL');
    assert.ok(refused.length > 5 && refused.length < 20, `${refused.length} were refused`);
  });
});
