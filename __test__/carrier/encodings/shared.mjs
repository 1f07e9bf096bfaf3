import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { withoutZstd } from '../../support/clients/decoded.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { serve } from './serve.mjs';

const { Channel } = sluice;
/** The `Accept-Encoding` headers that this Node.js can decode. */
const ACCEPTED = withoutZstd ? [undefined, 'gzip'] : [undefined, 'gzip', 'zstd'];
const compress = ['zstd', 'gzip'];

const upTo = (count, first = 0) => Array.from({ length: count - first }, (_, n) => `${first + n}`);

for (const transport of ['auto', 'stream']) {
  describe(`members with several encodings, transport: '${transport}'`, SOON, () => {
    test('get every event after they join', async (t) => {
      const channel = new Channel();
      const { open } = await serve(t, { transport, compress }, (it) => channel.add(it));
      const members = [];
      for (let n = 0; n < 30; n += 1) {
        const { client } = await open(ACCEPTED[n % ACCEPTED.length]);
        members.push({ client, first: n });
        channel.send({ data: n });
      }
      // Events of one turn are compressed together.
      for (let n = 30; n < 1000; n += 1) channel.send({ data: n });
      await channel.end();
      for (const { client, first } of members) {
        assert.equal(await client.over(), 'clean');
        assert.deepEqual(client.data, upTo(1000, first));
      }
    });

    test('get what they missed when they reconnect', async (t) => {
      const channel = new Channel({ historySize: 1000 });
      const { open } = await serve(t, { transport, compress }, (it) => channel.add(it));
      for (let n = 0; n < 500; n += 1) channel.send({ data: n, id: `${n}` });
      for (const accepted of ACCEPTED) {
        const { client } = await open(accepted, { 'Last-Event-ID': '99' });
        assert.equal(client.headers['content-encoding'], accepted);
        assert.deepEqual(await client.count(400), upTo(500, 100));
      }
    });

    test('are not affected by a member that leaves', async (t) => {
      const channel = new Channel();
      const { open } = await serve(t, { transport, compress }, (it) => channel.add(it));
      const [stays, leaves] = [await open('gzip'), await open('gzip')];
      channel.send({ data: 0 });
      await leaves.client.count(1);
      leaves.client.leave();
      await once(leaves.connection, 'close');
      for (let n = 1; n < 100; n += 1) channel.send({ data: n });
      await stays.connection.end();
      assert.equal(await stays.client.over(), 'clean');
      assert.deepEqual(stays.client.data, upTo(100));
    });

    test('get pings, and a final event when they are drained', async (t) => {
      const channel = new Channel();
      const options = { transport, compress, ping: true, pingInterval: 10 };
      const { open } = await serve(t, options, (it) => channel.add(it));
      const clients = [];
      for (const accepted of ACCEPTED) clients.push((await open(accepted)).client);
      for (const client of clients) await client.has(':\n\n:\n\n');
      await channel.drain({ within: 10, event: { data: 'bye' } });
      for (const client of clients) {
        assert.equal(await client.over(), 'clean');
        assert.match(client.text, /^(id: .*\n\n)?(:\n\n)+retry: \d+\n\ndata: bye\n\n$/);
      }
    });
  });
}
