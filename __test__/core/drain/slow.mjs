// Drains clients that do not read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { servers } from './servers.mjs';

for (const server of servers) {
  test(`${server.title}: only the client that never reads is destroyed`, SOON, async (t) => {
    const { open, server: node } = await site(t, server);
    const channel = new sluice.Channel({ historySize: 0 });
    const bad = await open({ maxQueueBytes: 2 ** 26, stallTimeout: 0 }, { reading: false });
    const good = await open({ maxQueueBytes: 2 ** 26 });
    for (const { connection } of [bad, good]) channel.add(connection);
    channel.send({ data: 'x'.repeat(2 ** 24) });
    const reasons = [bad, good].map(
      ({ connection }) => new Promise((resolve) => connection.once('close', resolve)),
    );
    const result = await channel.drain({ within: 100 });
    assert.deepEqual(result, { connections: 2, ended: 1, destroyed: 1 });
    assert.deepEqual(await Promise.all(reasons), ['destroy', 'drain']);
    assert.equal(await good.client.over(), 'clean');
    const closed = new Promise((resolve) => node.close(resolve));
    // An HTTP/2 server waits for its sessions.
    for (const { client } of [bad, good]) if (server.version === 2) client.reset();
    await closed;
  });
}

test(
  'a client that does not read the last bytes in Node.js does not delay server.close()',
  SOON,
  async (t) => {
    const { open, server: node } = await site(t, servers[2]);
    const { connection, req } = await open({ maxQueueBytes: 2 ** 26 }, { reading: false });
    const channel = new sluice.Channel({ historySize: 0 }).add(connection);
    const { socket } = req;
    // Fill the kernel's buffers. Node.js then buffers too little to make the core wait.
    await until(async () => {
      connection.send({ data: 'x'.repeat(8000) });
      await until(() => connection.queuedBytes === 0, 'the write');
      for (let turns = 0; turns < 200 && socket.writableLength > 0; turns += 1) await sleep(5);
      return socket.writableLength > 0;
    }, 'the socket to be full');
    const closed = new Promise((resolve) => node.close(resolve));
    const result = await channel.drain({ within: 0 });
    assert.deepEqual(result, { connections: 1, ended: 1, destroyed: 0 });
    await closed;
  },
);
