// Tests the handover of requests with a body.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.mjs';
import { closed, plain } from './plain.mjs';

const SOON = { timeout: 60_000 };
const native = process.platform === 'win32' ? 'stream' : 'native';

const post = (headers) => `POST / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

test('a POST with an unread body gets a stream', SOON, async (t) => {
  const settings = { requestTimeout: 500, connectionsCheckingInterval: 50 };
  const { connect, opened } = await plain(t, { settings });
  const client = (await connect()).send(`${post('Content-Length: 6\r\n')}a body`);
  await client.has('\r\n\r\n');
  await sleep(1000);
  opened[0].connection.send({ data: 'still here' });
  await client.has('data: still here\n\n');
  assert.match(client.head, /^HTTP\/1\.1 200 OK\r\n/);
  await opened[0].connection.end();
  await client.eof();
  assert.equal(client.chunks().text, 'data: still here\n\n');
});

test(
  'a POST whose body is still being read gets a stream and keeps the whole body',
  SOON,
  async (t) => {
    const settings = { requestTimeout: 1000, connectionsCheckingInterval: 50 };
    let body;
    const { connect, opened } = await plain(t, {
      settings,
      handler(req, res, open) {
        body = text(req);
        open(req, res);
      },
    });
    const client = (await connect()).send(`${post('Transfer-Encoding: chunked\r\n')}3\r\nuno\r\n`);
    await until(() => opened.length, 'the request');
    opened[0].connection.send({ data: 'early' });
    client.send('4\r\n dos\r\n0\r\n\r\n');
    assert.equal(await body, 'uno dos');
    await client.has('data: early\n\n');
    await sleep(1500);
    opened[0].connection.send({ data: 'late' });
    await client.has('data: late\n\n');
    client.socket.destroy();
    assert.deepEqual(await closed(opened[0]), ['client']);
  },
);

test('a POST whose body was read before gets a native stream', SOON, async (t) => {
  const { connect, opened } = await plain(t, {
    async handler(req, res, open) {
      const body = await text(req);
      open(req, res).connection.send({ data: body });
    },
  });
  const client = (await connect()).send(`${post('Content-Length: 6\r\n')}a body`);
  await client.has('data: a body\n\n');
  assert.equal(opened[0].connection.transport, 'native');
});

test('waiting for a slow body uses at most two timers', SOON, async (t) => {
  const { connect, opened } = await plain(t);
  const client = (await connect()).send(`${post('Content-Length: 6\r\n')}a bo`);
  const timers = t.mock.method(globalThis, 'setTimeout');
  await until(() => opened.length, 'the request');
  await sleep(300);
  const ofSluice = timers.mock.calls.filter(({ stack }) => stack.stack.includes('transport'));
  assert.ok(ofSluice.length <= 2, `${ofSluice.length} timers`);
  opened[0].connection.send({ data: opened[0].connection.transport });
  client.send('dy');
  await client.has(`data: ${native}\n\n`);
});

test('Node writes the response while the request body is incomplete', SOON, async (t) => {
  const { connect, opened } = await plain(t);
  const client = (await connect()).send(`${post('Content-Length: 6\r\n')}a bo`);
  await until(() => opened.length, 'the request');
  opened[0].connection.send({ data: 'at last' });
  await client.has('data: at last\n\n');
  assert.equal(opened[0].connection.transport, 'stream');
});

test(
  'a POST whose complete body the handler does not read gets a native stream',
  SOON,
  async (t) => {
    const { connect, opened } = await plain(t, {
      handler(req, res, open) {
        req.pause();
        open(req, res);
      },
    });
    const client = (await connect()).send(`${post('Content-Length: 6\r\n')}a body`);
    await until(() => opened.length, 'the request');
    opened[0].connection.send({ data: 'at last' });
    await client.has('data: at last\n\n');
    assert.equal(opened[0].connection.transport, native);
  },
);

test('a socket is handed over after Node has written its queued bytes', SOON, async (t) => {
  const { connect, opened } = await plain(t, {
    handler(req, res, open) {
      req.socket.cork();
      open(req, res).connection.send({ data: 'after the head' });
    },
  });
  const client = (await connect()).get();
  await until(() => opened.length, 'the request');
  await sleep(20);
  assert.equal(client.text, '');
  opened[0].socket.uncork();
  await client.has('data: after the head\n\n');
  assert.equal(opened[0].connection.transport, native);
  await opened[0].connection.end();
  await client.eof();
  assert.equal(client.chunks().text, 'data: after the head\n\n');
});
