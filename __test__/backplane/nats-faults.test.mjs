// Changes to the stream by administrators and other programs, and messages that limits remove.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { CHANNELS, cluster as clusterOver, data, publish } from './cluster.mjs';
import { askStream, natsPublish } from './nats-client.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { Node } from './nodes.mjs';
import { LossyProxy } from './proxy.mjs';

const cluster = (t, ...rest) => clusterOver(t, NatsServer, ...rest);
const numbers = (count) => Array.from({ length: count }, (_none, number) => `${number}`);

/** Removes all messages, like an administrator. */
const purge = ({ port }) => askStream(port, 'PURGE.sluice');

/** Limits the stream to that number of messages, like an administrator. */
async function limit({ port }, messages) {
  const { config } = await askStream(port, 'INFO.sluice');
  await askStream(port, 'UPDATE.sluice', { ...config, max_msgs: messages });
}

/** All messages of the stream, including those of brokers. */
async function messagesOf({ port }) {
  const { state } = await askStream(port, 'INFO.sluice');
  const found = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    found.push((await askStream(port, 'MSG.GET.sluice', { seq })).message);
  }
  return found;
}

/** The sequence numbers of a channel's events. */
const numbersOf = async (server, channel) =>
  (await messagesOf(server))
    .filter(({ subject }) => subject.endsWith(channel))
    .map(({ seq }) => seq);

/** A process that connects to NATS through a proxy. */
async function behindProxy(t, server) {
  const proxy = await LossyProxy.start(t, server);
  const node = await Node.start(t, { backplane: { url: proxy.url }, channels: CHANNELS });
  await reaches(node, 'online');
  return { proxy, node };
}

const reaches = (node, state) =>
  until(async () => (await node.ask('state')) === state, `a process that is ${state}`);

const ends = (client, text) =>
  until(() => eventsOf(client).at(-1)?.data === text, `the event ${text}`);

const isOnce = (client) => {
  const ids = eventsOf(client).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
};

describe('a stream that others change', { ...SOON, skip: noNats }, () => {
  test('a purge is not a gap for a client that has received everything', async (t) => {
    const { server, nodes } = await cluster(t, 2);
    const client = await nodes[1].open(['news']);
    for (const text of numbers(5)) await publish(nodes[0], 'news', text);
    await got(client, 5);
    await purge(server);
    for (const text of ['a', 'b']) await publish(nodes[0], 'news', text);
    assert.deepEqual(data(await got(client, 7)), [...numbers(5), 'a', 'b']);
    isOnce(client);
    assert.deepEqual(nodes[1].gaps, []);
  });

  test('a purge is a gap for a client that was disconnected', async (t) => {
    const { server, nodes, start } = await cluster(t, 1);
    const client = await nodes[0].open(['news']);
    await publish(nodes[0], 'news', 'seen');
    const [{ id }] = await got(client, 1);
    client.leave();
    await publish(nodes[0], 'news', 'missed');
    await purge(server);
    const fresh = await start();
    const back = await fresh.open(['news'], id);
    await until(() => fresh.gaps.length > 0, 'the gap');
    await publish(fresh, 'news', 'new');
    assert.deepEqual(data(await got(back, 1)), ['new']);
    assert.deepEqual(fresh.gaps, ['news']);
  });

  test('a purge is a gap for a process that lost its connection', async (t) => {
    const { server, nodes } = await cluster(t, 1);
    const { proxy, node } = await behindProxy(t, server);
    const client = await node.open(['news']);
    await publish(nodes[0], 'news', 'first');
    await got(client, 1);
    // Otherwise the events wait in the socket of the stopped process.
    proxy.stop();
    node.signal('SIGSTOP');
    for (const text of numbers(5)) await publish(nodes[0], 'news', text);
    await purge(server);
    proxy.cut();
    node.signal('SIGCONT');
    await until(() => node.gaps.length > 0, 'the gap');
    await reaches(node, 'online');
    await publish(nodes[0], 'news', 'last');
    await ends(client, 'last');
    isOnce(client);
    assert.deepEqual(node.gaps, ['news']);
  });

  test('a lost connection without missed events is not a gap, even after a purge', async (t) => {
    const { server, nodes } = await cluster(t, 1);
    const { proxy, node } = await behindProxy(t, server);
    const client = await node.open(CHANNELS);
    await publish(nodes[0], 'orders', 'quiet');
    for (const text of numbers(5)) await publish(nodes[0], 'news', text);
    await got(client, 6);
    await purge(server);
    const offline = reaches(node, 'offline');
    proxy.cut();
    await offline;
    await reaches(node, 'online');
    for (const name of CHANNELS) await publish(nodes[0], name, name);
    await got(client, 8);
    isOnce(client);
    assert.deepEqual(node.gaps, []);
  });

  test('a process that was suspended while limits removed events has a gap', async (t) => {
    const { server, nodes } = await cluster(t, 1);
    const { proxy, node } = await behindProxy(t, server);
    const client = await node.open(['news']);
    await publish(nodes[0], 'news', 'first');
    await got(client, 1);
    // Events that are published from now on do not reach the process.
    proxy.stop();
    node.signal('SIGSTOP');
    for (const text of numbers(200)) await publish(nodes[0], 'news', text);
    await limit(server, 10);
    proxy.cut();
    proxy.go();
    node.signal('SIGCONT');
    await until(() => node.gaps.length > 0, 'the gap');
    await publish(nodes[0], 'news', 'last');
    await ends(client, 'last');
    isOnce(client);
    const rest = data(eventsOf(client)).slice(1, -1);
    // Messages between brokers count towards the limit too.
    assert.ok(rest.length <= 10, `${rest.length} events were left`);
    assert.deepEqual(rest, numbers(200).slice(200 - rest.length));
    assert.deepEqual(node.gaps, ['news']);
  });

  test('a reader that falls behind the limits has a gap on the same connection', async (t) => {
    const { server, nodes } = await cluster(t, 1);
    const node = await Node.start(t, { backplane: { url: server.url }, channels: CHANNELS });
    await reaches(node, 'online');
    const client = await node.open(CHANNELS);
    await publish(nodes[0], 'orders', 'quiet');
    await got(client, 1);
    node.signal('SIGSTOP');
    // More than the server sends before it waits for the process.
    const sends = numbers(3000).map((text) => publish(nodes[0], 'news', text.padEnd(4000)));
    await Promise.all(sends);
    await limit(server, 10);
    node.signal('SIGCONT');
    await until(() => node.gaps.includes('news'), 'the gap');
    await publish(nodes[0], 'news', 'last');
    await ends(client, 'last');
    isOnce(client);
  });

  test('deleted messages are not a gap in any channel', async (t) => {
    const { server, nodes, start } = await cluster(t, 2);
    const client = await nodes[1].open(CHANNELS);
    await publish(nodes[0], 'orders', 'first');
    const [{ id }] = await got(client, 1);
    const sent = numbers(6);
    for (const text of sent) await publish(nodes[0], CHANNELS[text % 2], text);
    // `1` and `3` are in `news`.
    for (const seq of (await numbersOf(server, 'news')).slice(0, 2)) {
      await askStream(server.port, 'MSG.DELETE.sluice', { seq });
    }
    const fresh = await start();
    const back = await fresh.open(CHANNELS, id);
    assert.deepEqual(data(await got(back, 4)), ['0', '2', '4', '5']);
    for (const name of CHANNELS) await publish(nodes[0], name, name);
    assert.deepEqual(data(await got(back, 6)).slice(4), CHANNELS);
    assert.deepEqual(data(await got(client, 9)), ['first', ...sent, ...CHANNELS]);
    assert.deepEqual([...fresh.gaps, ...nodes[1].gaps], []);
  });

  test('messages of other programs are skipped', async (t) => {
    const { server, nodes, start } = await cluster(t, 1);
    const client = await nodes[0].open(['news']);
    const { id } = await publish(nodes[0], 'news', 'before');
    const known = (await messagesOf(server)).find(({ subject }) => subject.endsWith('news'));
    for (const subject of [known.subject, 'sluice.a', 'sluice.a.b.c', 'sluice._.=ZZ']) {
      for (const payload of ['', 'hello', '\u0001\u0002', '{"data":1}']) {
        await natsPublish(server.port, subject, payload);
      }
    }
    await publish(nodes[0], 'news', 'after');
    assert.deepEqual(data(await got(client, 2)), ['before', 'after']);
    const fresh = await start();
    const back = await fresh.open(['news'], id);
    assert.deepEqual(data(await got(back, 1)), ['after']);
    await publish(fresh, 'news', 'last');
    assert.deepEqual(data(await got(back, 2)), ['after', 'last']);
    assert.deepEqual([...nodes[0].gaps, ...fresh.gaps], []);
  });
});
