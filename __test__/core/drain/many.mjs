// Drains a thousand clients at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectRaw } from '../../support/clients/raw.mjs';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { servers } from './servers.mjs';

const COUNT = 1000;

for (const server of servers.slice(0, 2)) {
  test(`${server.title}: a thousand clients each get their events and an end`, SOON, async (t) => {
    const channel = new sluice.Channel();
    const { origin, server: node } = await site(t, {
      ...server,
      start: (handler) =>
        server.start((req, res) => {
          handler(req, res, (options) => {
            const connection = new sluice.Connection(req, res, { ...options, ...server.options });
            channel.add(connection);
            return connection;
          });
        }),
    });
    const clients = [];
    while (clients.length < COUNT) {
      const client = await connectRaw({ host: '127.0.0.1', port: new URL(origin).port });
      t.after(() => client.socket.destroy());
      clients.push(client.get());
      if (clients.length % 50 === 0) await client.has('\r\n\r\n');
    }
    for (const client of clients) await client.has('\r\n\r\n');
    for (let number = 0; number < 20; number += 1) channel.send({ data: number });
    const result = await channel.drain({ within: 1000, event: { data: 'bye' } });
    assert.deepEqual(result, { connections: COUNT, ended: COUNT, destroyed: 0 });
    const delays = new Set();
    for (const client of clients) {
      await client.eof();
      const { text, complete } = client.chunks();
      assert.ok(complete, text);
      const data = Array.from(text.matchAll(/^data: (.*)$/gm), (match) => match[1]);
      assert.deepEqual(data, [...Array.from({ length: 20 }, (_, number) => String(number)), 'bye']);
      const retries = Array.from(text.matchAll(/^retry: (\d+)$/gm), (match) => Number(match[1]));
      assert.equal(retries.length, 1);
      assert.ok(retries[0] >= 1000 && retries[0] <= 5000);
      delays.add(retries[0]);
    }
    // Of 4,001 delays, a thousand clients have about 885 different ones.
    assert.ok(delays.size > 600, `${delays.size} delays`);
    await new Promise((resolve) => node.close(resolve));
  });
}
