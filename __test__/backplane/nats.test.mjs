// Channels that several processes share over NATS, with real processes and a real nats-server.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { channelCases } from './cases.mjs';
import { cluster as clusterOver, data, publish } from './cluster.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { Node } from './nodes.mjs';
import { LossyProxy } from './proxy.mjs';

const cluster = (t, ...rest) => clusterOver(t, NatsServer, ...rest);

describe('channels over NATS', { ...SOON, skip: noNats }, () => {
  channelCases(NatsServer);

  test('a connection that is cut neither loses nor repeats events', async (t) => {
    const server = await NatsServer.start(t);
    const proxy = await LossyProxy.start(t, server);
    const given = { backplane: { url: proxy.url }, channels: ['news'] };
    const nodes = await Promise.all([Node.start(t, given), Node.start(t, given)]);
    for (const node of nodes) {
      await until(async () => (await node.ask('state')) === 'online', 'the node');
    }
    const client = await nodes[1].open(['news']);
    const sends = [];
    for (let number = 0; number < 300; number += 1) {
      sends.push(publish(nodes[0], 'news', `${number}`));
      if (number % 50 === 25) {
        await sends.at(-20);
        proxy.cut();
      }
    }
    await Promise.all(sends);
    const expected = Array.from({ length: 300 }, (_none, number) => `${number}`);
    assert.deepEqual(data(await got(client, 300)), expected);
    assert.deepEqual(nodes[1].gaps, []);
  });

  test('a stream that was recreated is a gap, and the new one works', async (t) => {
    const { server, nodes } = await cluster(t, 1);
    const client = await nodes[0].open(['news']);
    await publish(nodes[0], 'news', 'old');
    const [{ id }] = await got(client, 1);
    await server.stop();
    await server.clear();
    await server.start();
    await until(() => nodes[0].gaps.length > 0, 'the gap');
    await publish(nodes[0], 'news', 'newer');
    await until(() => eventsOf(client).some((event) => event.data === 'newer'), 'a new event');
    const back = await nodes[0].open(['news'], id);
    await until(() => nodes[0].gaps.length > 1, 'the gap of a client with an old cursor');
    back.leave();
  });

  test('a stream that lost its latest events is a gap, and ids stay unique', async (t) => {
    const { server, nodes, online } = await cluster(t, 2);
    const clients = await Promise.all(nodes.map((node) => node.open(['news'])));
    await publish(nodes[0], 'news', 'kept');
    await server.stop();
    await server.remember();
    await server.start();
    await online();
    await publish(nodes[0], 'news', 'lost');
    for (const client of clients) await got(client, 2);
    await server.stop();
    await server.goBack();
    await server.start();
    for (const node of nodes) await until(() => node.gaps.length > 0, 'the gap');
    await publish(nodes[0], 'news', 'new');
    for (const client of clients) {
      const events = await got(client, 3);
      assert.deepEqual(data(events), ['kept', 'lost', 'new']);
      assert.equal(new Set(events.map(({ id }) => id)).size, 3);
    }
  });

  test('an event that is too large for NATS is refused', async (t) => {
    const { nodes } = await cluster(t, 1);
    const client = await nodes[0].open(['news']);
    const large = publish(nodes[0], 'news', 'x'.repeat(2 << 20));
    await assert.rejects(large, { code: 'ERR_SSE_BACKPLANE', message: /max_payload/ });
    await publish(nodes[0], 'news', 'next');
    assert.deepEqual(data(await got(client, 1)), ['next']);
  });

  test('channel names may contain any characters', async (t) => {
    const channels = ['a b.*', '>', 'é=41/_'];
    const { nodes } = await cluster(t, 2, { channels });
    const client = await nodes[1].open(channels);
    for (const name of channels) await publish(nodes[0], name, name);
    assert.deepEqual(data(await got(client, 3)), channels);
  });
});
