// Lean connections that were released and are recreated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { leanSite, left } from './site.mjs';

const CURSOR = 'Last-Event-ID: unknown-1\r\n';

test('a released connection is recreated with the same properties', SOON, async (t) => {
  const first = {};
  const site = await leanSite(t, {
    lean: { headers: ['User-Agent', 'x-absent'] },
    handler({ connection }) {
      const { id, timestamp, lastEventId } = connection;
      Object.assign(first, { id, timestamp, lastEventId, request: { ...connection.request } });
    },
  });
  await site.connect('/news?a=1', `User-Agent: test\r\nAccept: */*\r\n${CURSOR}`);
  await left(site.before, 0, 0, 0);
  const [again] = site.channel.connections();
  assert.ok(again instanceof sluice.Connection);
  const { id, timestamp, lastEventId, request, response, transport, closed } = again;
  assert.deepEqual({ id, timestamp, lastEventId, request: { ...request } }, first);
  assert.deepEqual(
    { ...request, headers: { ...request.headers } },
    {
      method: 'GET',
      url: '/news?a=1',
      headers: { 'user-agent': 'test' },
      address: '127.0.0.1',
    },
  );
  assert.ok(Object.isFrozen(request) && Object.isFrozen(request.headers));
  assert.equal(lastEventId, 'unknown-1');
  assert.deepEqual([response, transport, closed], [undefined, 'native', false]);
  assert.equal(site.channel.connections()[0], again);
});

test('a recreated connection has all its functions', SOON, async (t) => {
  const site = await leanSite(t);
  const client = await site.connect();
  await left(site.before, 0, 0, 0);
  const other = new sluice.Channel();
  // In a separate function, so its variables are released afterwards.
  const use = ([again]) => {
    again.send({ data: 'one' }).comment('two');
    again.setPing(60_000);
    other.add(again);
  };
  use(site.channel.connections());
  other.send({ data: 'three' });
  for (const text of ['data: one\n\n', ': two\n\n', 'data: three\n\n']) await client.has(text);
  await left(site.before, 0, 0, 0);
  const [again] = other.connections();
  const reasons = [];
  again.on('close', (reason) => reasons.push(reason));
  assert.equal(await again.end(), again);
  assert.deepEqual([reasons, again.closed], [['end'], true]);
  await client.eof();
  assert.equal(client.chunks().complete, true);
});

test('a recreated connection is compressed as before', SOON, async (t) => {
  const site = await leanSite(t, { options: { compress: ['gzip'] } });
  const client = await site.connect('/', 'Accept-Encoding: gzip\r\n');
  site.channel.send({ data: 'one' });
  await left(site.before, 0, 0, 0);
  await site.channel.connections()[0].send({ data: 'two' }).end();
  await client.eof();
  assert.match(client.head, /content-encoding: gzip\r\n/i);
  const { text, complete } = client.chunks();
  assert.ok(complete);
  const plain = zlib.gunzipSync(Buffer.from(text, 'latin1')).toString();
  assert.match(plain, /^data: one\n\ndata: two\n\n$/m);
});

test('`join` and `leave` of a channel pass a connection', SOON, async (t) => {
  const site = await leanSite(t);
  const seen = [];
  for (const name of ['join', 'leave', 'empty']) {
    site.channel.on(name, (connection) => seen.push([name, connection?.request.url]));
  }
  const client = await site.connect('/one');
  await left(site.before, 0, 0, 0);
  client.socket.destroy();
  await until(() => seen.length === 3, 'the events');
  assert.deepEqual(seen, [
    ['join', '/one'],
    ['leave', '/one'],
    ['empty', undefined],
  ]);
});

test('a released connection still counts for its limits', SOON, async (t) => {
  const limits = { key: () => 'me', maxPerKey: 1 };
  const refused = [];
  const channel = new sluice.Channel();
  const site = await leanSite(t, { options: { limits } });
  site.server.removeAllListeners('request');
  site.server.on('request', (req, res) => {
    try {
      channel.add(new sluice.Connection(req, res, { lean: true, limits }));
    } catch (error) {
      refused.push(error.code);
      res.writeHead(error.statusCode).end();
    }
  });
  const client = await site.connect();
  await left(site.before, 0, 0, 0);
  await (await site.connect()).has('HTTP/1.1 429');
  assert.deepEqual(refused, ['ERR_SSE_LIMIT']);
  client.socket.destroy();
  await until(() => channel.count() === 0, 'the member to leave');
  await (await site.connect()).has('HTTP/1.1 200');
});

test('a gap is handled after the connection was released', SOON, async (t) => {
  const site = await leanSite(t, { options: { onGap: 'reset' } });
  const late = new sluice.Channel();
  const client = await site.connect('/', CURSOR);
  await client.has('event: sluice.reset');
  await left(site.before, 0, 0, 0);
  const before = client.text.split('sluice.reset').length;
  late.add(site.channel.connections()[0]);
  await until(() => client.text.split('sluice.reset').length > before, 'another reset');
});

test('a drain ends released connections', SOON, async (t) => {
  const site = await leanSite(t);
  const clients = [await site.connect(), await site.connect()];
  await left(site.before, 0, 0, 0);
  const result = await site.channel.drain({ within: 10, retry: 7 });
  assert.deepEqual(result, { connections: 2, ended: 2, destroyed: 0 });
  for (const client of clients) {
    await client.eof();
    await client.has('retry: 7\n\n');
    assert.equal(client.chunks().complete, true);
  }
});
