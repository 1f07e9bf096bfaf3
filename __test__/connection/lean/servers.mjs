// The server still counts lean connections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connectRaw } from '../../support/clients/raw.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { counted, leanSite, left } from './site.mjs';

test('the server counts a lean connection until its client has left', SOON, async (t) => {
  const site = await leanSite(t);
  const clients = [await site.connect(), await site.connect()];
  await left(site.before, 0, 0, 0);
  await counted(site.server, 2);
  clients[0].socket.destroy();
  await counted(site.server, 1);
  await clients[1].has('HTTP/1.1 200');
  const closed = once(site.server, 'close');
  site.server.close();
  assert.equal(site.channel.count(), 1);
  clients[1].socket.destroy();
  await closed;
});

test('maxConnections of the server counts lean connections', SOON, async (t) => {
  const site = await leanSite(t);
  site.server.maxConnections = 1;
  const client = await site.connect();
  await left(site.before, 0, 0, 0);
  const { port } = site.server.address();
  const dropped = once(site.server, 'drop');
  const refused = await connectRaw({ port, host: '127.0.0.1' });
  t.after(() => refused.socket.destroy());
  await dropped;
  client.socket.destroy();
  await counted(site.server, 0);
  await site.connect();
});

for (const lean of [true, false]) {
  test(`closeAllConnections() closes connections: lean ${lean}`, SOON, async (t) => {
    const reasons = [];
    let socketCloses = 0;
    const site = await leanSite(t, {
      lean,
      handler({ connection, req }) {
        connection.on('close', (reason) => reasons.push(reason));
        if (lean) return;
        req.socket.on('close', () => {
          socketCloses += 1;
        });
      },
    });
    const other = await leanSite(t, { lean });
    const client = await site.connect();
    const stays = await other.connect();
    await counted(site.server, 1);
    // After the hand-over.
    site.channel.send({ data: 'hello' });
    await client.has('data: hello');
    site.server.closeAllConnections();
    await until(() => reasons.length > 0, 'the close event');
    assert.deepEqual(reasons, ['destroy']);
    assert.equal(socketCloses, lean ? 0 : 1);
    await client.eof();
    await counted(site.server, 0);
    assert.equal(other.channel.count(), 1);
    assert.equal(stays.closed, false);
  });
}

test('closeAllConnections() closes released connections', SOON, async (t) => {
  const site = await leanSite(t);
  const client = await site.connect();
  await left(site.before, 0, 0, 0);
  site.server.closeAllConnections();
  await client.eof();
  await until(() => site.channel.count() === 0, 'the member to leave');
  await counted(site.server, 0);
});
