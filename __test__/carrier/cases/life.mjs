// Conformance cases for the life of a connection: pings, events and its end.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { site } from '../../support/site.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';

export default {
  'pings come at their interval and contain no data': async (t, server) => {
    const { open } = await site(t, server);
    const { client } = await open({ ping: true, pingInterval: 15 });
    await until(() => client.pings >= 4, 'four pings');
    assert.match(client.text, /^(:\n\n)+$/);
  },

  'setPing starts, changes and stops the pings': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    assert.equal(connection.setPing(15), connection);
    await until(() => client.pings >= 2, 'two pings');
    connection.setPing(0).send({ data: 'no more' });
    await client.has('data: no more\n\n');
    const before = client.pings;
    await sleep(80);
    assert.ok(client.pings - before <= 1, 'at most one ping was on its way');
  },

  'end() sends queued events, then ends the response': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client, res } = await open();
    const reasons = tally(connection, 'close');
    const finishes = tally(res, 'finish');
    for (let n = 0; n < 500; n += 1) connection.send({ data: n });
    assert.equal(await connection.end(), connection);
    assert.equal(await client.over(), 'clean');
    assert.equal(client.data.length, 500);
    await until(() => finishes.length > 0, 'the response to finish');
    assert.equal(connection.closed, true);
    assert.deepEqual(reasons, [['end']]);
    assert.equal(finishes.length, 1);
    assert.throws(() => connection.send({ data: 'late' }), { code: 'ERR_SSE_CLOSED' });
    assert.equal(await connection.end(), connection);
  },

  'res.write and res.end of other code keep their order among events': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client, res } = await open();
    const reasons = tally(connection, 'close');
    connection.send({ data: 1 });
    res.write('data: 2\n\n');
    connection.send({ data: 3 });
    res.write('data: 4\n\n');
    connection.send({ data: 5 });
    res.end('data: 6\n\n');
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(client.data, ['1', '2', '3', '4', '5', '6']);
    await until(() => connection.closed, 'the connection to close');
    assert.deepEqual(reasons, [['end']]);
  },

  'destroy() drops queued events and disconnects the client': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    const reasons = tally(connection, 'close');
    connection.send({ data: 'before' });
    await client.has('data: before\n\n');
    // The client gets few of these events. The core drops the others, which are queued.
    for (let n = 0; n < 64; n += 1) connection.send({ data: 'x'.repeat(8000) });
    assert.equal(connection.destroy(), connection);
    connection.send({ data: 'dropped without an error' });
    assert.equal(await client.over(), 'cut');
    await until(() => connection.closed, 'the connection to close');
    assert.deepEqual(reasons, [['destroy']]);
    assert.ok(!client.text.includes('dropped without an error'));
    connection.destroy();
    assert.equal(await connection.end(), connection);
    assert.deepEqual(reasons, [['destroy']]);
  },

  'destroy() after end() does not wait for the client': async (t, server) => {
    const { open } = await site(t, server);
    const { connection } = await open({ maxQueueBytes: 64 << 20 }, { reading: false });
    const reasons = tally(connection, 'close');
    // Noise, which does not compress.
    const data = randomBytes(48 << 10).toString('base64');
    for (let n = 0; n < 512; n += 1) connection.send({ data });
    const ended = connection.end();
    connection.destroy(new Error('the account was closed'));
    assert.equal(await ended, connection);
    assert.deepEqual(reasons, [['destroy']]);
  },

  'res.write throws on a frame without an end': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client, res } = await open();
    const error = { code: 'ERR_SSE_FRAME', name: 'TypeError', message: /more than 1 MiB/ };
    assert.throws(() => res.write(`data: ${'x'.repeat(1 << 20)}`), error);
    res.write('the rest\n\n');
    connection.send({ data: 'after' });
    await client.has('data: after\n\n');
    assert.deepEqual(client.data, ['after']);
  },

  'destroying the response ends the connection at once': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client, res } = await open();
    const reasons = tally(connection, 'close');
    connection.send({ data: 'before' });
    await client.has('data: before\n\n');
    res.destroy();
    await client.over();
    await until(() => connection.closed, 'the connection to close');
    if (server.version !== 2) assert.equal(client.end, 'cut');
    assert.deepEqual(reasons, [['destroy']]);
  },

  'destroying the socket ends the connection at once': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client, req } = await open();
    const reasons = tally(connection, 'close');
    req.socket.destroy();
    assert.equal(await client.over(), 'cut');
    await until(() => connection.closed, 'the connection to close');
    assert.deepEqual(reasons, [['destroy']]);
  },

  'connection, request and response close once when the client leaves': async (t, server) => {
    const { open } = await site(t, server);
    for (const way of ['leave', 'reset']) {
      const { connection, client, req, res } = await open();
      const reasons = tally(connection, 'close');
      const closes = [tally(req, 'close'), tally(res, 'close')];
      client[way]();
      await until(() => reasons.length && closes.every((calls) => calls.length), 'every close');
      assert.equal(connection.closed, true);
      assert.equal(connection.queuedBytes, 0);
      connection.send({ data: 'to nobody' });
      connection.comment('to nobody').write('data: to nobody\n\n');
      assert.equal(await connection.end(), connection);
      await sleep(5);
      assert.deepEqual(reasons, [[server.reasonOfLeaving ?? 'client']], way);
      assert.deepEqual(
        closes.map((calls) => calls.length),
        [1, 1],
      );
    }
  },

  'end() resolves if the client leaves meanwhile': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ maxQueueBytes: 2 ** 26 }, { reading: false });
    connection.send({ data: 'x'.repeat(2 ** 24) });
    const end = connection.end();
    client.leave();
    assert.equal(await end, connection);
  },

  'a timeout ends the connection after its queued events': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ timeout: 60_000 });
    connection.send({ data: 'before' }).setTimeout(30);
    const [reason] = await Promise.all([once(connection, 'close'), client.over()]);
    assert.deepEqual(reason, ['timeout']);
    assert.equal(client.end, 'clean');
    assert.deepEqual(client.data, ['before']);
  },

  'the timeout option ends the connection': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ timeout: 30 });
    assert.equal(await client.over(), 'clean');
    await until(() => connection.closed, 'the connection to close');
  },

  'a timeout does not end the connection if it has a timeout listener': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    const timeouts = tally(connection, 'timeout');
    assert.equal(connection.setTimeout(20), connection);
    await until(() => timeouts.length, 'timeout');
    connection.send({ data: 'still here' });
    await client.has('data: still here\n\n');
    assert.equal(connection.closed, false);
    assert.equal(timeouts.length, 1);
  },

  'setTimeout(0) removes the timeout': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ timeout: 60_000 });
    // 250 ms, because the second call may reach the core much later than the first if it is busy.
    connection.setTimeout(250).setTimeout(0);
    await sleep(350);
    connection.send({ data: 'still here' });
    await client.has('data: still here\n\n');
    assert.equal(connection.closed, false);
  },

  'close listeners run in the async context of the request': async (t, server) => {
    const storage = new AsyncLocalStorage();
    const seen = [];
    const { open } = await site(t, server, (req) => storage.enterWith(req.url));
    for (const path of ['/0', '/1']) {
      const { connection, client } = await open();
      connection.on('close', () => seen.push(storage.getStore()));
      client.leave();
      await until(() => connection.closed && seen.at(-1) === path, `the context of ${path}`);
    }
    assert.deepEqual(seen, ['/0', '/1']);
  },
};
