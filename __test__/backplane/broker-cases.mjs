// Test cases for topics of brokers in several processes, for every engine.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { until } from '../support/until.mjs';
import { backplaneOf } from './backplane-of.mjs';
import { data } from './cluster.mjs';
import { Node } from './nodes.mjs';

const { createSSE } = createRequire(import.meta.url)('../../fetch.js');

export const tick = (text) => ({ event: 'tick', data: text });

/** Reads the body of a response. The returned function returns the text so far. */
function collect({ body }) {
  let text = '';
  (async () => {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  return () => text;
}

export async function cluster(t, Server, count, broker) {
  const server = await Server.start(t);
  const given = { backplane: { url: server.url }, channels: [], broker };
  const start = async () => {
    const node = await Node.start(t, given);
    await until(async () => (await node.ask('state')) === 'online', 'the node');
    return node;
  };
  return { server, start, nodes: await Promise.all(Array.from({ length: count }, start)) };
}

/** @param Server starts a server of the engine: `RedisServer` */
export function brokerCases(Server) {
  test('an event to a topic reaches the subscribers in every process, with one id', async (t) => {
    const { nodes } = await cluster(t, Server, 2, { topic: { historySize: 10 } });
    const clients = await Promise.all(
      nodes.map((node, at) => node.connect(`client-${at}`, ['orders.7'])),
    );
    const other = await nodes[1].connect('other', ['orders.8']);
    const { id } = await nodes[0].ask('publishToTopic', { topic: 'orders.7', event: tick('new') });
    for (const client of clients) assert.deepEqual(await got(client, 1), [{ id, data: 'new' }]);
    await nodes[0].ask('toTopic', { topic: 'orders.8', event: tick('other') });
    assert.deepEqual(data(await got(other, 1)), ['other']);
    assert.match(clients[1].text, /^topic: orders\.7$/m);
  });

  test('a broadcast reaches the clients of every process', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const clients = await Promise.all(
      nodes.map((node, at) => node.connect(`client-${at}`, [`topic-${at}`])),
    );
    assert.equal(await nodes[1].ask('broadcast', { event: tick('all') }), 1);
    for (const client of clients) assert.deepEqual(data(await got(client, 1)), ['all']);
  });

  test('a client gets events that are sent in the turn in which it subscribes', async (t) => {
    const { nodes } = await cluster(t, Server, 1);
    const [node] = nodes;
    const client = await node.connect('client', []);
    const expected = [];
    for (let number = 0; number < 100; number += 1) {
      const topic = `topic-${number}`;
      await node.ask('subscribeAndSend', { client: 'client', topic, event: tick(topic) });
      expected.push(topic);
    }
    assert.deepEqual(data(await got(client, 100)).sort(), expected.sort());
  });

  test('a subscriber gets events that another process sends right after the subscription', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const client = await nodes[0].connect('client', []);
    const expected = [];
    for (let number = 0; number < 100; number += 1) {
      const topic = `topic-${number}`;
      await nodes[0].ask('subscribe', { client: 'client', topics: [topic] });
      await nodes[1].ask('toTopic', { topic, event: tick(topic) });
      expected.push(topic);
    }
    assert.deepEqual(data(await got(client, 100)).sort(), expected.sort());
  });

  test('a client that reconnects to another process misses nothing in its topics', async (t) => {
    const { nodes, start } = await cluster(t, Server, 1, { topic: { historySize: 100 } });
    const topics = ['a', 'b'];
    const client = await nodes[0].connect('client', topics);
    await nodes[0].ask('toTopic', { topic: 'a', event: tick('first') });
    const [{ id }] = await got(client, 1);
    client.leave();
    for (let number = 0; number < 20; number += 1) {
      const event = tick(`${number}`);
      await nodes[0].ask('publishToTopic', { topic: topics[number % 2], event });
    }
    await nodes[0].kill();
    const fresh = await start();
    const back = await fresh.connect('client', topics, id);
    const expected = Array.from({ length: 20 }, (_none, number) => `${number}`);
    assert.deepEqual(data(await got(back, 20)), expected);
    await fresh.ask('toTopic', { topic: 'b', event: tick('live') });
    assert.deepEqual(data(await got(back, 21)), [...expected, 'live']);
    assert.equal(back.text.match(/^topic: a$/gm).length, 10);
    assert.deepEqual(fresh.gaps, []);
  });

  test('a process that was offline delivers the events that it missed', async (t) => {
    const { server, nodes } = await cluster(t, Server, 2);
    const client = await nodes[1].connect('client', ['a']);
    await nodes[0].ask('publishToTopic', { topic: 'a', event: tick('before') });
    await got(client, 1);
    await server.stop();
    await until(async () => (await nodes[1].ask('state')) === 'offline', 'the outage');
    await nodes[1].ask('subscribe', { client: 'client', topics: ['b', 'c.*'] });
    await nodes[0].ask('toTopic', { topic: 'a', event: tick('1') });
    await nodes[0].ask('toTopic', { topic: 'b', event: tick('2') });
    await nodes[0].ask('broadcast', { event: tick('3') });
    await nodes[0].ask('toTopic', { topic: 'c.1', event: tick('4') });
    await server.start();
    assert.deepEqual(data(await got(client, 5)).sort(), ['1', '2', '3', '4', 'before']);
  });

  test('overlapping subscriptions deliver an event once', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const topics = [
      ['orders.7', 'orders.*'],
      ['orders.*', '*.7'],
      ['>', 'orders.7'],
    ];
    const clients = await Promise.all(
      topics.map((each, at) => nodes[1].connect(`client-${at}`, each)),
    );
    const expected = [];
    for (let number = 0; number < 20; number += 1) {
      const node = nodes[number % 2];
      await node.ask('publishToTopic', { topic: 'orders.7', event: tick(`${number}`) });
      expected.push(`${number}`);
    }
    await nodes[0].ask('publishToTopic', { topic: 'news', event: tick('last') });
    assert.deepEqual(data(await got(clients[2], 21)), [...expected, 'last']);
    for (const client of clients.slice(0, 2)) assert.deepEqual(data(eventsOf(client)), expected);
    assert.equal(clients[1].text.match(/^topic: orders\.7$/gm).length, 20);
  });

  test('subscribing to a first pattern neither loses nor repeats events of topics', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const client = await nodes[1].connect('client', ['a']);
    const sent = [];
    const send = async (count) => {
      for (let left = count; left > 0; left -= 1) {
        sent.push(nodes[0].ask('publishToTopic', { topic: 'a', event: tick(`${sent.length}`) }));
      }
      await Promise.all(sent);
    };
    const first = send(200);
    await nodes[1].ask('subscribe', { client: 'client', topics: ['*'] });
    await first;
    await nodes[1].ask('unsubscribe', { client: 'client', topics: ['*'] });
    await send(50);
    const expected = Array.from(sent, (_none, number) => `${number}`);
    assert.deepEqual(data(await got(client, 250)), expected);
    assert.deepEqual(data(eventsOf(client)), expected);
  });

  test('a client that reconnects to another process misses nothing of its pattern', async (t) => {
    const { nodes, start } = await cluster(t, Server, 1);
    const client = await nodes[0].connect('client', ['orders.*']);
    const { id } = await nodes[0].ask('publishToTopic', {
      topic: 'orders.1',
      event: tick('first'),
    });
    assert.deepEqual(await got(client, 1), [{ id, data: 'first' }]);
    client.leave();
    for (let number = 0; number < 20; number += 1) {
      const topic = number % 2 === 0 ? `orders.${number}` : 'news';
      await nodes[0].ask('publishToTopic', { topic, event: tick(`${number}`) });
    }
    await nodes[0].kill();
    const fresh = await start();
    const back = await fresh.connect('client', ['orders.*'], id);
    const expected = Array.from({ length: 10 }, (_none, number) => `${number * 2}`);
    assert.deepEqual(data(await got(back, 10)), expected);
    await fresh.ask('toTopic', { topic: 'orders.1', event: tick('live') });
    assert.deepEqual(data(await got(back, 11)), [...expected, 'live']);
    assert.deepEqual(fresh.gaps, []);
  });

  test('services that return Fetch responses share their channels', async (t) => {
    const server = await Server.start(t);
    const services = [server, server].map(({ url }) => {
      const backplane = backplaneOf({ url });
      t.after(() => backplane.close());
      const service = createSSE({ backplane, topic: { historySize: 10 } });
      t.after(() => service.shutdown());
      return { backplane, service };
    });
    const texts = services.map(({ service }) => {
      const { client, response } = service.addClient();
      service.subscribe(client.id, 'news');
      return collect(response);
    });
    for (const { backplane } of services) {
      await until(() => backplane.state === 'online', 'the backplane');
    }
    services[0].service.broadcast('news', 'tick', 'channel');
    services[1].service.broadcastAll('tick', 'all');
    for (const text of texts) {
      await until(() => /^data: channel$/m.test(text()) && /^data: all$/m.test(text()), 'events');
    }
  });

  test('brokers with different names have separate topics', async (t) => {
    const server = await Server.start(t);
    const given = { backplane: { url: server.url }, channels: [] };
    const nodes = await Promise.all(
      ['one', 'two'].map((name) => Node.start(t, { ...given, broker: { name } })),
    );
    const clients = await Promise.all(nodes.map((node) => node.connect('client', ['a'])));
    for (const node of nodes) {
      await until(async () => (await node.ask('state')) === 'online', 'the node');
    }
    await nodes[0].ask('publishToTopic', { topic: 'a', event: tick('one') });
    await nodes[1].ask('publishToTopic', { topic: 'a', event: tick('two') });
    assert.deepEqual(data(await got(clients[0], 1)), ['one']);
    assert.deepEqual(data(await got(clients[1], 1)), ['two']);
  });
}
