// Conformance cases for back-pressure and slow readers, run over every transport.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { site, sluice } from '../../support/site.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';

const noise = (bytes) => randomBytes((bytes * 3) / 4).toString('base64');

export default {
  'disconnects a client that does not read, and no others': async (t, server) => {
    const { open } = await site(t, server);
    const maxQueueBytes = 256 * 1024;
    const channel = new sluice.Channel();
    const deaf = await open({ maxQueueBytes }, { reading: false });
    const good = await open();
    const reasons = tally(deaf.connection, 'close');
    channel.add(deaf.connection).add(good.connection);
    const data = noise(64 * 1024);
    let most = 0;
    let sent = 0;
    while (!deaf.connection.closed && sent < 400) {
      channel.send({ data });
      sent += 1;
      await good.client.has(`${data}\n\n`);
      good.client.text = '';
      most = Math.max(most, deaf.connection.queuedBytes);
    }
    await until(() => reasons.length, 'the slow client to be disconnected');
    assert.deepEqual(reasons, [['overflow']]);
    // A client that is slow for a short time may have 16 times as much in its queue. The event that
    // is being sent does not count.
    assert.ok(most <= 16 * maxQueueBytes + 2 * data.length, `${most} bytes were queued`);
    channel.send({ data: 'and on' });
    await good.client.has('data: and on\n\n');
    assert.equal(channel.count(), 1);
    deaf.client.resume();
    assert.equal(await deaf.client.over(), 'cut');
  },

  'a slow reader receives a big event completely': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ maxQueueBytes: 16 * 2 ** 20 }, { reading: false });
    const drains = tally(connection, 'drain');
    const data = noise(4 * 2 ** 20);
    connection.send({ data }).send({ data: 'after' });
    for (let n = 0; n < 10; n += 1) {
      await sleep(2);
      client.resume();
      await turn();
      client.pause();
    }
    client.resume();
    await client.has('data: after\n\n');
    assert.ok(client.text === `data: ${data}\n\ndata: after\n\n`, 'the same bytes');
    await until(() => connection.queuedBytes === 0, 'the queue to be empty');
    await until(() => drains.length, 'drain');
  },

  'a client that keeps up is not dropped for one burst': async (t, server) => {
    const { open } = await site(t, server);
    const channel = new sluice.Channel();
    const clients = [];
    for (let count = 0; count < 3; count += 1) {
      clients.push(await open({ maxQueueEvents: 500, maxQueueBytes: 128 * 1024 }));
    }
    for (const { connection } of clients) channel.add(connection);
    for (let n = 0; n < 1500; n += 1) channel.send({ id: `${n}`, data: `event ${n}`.padEnd(250) });
    for (const { client, connection } of clients) {
      const data = await client.count(1500);
      assert.ok(
        data.every((text, n) => text.startsWith(`event ${n} `)),
        'in order',
      );
      assert.equal(connection.closed, false);
    }
  },

  'a busy server does not count its clients as stalled': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ stallTimeout: 100 });
    const reasons = tally(connection, 'close');
    await sleep(20);
    connection.send({ data: 'before' });
    const end = performance.now() + 500;
    while (performance.now() < end);
    await client.has('data: before\n\n');
    connection.send({ data: 'after' });
    await client.has('data: after\n\n');
    assert.deepEqual(reasons, []);
  },

  'a client that accepts no bytes is disconnected after stallTimeout': async (t, server) => {
    const { open } = await site(t, server);
    const options = { maxQueueBytes: 64 * 2 ** 20, stallTimeout: 100 };
    const { connection } = await open(options, { reading: false });
    const reasons = tally(connection, 'close');
    connection.send({ data: noise(24 * 2 ** 20) });
    await until(() => reasons.length, 'the stall');
    assert.deepEqual(reasons, [['stall']]);
  },

  'a replay of the history does not count towards maxQueueBytes': async (t, server) => {
    const { open } = await site(t, server);
    const channel = new sluice.Channel();
    const data = noise(16 * 1024);
    for (let id = 0; id < 400; id += 1) channel.send({ id: `${id}`, data });
    const request = { headers: { 'Last-Event-ID': '0' }, reading: false };
    const { connection, client } = await open({ maxQueueBytes: 64 * 1024 }, request);
    channel.add(connection);
    await sleep(20);
    assert.equal(connection.closed, false);
    client.resume();
    await client.count(399);
    channel.send({ data: 'live' });
    await client.has('data: live\n\n');
  },
};
