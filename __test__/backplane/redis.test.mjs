// Channels that several processes share over Redis, with real processes and a real Redis.
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
import { channelCases } from './cases.mjs';
import { CHANNELS, cluster as clusterOver, data, publish } from './cluster.mjs';
import { Node } from './nodes.mjs';
import { LossyProxy } from './proxy.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const cluster = (t, ...rest) => clusterOver(t, RedisServer, ...rest);

describe('channels over Redis', { ...SOON, skip: noRedis }, () => {
  channelCases(RedisServer);

  test('a connection that is cut neither loses nor repeats events', async (t) => {
    const { server: redis, nodes } = await cluster(t, 2);
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

  /** Cuts the connections of the second process, which misses the events of `publishing`. */
  async function whileAway({ server: redis, nodes }, publishing) {
    nodes[1].signal('SIGSTOP');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await publishing();
    nodes[1].signal('SIGCONT');
  }

  test('missed events are delivered even if no event follows', async (t) => {
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

  test('missed events that Redis has trimmed are a gap', async (t) => {
    const site = await cluster(t, 2, { backplane: { retain: { events: 5 } } });
    const { nodes } = site;
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'news', 'before');
    await got(client, 1);
    await whileAway(site, async () => {
      // Redis trims in blocks of a hundred entries.
      for (let number = 0; number < 300; number += 1) await publish(nodes[0], 'news', `${number}`);
    });
    await until(() => eventsOf(client).at(-1).data === '299', 'the latest event');
    await until(() => nodes[1].gaps.length > 0, 'the gap');
    assert.deepEqual(nodes[1].gaps, ['news']);
  });

  test('an event whose answer was lost is stored once', async (t) => {
    const redis = await RedisServer.start(t);
    const proxy = await LossyProxy.start(t, redis);
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

  test('a log that was flushed is a gap, and the new one works', async (t) => {
    const { server: redis, nodes } = await cluster(t, 1);
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
    // Redis trims in blocks of a hundred entries.
    for (let number = 0; number < 300; number += 1) await publish(nodes[0], 'news', `${number}`);
    const fresh = await start();
    await fresh.open(['news'], id);
    await until(() => fresh.gaps.length > 0, 'the gap');
    assert.deepEqual(fresh.gaps, ['news']);
  });

  test('many clients that reconnect to a fresh process share one read of each channel', async (t) => {
    const { server: redis, nodes, start } = await cluster(t, 1);
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
});
