// Tests the bytes that native streams send to different kinds of requests.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.mjs';
import { closed, plain } from './plain.mjs';

const SOON = { timeout: 240_000 };

test('an event is one chunk, and the last chunk ends the stream', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  connection.send({ data: 'one' }).send({ data: 'two' });
  await connection.end();
  await client.eof();
  assert.match(client.head, /\r\ntransfer-encoding: chunked\r\n/i);
  assert.match(client.head, /\r\nconnection: close\r\n/i);
  assert.equal(client.body, 'b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\n0\r\n\r\n');
});

test(
  'an HTTP/1.0 client gets a body without chunks that ends with the connection',
  SOON,
  async (t) => {
    const { connect, opened } = await plain(t);
    const client = (await connect()).send('GET / HTTP/1.0\r\n\r\n');
    await client.has('\r\n\r\n');
    const { connection } = opened[0];
    assert.equal(connection.transport, 'native');
    connection.send({ data: 'one' }).send({ data: 'two' });
    await connection.end();
    await client.eof();
    assert.doesNotMatch(client.head, /transfer-encoding/i);
    assert.equal(client.body, 'data: one\n\ndata: two\n\n');
  },
);

test('a pipelined stream waits for the response before it', SOON, async (t) => {
  let first;
  const { connect, opened } = await plain(t, {
    handler(req, res, open) {
      if (req.url === '/first') first = res;
      else open(req, res);
    },
  });
  const client = (await connect()).get('/first').get('/second');
  await until(() => first && opened.length, 'both requests');
  assert.equal(opened[0].connection.transport, 'stream');
  opened[0].connection.send({ data: 'behind' });
  await sleep(20);
  assert.equal(client.text, '');
  first.setHeader('Content-Length', 5);
  first.end('first');
  await client.has('data: behind\n\n');
  assert.ok(client.text.indexOf('first') < client.text.indexOf('data: behind'));
  client.socket.destroy();
  assert.deepEqual(await closed(opened[0]), ['client']);
});

test('the response to a request behind a stream never gets into the stream', SOON, async (t) => {
  const { connect, opened } = await plain(t, {
    handler(req, res, open) {
      if (req.url === '/stream') open(req, res);
      else res.end('another answer');
    },
  });
  const client = (await connect()).get('/stream').get('/other');
  await client.has('\r\n\r\n');
  opened[0].connection.send({ data: 1 });
  await client.has('data: 1\n\n');
  await opened[0].connection.end();
  await client.eof();
  const { text: events, rest, complete } = client.chunks();
  assert.deepEqual({ events, rest, complete }, { events: 'data: 1\n\n', rest: '', complete: true });
});

test('detects that a client with a thousand pipelined requests left', SOON, async (t) => {
  const { connect, opened } = await plain(t, {
    handler(req, res, open) {
      if (req.url === '/stream') open(req, res);
      else res.end();
    },
  });
  const client = (await connect()).get('/stream');
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  await client.has('\r\n\r\n');
  opened[0].connection.send({ data: 1 });
  await client.has('data: 1\n\n');
  client.socket.destroy();
  assert.deepEqual(await closed(opened[0]), ['client']);
});

test('a client may send a few more bytes after its request, but not many', SOON, async (t) => {
  const { stream } = await plain(t);
  const polite = await stream();
  polite.client.send('x'.repeat(10 * 1024));
  polite.connection.send({ data: 'still here' });
  await polite.client.has('data: still here\n\n');
  await sleep(20);
  assert.equal(polite.connection.closed, false);

  const flooding = await stream();
  flooding.client.send('x'.repeat(1024 * 1024));
  assert.deepEqual(await closed(flooding), ['flood']);
  await flooding.client.eof();
});

test('a unix domain socket is handed over', SOON, async (t) => {
  const path = join(tmpdir(), `sluice-${randomUUID()}.sock`);
  const { stream } = await plain(t, { path });
  const { client, connection } = await stream();
  assert.equal(connection.transport, 'native');
  connection.send({ data: 'local' });
  await client.has('data: local\n\n');
  await connection.end();
  await client.eof();
});
