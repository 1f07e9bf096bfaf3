import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastify from 'fastify';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listenFastify } from '../../support/fastify-app.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { allClosed, counted, faces, MAX_CONNECTIONS, plugin } from './site.mjs';

/** Checks the response to a refused client. */
function assertRefused({ status, headers }, expected) {
  assert.equal(status, expected);
  assert.match(headers['retry-after'], /^\d+$/);
  const seconds = Number(headers['retry-after']);
  assert.ok(seconds >= 5 && seconds <= 30, `Retry-After: ${seconds}`);
}

async function openAll(connect, count) {
  const clients = await Promise.all(Array.from({ length: count }, () => connect('/connect')));
  for (const { status } of clients) assert.equal(status, 200);
  return clients;
}

for (const [face, serve] of Object.entries(faces)) {
  test(`${face} refuses connections with 503 when the process is full`, SOON, async (t) => {
    await allClosed();
    const { connect } = await serve(t, {});
    const [first] = await openAll(connect, MAX_CONNECTIONS);
    assertRefused(await connect('/connect'), 503);
    assert.equal(counted().open, MAX_CONNECTIONS);
    first.leave();
    await until(() => counted().open < MAX_CONNECTIONS, 'room');
    await openAll(connect, 1);
  });

  test(`${face} refuses too many connections from one address with 429`, SOON, async (t) => {
    await allClosed();
    const { connect } = await serve(t, { limits: { maxPerKey: 2 } });
    const [first] = await openAll(connect, 2);
    assertRefused(await connect('/connect'), 429);
    assert.deepEqual(counted(), { open: 2, keys: 1 });
    first.leave();
    await until(() => counted().open === 1, 'room');
    await openAll(connect, 1);
  });

  test(`${face} counts connections by the key of the application`, SOON, async (t) => {
    await allClosed();
    const key = ({ headers }) => headers['x-user'];
    const { connect } = await serve(t, { limits: { key, maxPerKey: 1 } });
    const as = (user) => connect('/connect', { headers: { 'x-user': user } });
    assert.equal((await as('ann')).status, 200);
    assertRefused(await as('ann'), 429);
    assert.equal((await as('bob')).status, 200);
    await openAll(connect, 2);
    assert.deepEqual(counted(), { open: 4, keys: 2 });
  });
}

test('on Fastify, the key function receives the Fastify request', SOON, async (t) => {
  await allClosed();
  const key = (request) => request.routeOptions.url;
  const { connect } = await faces['reply.eventStream()'](t, { limits: { key, maxPerKey: 1 } });
  await openAll(connect, 1);
  assertRefused(await connect('/connect'), 429);
});

test('SE refuses a client over the limit, but not the client that sends to it', SOON, async (t) => {
  await allClosed();
  const options = { seidGenerator: ({ url }) => url, limits: { maxPerKey: 1 } };
  const app = fastify();
  const waiting = [];
  await app.register(new plugin.SE(options).plugin);
  app.get('/open', (_request, reply) => void reply.sendEvent('hello'));
  app.get('/wait', () => new Promise((resolve) => waiting.push(resolve)));
  app.post('/send', async (_request, reply) => ({
    sent: reply.sendEventBySeid('/wait', 'hello'),
  }));
  const { connect, close } = await listenFastify(app, connectHTTP1);
  t.after(close);
  assert.equal((await connect('/open')).status, 200);
  const refused = connect('/wait');
  await until(() => waiting.length === 1, 'the handler to wait');
  const sender = await connect('/send', { method: 'POST' });
  await sender.over();
  assert.deepEqual([sender.status, sender.text], [200, '{"sent":false}']);
  assertRefused(await refused, 429);
  waiting[0]();
});

test('the response to a refused client names no option', SOON, async (t) => {
  await allClosed();
  const { connect } = await faces['setupSSE() in Express'](t, { limits: { maxPerKey: 1 } });
  await openAll(connect, 1);
  const client = await connect('/connect');
  await client.over();
  const { code, error } = JSON.parse(client.text);
  assert.equal(code, 'ERR_SSE_LIMIT');
  assert.doesNotMatch(error, /`|max|limits/);
});
