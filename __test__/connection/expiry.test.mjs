// Connections that end when their client's authorization expires.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as nodeHTTP from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { faces } from './limits/site.mjs';

const require = createRequire(import.meta.url);
const { ConnectionHandle } = require('../../binding.js');

/** A function, so the time starts when the connection opens, even on a slow machine. */
const soon = () => Date.now() + 20;
const HOUR = 3_600_000;

/** Opens a connection, waits until it has closed, and checks that it expired. */
async function assertExpires(open) {
  const before = sluice.metrics().closes.expired;
  const { client, connection } = await open();
  await until(() => connection.closed, 'the connection to close');
  assert.equal(await client.over(), 'clean');
  assert.equal(sluice.metrics().closes.expired, before + 1);
}

for (const transport of ['native', 'stream']) {
  test(`a connection ends at expiresAt, after queued events (${transport})`, SOON, async (t) => {
    const setExpiry = t.mock.method(ConnectionHandle.prototype, 'setExpiry');
    const { open } = await site(t, nodeHTTP);
    const { client, connection } = await open({ transport, expiresAt: () => Date.now() + HOUR });
    const closed = once(connection, 'close');
    const [{ this: handle, arguments: given }] = setExpiry.mock.calls;
    assert.ok(given[0] > 0 && given[0] <= HOUR, `${given[0]}`);
    connection.send({ data: 'last' });
    handle.setExpiry(1);
    assert.deepEqual(await closed, ['expired']);
    assert.equal(await client.over(), 'clean');
    assert.match(client.text, /data: last\n\n$/);
  });
}

test('without reauthorize, a connection ends at expiresAt', SOON, async (t) => {
  const { open } = await site(t, nodeHTTP);
  await assertExpires(() => open({ expiresAt: soon }));
  await assertExpires(() => open({ expiresAt: () => new Date(soon()) }));
});

test('a connection stays open as long as reauthorize returns a later time', SOON, async (t) => {
  // Only `reauthorize` can end the connection.
  const setExpiry = t.mock.method(ConnectionHandle.prototype, 'setExpiry', () => {});
  const { open } = await site(t, nodeHTTP);
  const answers = [soon, async () => new Date(soon()), soon, () => false];
  const asked = [];
  const reauthorize = (connection) => {
    asked.push(connection);
    return answers[asked.length - 1]();
  };
  await assertExpires(() => open({ expiresAt: soon, reauthorize }));
  assert.equal(asked.length, answers.length);
  assert.ok(asked.every((one) => one instanceof sluice.Connection && one === asked[0]));
  assert.equal(setExpiry.mock.callCount(), answers.length);
});

for (const [title, reauthorize] of [
  ['throws', () => assert.fail('denied')],
  ['rejects', async () => assert.fail('denied')],
  ['returns nothing', () => {}],
  ['returns true', () => true],
  ['returns a time that has passed', () => Date.now() - 1],
  ['returns an invalid Date', () => new Date(Number.NaN)],
]) {
  test(`a connection ends if reauthorize ${title}`, SOON, async (t) => {
    t.mock.method(ConnectionHandle.prototype, 'setExpiry', () => {});
    const { open } = await site(t, nodeHTTP);
    await assertExpires(() => open({ expiresAt: soon, reauthorize }));
  });
}

test('a connection ends at expiresAt if reauthorize never resolves', SOON, async (t) => {
  const { open } = await site(t, nodeHTTP);
  const reauthorize = () => new Promise(() => {});
  await assertExpires(() => open({ expiresAt: soon, reauthorize }));
});

test('an ended connection is not reauthorized', SOON, async (t) => {
  const { open } = await site(t, nodeHTTP);
  const timers = t.mock.method(globalThis, 'clearTimeout');
  const { connection } = await open({
    expiresAt: Date.now() + HOUR,
    reauthorize: () => assert.fail('asked'),
  });
  await connection.end();
  assert.ok(timers.mock.callCount() > 0);
});

test('an expiresAt beyond the range of timers does not end a connection', SOON, async (t) => {
  const setExpiry = t.mock.method(ConnectionHandle.prototype, 'setExpiry');
  const { open } = await site(t, nodeHTTP);
  const { connection } = await open({ expiresAt: Date.now() + 2 ** 40 });
  await open({ expiresAt: Number.POSITIVE_INFINITY });
  assert.deepEqual(
    setExpiry.mock.calls.map((call) => call.arguments),
    [[0], [0]],
  );
  assert.equal(connection.closed, false);
});

for (const [face, serve] of Object.entries(faces)) {
  // createSSE() has no such option, but `addClient()` does.
  if (face === 'createSSE()') continue;
  test(`${face} answers 401 when the authorization has expired`, SOON, async (t) => {
    const expiresAt = ({ headers }) => Number(headers['x-expires']);
    const { connect } = await serve(t, { expiresAt });
    for (const expires of [Date.now() - 1, 0, 'never', Date.now() + HOUR]) {
      const { status } = await connect('/connect', { headers: { 'X-Expires': String(expires) } });
      assert.equal(status, expires > Date.now() ? 200 : 401, String(expires));
    }
  });
}

test('on Fastify, expiresAt receives the Fastify request', SOON, async (t) => {
  const expiresAt = ({ routeOptions }) => (routeOptions.url === '/connect' ? 0 : undefined);
  const { connect } = await faces['reply.eventStream()'](t, { expiresAt });
  assert.equal((await connect('/connect')).status, 401);
});

test('addClient() of createSSE() accepts expiresAt', SOON, async () => {
  const { createSSE } = require('../../fetch.js');
  const sse = createSSE();
  const error = { code: 'ERR_SSE_EXPIRED', name: 'SluiceError', statusCode: 401 };
  assert.throws(() => sse.addClient({ expiresAt: Date.now() - 1 }), error);
  const { client, response } = sse.addClient({ expiresAt: soon });
  const hold = setInterval(() => {}, 1000);
  const [[reason]] = await Promise.all([once(client.connection, 'close'), response.text()]);
  clearInterval(hold);
  assert.equal(reason, 'expired');
  await sse.shutdown();
});

test('expiresAt must be a time or a function', SOON, async (t) => {
  const { open } = await site(t, nodeHTTP);
  for (const expiresAt of ['tomorrow', null, Number.NaN, {}]) {
    await assert.rejects(open({ expiresAt }), { code: 'ERR_SSE_OPTION', message: /expiresAt/ });
  }
  await assert.rejects(open({ reauthorize: 1 }), { code: 'ERR_SSE_OPTION' });
});
