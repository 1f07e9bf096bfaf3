import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { site } from '../../support/site.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';

/** Sends each event after the previous one has arrived, so that buffering would block the test. */
async function arriveAtOnce({ connection, client }) {
  for (let n = 1; n <= 20; n += 1) {
    connection.send({ data: n });
    assert.equal((await client.count(n)).at(-1), String(n));
  }
}

/** Cases that depend on the proxy. `through(settings)` puts nginx in front of the server. */
export const cases = {
  'our headers turn buffering off, so events arrive immediately': async (t, through) => {
    const { open } = await site(t, through());
    const ends = await open();
    assert.equal(ends.connection.transport, through().transport);
    // nginx consumes this header.
    assert.equal(ends.client.headers['x-accel-buffering'], undefined);
    assert.equal(ends.client.headers['content-type'], 'text/event-stream; charset=utf-8');
    await arriveAtOnce(ends);
  },

  'plain "gzip on" does not compress events, only HTML': async (t, through) => {
    const { open } = await site(t, through({ http: 'gzip on; gzip_proxied any;' }));
    const ends = await open({}, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(ends.client.headers['content-encoding'], undefined);
    await arriveAtOnce(ends);
  },

  'a stream that the core compresses arrives immediately and completely': async (t, through) => {
    const { open } = await site(t, through());
    const request = { headers: { 'Accept-Encoding': 'gzip' } };
    const ends = await open({ compress: ['gzip'] }, request);
    assert.equal(ends.connection.transport, through().transport);
    assert.equal(ends.client.headers['content-encoding'], 'gzip');
    await arriveAtOnce(ends);
    await ends.connection.end();
    assert.equal(await ends.client.over(), 'clean');
    assert.equal(ends.client.data.length, 20);
  },

  'pings reach the client': async (t, through) => {
    const { open } = await site(t, through());
    const { client } = await open({ ping: true, pingInterval: 20 });
    await until(() => client.pings >= 3, 'three pings');
  },

  'a client that leaves closes the connection': async (t, through) => {
    const { open } = await site(t, through());
    for (const way of ['leave', 'reset']) {
      const { connection, client } = await open();
      const reasons = tally(connection, 'close');
      client[way]();
      await until(() => reasons.length, 'close');
      assert.deepEqual(reasons, [['client']], way);
    }
  },

  'a stream that the server ends also ends cleanly for the client': async (t, through) => {
    const { open } = await site(t, through());
    const { connection, client } = await open();
    for (let n = 0; n < 500; n += 1) connection.send({ data: n });
    await connection.end();
    assert.equal(await client.over(), 'clean');
    assert.equal(client.data.length, 500);
  },

  'Last-Event-ID reaches the server': async (t, through) => {
    const { open } = await site(t, through());
    const headers = { 'Last-Event-ID': Buffer.from('Zürich ☀').toString('latin1') };
    assert.equal((await open({}, { headers })).connection.lastEventID, 'Zürich ☀');
  },

  'a HEAD request gets only the head': async (t, through) => {
    const { open } = await site(t, through());
    const { connection, client } = await open({}, { method: 'HEAD' });
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(await client.over(), 'clean');
    await until(() => connection.closed, 'the connection of a HEAD request to close');
  },

  'a client that does not read is disconnected': async (t, through) => {
    const { open } = await site(t, through());
    const { connection } = await open({ maxQueueBytes: 256 * 1024 }, { reading: false });
    const reasons = tally(connection, 'close');
    const data = 'x'.repeat(64 * 1024);
    for (let sent = 0; !connection.closed && sent < 2000; sent += 1) {
      connection.send({ data });
      await sleep(1);
    }
    await until(() => reasons.length, 'close');
    assert.deepEqual(reasons, [['overflow']]);
  },
};
