// Tests how streams end after the core has taken over the socket.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { finished } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { closed, plain } from './plain.mjs';

const SOON = { timeout: 240_000 };

test('server.close completes when the last stream has ended', SOON, async (t) => {
  const { server, stream } = await plain(t);
  const one = await stream();
  const other = await stream();
  let done = false;
  server.close(() => {
    done = true;
  });
  await one.connection.end();
  other.connection.send({ data: 'still here' });
  await other.client.has('data: still here\n\n');
  await sleep(20);
  assert.equal(done, false);
  other.client.socket.destroy();
  await until(() => done, 'the server to close');
});

test('server.closeAllConnections ends the streams immediately', SOON, async (t) => {
  const { server, stream } = await plain(t);
  const ends = [await stream(), await stream()];
  server.close();
  server.closeAllConnections();
  for (const end of ends) {
    await end.client.eof();
    assert.deepEqual(await closed(end), ['destroy']);
  }
});

test('timeouts of Node do not end a stream', SOON, async (t) => {
  const settings = {
    keepAliveTimeout: 50,
    headersTimeout: 100,
    requestTimeout: 100,
    connectionsCheckingInterval: 20,
  };
  const { server, stream } = await plain(t, { settings });
  server.setTimeout(100);
  const { client, connection, socket } = await stream();
  socket.setTimeout(100);
  await sleep(400);
  connection.send({ data: 'still here' });
  await client.has('data: still here\n\n');
  assert.equal(connection.closed, false);
});

test('a client that closes its side counts as disconnected', SOON, async (t) => {
  const { stream } = await plain(t);
  const end = await stream();
  end.client.socket.end();
  assert.deepEqual(await closed(end), ['client']);
  await end.client.eof();
});

test('a client that resets its connection counts as disconnected', SOON, async (t) => {
  const { stream } = await plain(t);
  const end = await stream();
  end.client.socket.resetAndDestroy();
  assert.deepEqual(await closed(end), ['client']);
});

test('an ended response finishes, then request and response close', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection, client, req, res, socket } = await stream();
  const order = [];
  for (const [name, emitter] of Object.entries({ req, res, socket })) {
    for (const event of ['finish', 'close']) {
      emitter.on(event, () => order.push(`${name} ${event}`));
    }
  }
  await connection.end();
  await client.eof();
  await until(() => order.includes('socket close') && order.includes('res close'), 'the closes');
  const count = (entry) => order.filter((other) => other === entry).length;
  for (const entry of ['res finish', 'res close', 'req close', 'socket close']) {
    assert.equal(count(entry), 1, `${entry} in ${order}`);
  }
  assert.ok(order.indexOf('res finish') < order.indexOf('res close'), String(order));
  assert.equal(res.writableFinished, true);
});

test('a response whose client leaves closes without finishing', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, req, res, socket } = await stream();
  const finishes = tally(res, 'finish');
  const closes = [req, res, socket].map((emitter) => tally(emitter, 'close'));
  client.socket.destroy();
  await until(() => closes.every((calls) => calls.length), 'every close');
  assert.deepEqual(finishes, []);
  assert.equal(req.destroyed, true);
  assert.equal(res.destroyed, true);
  assert.equal(socket.destroyed, true);
});

test('res.write and res.end call back when their bytes have been sent', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection, res } = await stream();
  connection.send({ data: 1 });
  await new Promise((resolve) => res.write('data: 2\n\n', resolve));
  await new Promise((resolve) => res.write(Buffer.from('data: 3\n\n'), resolve));
  connection.send({ data: 4 });
  await new Promise((resolve) => res.end('ZGF0YTogNQoK', 'base64', resolve));
  await client.eof();
  const expected = [1, 2, 3, 4, 5].map((n) => `data: ${n}\n\n`).join('');
  assert.deepEqual(client.chunks(), { text: expected, rest: '', complete: true });
});

test('an access log has one line for each stream, however it ends', SOON, async (t) => {
  const log = [];
  const { stream } = await plain(t, {
    handler(req, res, open) {
      finished(res, (error) => log.push(error?.code ?? 'done'));
      open(req, res);
    },
  });
  const [ended, left] = [await stream(), await stream()];
  await sleep(20);
  assert.deepEqual(log, []);
  await ended.connection.end();
  await until(() => log.length === 1, 'the first line');
  left.client.socket.destroy();
  await until(() => log.length === 2, 'the second line');
  await sleep(20);
  assert.deepEqual(log, ['done', 'ERR_STREAM_PREMATURE_CLOSE']);
});

test('a child process does not hold the connection open', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
    stdio: 'ignore',
  });
  t.after(() => child.kill());
  await connection.end();
  await client.eof();
  assert.equal(child.exitCode, null);
});

const descriptors = () => readdirSync('/proc/self/fd').length;
const proc = process.platform === 'linux' ? false : 'there is no /proc here';

test('every descriptor is closed', { ...SOON, skip: proc }, async (t) => {
  const { stream } = await plain(t);
  await (await stream()).connection.end();
  await until(async () => {
    const now = descriptors();
    await sleep(30);
    return now === descriptors();
  }, 'the descriptors to settle');
  const before = descriptors();
  const ends = await Promise.all(Array.from({ length: 40 }, stream));
  assert.ok(descriptors() >= before + 80, 'a descriptor at each end of 40 connections');
  for (const [n, end] of ends.entries()) {
    if (n % 4 === 0) end.client.socket.destroy();
    if (n % 4 === 1) end.client.socket.resetAndDestroy();
    if (n % 4 === 2) end.connection.end();
    if (n % 4 === 3) end.res.destroy();
  }
  await Promise.all(ends.map(closed));
  await until(
    () => descriptors() <= before,
    () => `${before} descriptors, there are ${descriptors()}`,
  );
});
