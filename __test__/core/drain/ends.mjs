// Tests the last frames that clients of a draining channel or broker receive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { tally } from '../../support/tally.mjs';
import { servers } from './servers.mjs';

const { Channel, SSEBroker } = sluice;
const COUNT = 12;
const FAREWELL = /^retry: (\d+)\n\nevent: bye\ndata: now\n\n$/;
const EVENT = { event: 'bye', data: 'now' };

/** Checks the last frames of every client, and returns the delays. */
async function farewells(clients, before) {
  const delays = [];
  for (const client of clients) {
    assert.equal(await client.over(), 'clean');
    const text = client.text.replace(/^id: .*\n(?:\n)?|^topic: .*\n/gm, '');
    assert.ok(text.startsWith(before), JSON.stringify(text));
    const [, retry] = FAREWELL.exec(text.slice(before.length)) ?? assert.fail(text);
    delays.push(Number(retry));
  }
  return delays;
}

async function openAll(t, server, join) {
  const { open, server: node } = await site(t, server);
  const clients = [];
  const reasons = [];
  for (let count = 0; count < COUNT; count += 1) {
    const { client, connection } = await open();
    connection.on('close', (reason) => reasons.push(reason));
    join(connection);
    clients.push(client);
  }
  return { clients, reasons, node };
}

for (const server of servers) {
  test(
    `${server.title}: members end after their queue, with their own retry and the last event`,
    SOON,
    async (t) => {
      const channel = new Channel();
      const closes = tally(channel, 'close');
      const leaves = tally(channel, 'leave');
      const { clients, reasons, node } = await openAll(t, server, (connection) =>
        channel.add(connection),
      );
      channel.send({ data: 'queued' });
      const options = { within: 200, retry: { min: 3000, max: 9000 }, event: EVENT };
      const over = channel.drain(options);
      assert.equal(channel.drain(), over, 'the same promise');
      assert.equal(channel.draining, true);
      assert.equal(channel.closed, false);
      const delays = await farewells(clients, 'data: queued\n\n');
      assert.ok(delays.every((delay) => delay >= 3000 && delay <= 9000));
      assert.ok(new Set(delays).size > 1, `all delays are equal: ${delays}`);
      assert.deepEqual(await over, { connections: COUNT, ended: COUNT, destroyed: 0 });
      assert.deepEqual(reasons, Array(COUNT).fill('drain'));
      assert.deepEqual([channel.closed, closes.length, leaves.length], [true, 1, COUNT]);
      await new Promise((resolve) => node.close(resolve));
    },
  );

  test(`${server.title}: the clients of a broker end, and the broker closes`, SOON, async (t) => {
    const broker = new SSEBroker();
    const { clients, reasons } = await openAll(t, server, (connection) => {
      broker.subscribe(broker.connect(connection).id, 'news');
    });
    broker.broadcastToTopic('news', { data: 'queued' });
    const over = broker.drain({ within: 0, retry: 7, event: EVENT });
    assert.equal(broker.drain(), over);
    const delays = await farewells(clients, 'data: queued\n\n');
    assert.deepEqual(delays, Array(COUNT).fill(7));
    assert.deepEqual(await over, { connections: COUNT, ended: COUNT, destroyed: 0 });
    assert.deepEqual(reasons, Array(COUNT).fill('drain'));
    assert.equal(broker.clientCount(), 0);
  });
}

for (const server of servers) {
  test(`${server.title}: closing the server after a drain cuts off no client`, SOON, async (t) => {
    const channel = new Channel();
    const { clients, node } = await openAll(t, server, (connection) => channel.add(connection));
    await channel.drain({ within: 0, retry: 7, event: EVENT });
    // Node.js destroys sockets whose response it considers finished.
    const closed = new Promise((resolve) => node.close(resolve));
    await farewells(clients, '');
    await closed;
  });
}

test('members receive the events of a draining channel until they end', SOON, async (t) => {
  const channel = new Channel();
  const { open } = await site(t, servers[0]);
  const ends = [await open(), await open(), await open()];
  for (const { connection } of ends) channel.add(connection);
  const over = channel.drain({ within: 1000 });
  for (let number = 0; !channel.closed; number += 1) {
    channel.send({ id: String(number), data: number });
    await sleep(5);
  }
  assert.equal((await over).ended, 3);
  const counts = ends.map(({ client }) => {
    const { data } = client;
    // There are no gaps between the events.
    assert.deepEqual(data, Array.from(data.keys(), String));
    return data.length;
  });
  assert.ok(new Set(counts).size > 1, `all clients ended at once: ${counts}`);
});

test('a draining channel ends only its own members', SOON, async (t) => {
  const { open } = await site(t, servers[0]);
  const [member, other] = [await open(), await open()];
  const channel = new Channel().add(member.connection);
  assert.deepEqual(await channel.drain({ within: 0 }), { connections: 1, ended: 1, destroyed: 0 });
  assert.equal(await member.client.over(), 'clean');
  other.connection.send({ data: 'still here' });
  await other.client.has('still here');
});

test('a drained connection counts once if its channel and broker both drain', SOON, async (t) => {
  const { open } = await site(t, servers[0]);
  const { client, connection } = await open();
  const channel = new Channel().add(connection);
  const broker = new SSEBroker();
  broker.connect(connection);
  const late = channel.drain({ within: 2 ** 31 - 1, retry: 1 });
  const soon = broker.drain({ within: 0, retry: 2 });
  const result = { connections: 1, ended: 1, destroyed: 0 };
  assert.deepEqual(await Promise.all([late, soon]), [result, result]);
  assert.equal(await client.over(), 'clean');
  const retries = [...client.text.matchAll(/^retry: (\d+)/gm)];
  assert.equal(retries.length, 1, client.text);
});

test('a client that leaves during a drain is neither ended nor destroyed', SOON, async (t) => {
  const { open } = await site(t, servers[0]);
  const { client, connection } = await open();
  const channel = new Channel().add(connection);
  const over = channel.drain({ within: 2 ** 31 - 1 });
  const again = await open();
  again.connection.send({ data: 'meanwhile' });
  client.leave();
  // The drain would have ended the connection within 24 days.
  assert.deepEqual(await over, { connections: 1, ended: 0, destroyed: 0 });
});

test('a channel without members is drained immediately', SOON, async () => {
  const channel = new Channel();
  const result = { connections: 0, ended: 0, destroyed: 0 };
  assert.deepEqual(await channel.drain({ within: 2 ** 31 - 1 }), result);
  assert.equal(channel.closed, true);
  assert.deepEqual(await new SSEBroker().drain(), result);
});

test('metrics count connections that were drained', SOON, async (t) => {
  const before = sluice.metrics().closes.drain;
  const { open } = await site(t, servers[0]);
  const channel = new Channel().add((await open()).connection);
  await channel.drain({ within: 0 });
  assert.equal(sluice.metrics().closes.drain, before + 1);
});
