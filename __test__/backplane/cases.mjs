// Test cases for channels of several processes, for every engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { until } from '../support/until.mjs';
import { CHANNELS, cluster, data, publish } from './cluster.mjs';
import { Node } from './nodes.mjs';
import { LossyProxy } from './proxy.mjs';

/** @param Server starts a server of the engine: `RedisServer` */
export function channelCases(Server) {
  test('an event reaches clients of every process, with the same id', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const clients = await Promise.all(nodes.map((node) => node.open(['news'])));
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    const { id } = await publish(nodes[0], 'news', 'hello');
    for (const client of clients) {
      assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
    }
  });

  test('members of this process have an event when the promise of publish() resolves', async (t) => {
    const { nodes } = await cluster(t, Server, 1);
    for (let number = 0; number < 50; number += 1) {
      const client = await nodes[0].open(['news']);
      const event = { event: 'tick', data: `${number}` };
      await nodes[0].ask('publishAndEnd', { channel: 'news', event });
      assert.equal(await client.over(), 'clean');
      assert.deepEqual(data(eventsOf(client)), [`${number}`]);
    }
  });

  test('events have the same order in all processes', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
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

  test('a client resumes in another process, which has none of the history', async (t) => {
    const { nodes, start } = await cluster(t, Server, 1);
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

  test('events that are published during an outage are delivered in order', async (t) => {
    const { server, nodes, online } = await cluster(t, Server, 2);
    const client = await nodes[1].open(['news']);
    await until(async () => (await nodes[1].ask('count', { channel: 'news' })) === 1, 'the member');
    await publish(nodes[0], 'news', 'before');
    await server.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    const waiting = Array.from({ length: 10 }, (_none, number) =>
      publish(nodes[0], 'news', `${number}`),
    );
    await server.start();
    const ids = await Promise.all(waiting);
    await online();
    const events = await got(client, 11);
    assert.deepEqual(data(events), ['before', ...ids.map((_none, number) => `${number}`)]);
    assert.deepEqual(
      events.slice(1).map(({ id }) => id),
      ids.map(({ id }) => id),
    );
  });

  test('a client gets each event once, even if its process lags behind', async (t) => {
    const { server, nodes } = await cluster(t, Server, 1, { channel: { historySize: 100 } });
    const proxy = await LossyProxy.start(t, server);
    const slow = await Node.start(t, {
      ...{ backplane: { url: proxy.url }, channels: CHANNELS, channel: { historySize: 100 } },
    });
    const client = await nodes[0].open(CHANNELS);
    const { id: first } = await publish(nodes[0], 'news', 'first');
    await got(client, 1);
    // From now on, the histories of `slow` are complete.
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
    const { nodes } = await cluster(t, Server, 2);
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

  test('an event reaches two channels of the same name in a process', async (t) => {
    const { nodes } = await cluster(t, Server, 1, { channels: ['news', 'news'] });
    const client = await nodes[0].open(['news']);
    const { id } = await publish(nodes[0], 'news', 'hello');
    assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
  });

  test('a channel of latest values has the same state in every process', async (t) => {
    const { nodes, start } = await cluster(t, Server, 1, { channel: { keep: 'latest' } });
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

  test('events are refused during an outage if they cannot be queued', async (t) => {
    const { server, nodes } = await cluster(t, Server, 1, { backplane: { outage: 'fail' } });
    await server.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    await assert.rejects(publish(nodes[0], 'news', 'lost'), { code: 'ERR_SSE_BACKPLANE' });
  });

  test('the queue of events is bounded during an outage', async (t) => {
    const { server, nodes } = await cluster(t, Server, 1, { backplane: { maxQueueBytes: 10_000 } });
    await server.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    const event = { data: 'x'.repeat(1000) };
    const sends = Array.from({ length: 20 }, () =>
      nodes[0].ask('send', { channel: 'news', event }),
    );
    const results = await Promise.allSettled(sends);
    const refused = results.filter(({ reason }) => reason?.code === 'ERR_SSE_BACKPLANE_FULL');
    assert.ok(refused.length > 5 && refused.length < 20, `${refused.length} were refused`);
  });
}
