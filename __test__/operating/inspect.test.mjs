// Tests the handler of sluice/inspect: access and contents, in three frameworks.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { firstSnapshot, listening } from './inspect/client.mjs';

const { inspectHandler } = createRequire(import.meta.url)('../../inspect.js');

const FILES = [
  '',
  'page.js',
  'channels.js',
  'chart.js',
  'format.js',
  'style.css',
  'panels.css',
  'icon.svg',
];
const allow = () => true;
const close = { headers: { Connection: 'close' } };

/** Starts a `node:http` server. Every path outside `/sluice/` opens a stream. */
async function start(t, authorize = allow, channel = new sluice.Channel()) {
  const inspect = inspectHandler({ authorize });
  return listening(t, (req, res) => {
    if (req.url.startsWith('/sluice/')) return inspect(req, res);
    channel.add(new sluice.Connection(req, res));
  });
}

async function everywhere(t, options) {
  const app = express();
  app.use('/sluice', inspectHandler(options));
  const plugins = fastify({ forceCloseConnections: true });
  plugins.all('/sluice/*', inspectHandler(options));
  t.after(() => plugins.close());
  return {
    fastify: await plugins.listen({ port: 0, host: '127.0.0.1' }),
    express: await listening(t, app),
    'node:http': await listening(t, inspectHandler(options)),
  };
}

test('Express, Fastify and node:http serve the page, its files and its stream', SOON, async (t) => {
  for (const [name, origin] of Object.entries(await everywhere(t, { authorize: allow }))) {
    for (const file of FILES) {
      const answer = await fetch(`${origin}/sluice/${file}`, close);
      assert.equal(answer.status, 200, `${name} ${file}`);
      assert.match(answer.headers.get('content-security-policy'), /^default-src 'self';/);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.ok((await answer.text()).length > 0);
    }
    const { metrics, connections } = await firstSnapshot(t, `${origin}/sluice/events`);
    assert.deepEqual(Object.keys(metrics), Object.keys(sluice.metrics()), name);
    assert.ok(connections.rows.some(({ isPage, path }) => isPage && path === '/sluice/events'));
    for (const unknown of ['package.json', '..%2fhandler.js', 'index.html']) {
      assert.equal((await fetch(`${origin}/sluice/${unknown}`, close)).status, 404);
    }
    const post = await fetch(`${origin}/sluice/`, { ...close, method: 'POST' });
    assert.equal(post.status, 405);
  }
});

test('Express redirects a URL without the final slash', SOON, async (t) => {
  const origins = await everywhere(t, { authorize: allow });
  const answer = await fetch(`${origins.express}/sluice`, close);
  assert.equal(answer.url, `${origins.express}/sluice/`);
  assert.equal(answer.status, 200);
});

test('responds with 403 everywhere unless authorize returns true', SOON, async (t) => {
  const refusals = [
    () => false,
    () => undefined,
    () => 1,
    async () => 'true',
    () => ({}),
    () => {
      throw new Error('no');
    },
    () => Promise.reject(new Error('no')),
  ];
  let refusal;
  const origins = await everywhere(t, { authorize: (request) => refusal(request) });
  for (refusal of refusals) {
    for (const [name, origin] of Object.entries(origins)) {
      for (const file of [...FILES, 'events', 'unknown']) {
        const answer = await fetch(`${origin}/sluice/${file}`, close);
        assert.equal(answer.status, 403, `${name} ${file} ${refusal}`);
        assert.equal(await answer.text(), 'Not allowed\n');
      }
    }
  }
  refusal = async ({ headers }) => headers['x-key'] === 'right';
  for (const origin of Object.values(origins)) {
    const headers = { Connection: 'close', 'X-Key': 'right' };
    assert.equal((await fetch(`${origin}/sluice/`, { headers })).status, 200);
  }
});

test('authorize is required, and options are checked', () => {
  for (const options of [undefined, {}, { authorize: true }, { authorize: null }]) {
    assert.throws(() => inspectHandler(options), { code: 'ERR_SSE_OPTION', message: /authorize/ });
  }
  const misspelt = { authorise: allow };
  assert.throws(() => inspectHandler(misspelt), { message: /did you mean `authorize`/ });
});

test('responds with 400 to a bad query', SOON, async (t) => {
  const origin = await start(t);
  const long = 'x'.repeat(101);
  for (const query of ['sort=id', 'order=up', `search=${long}`, 'sort=age&sort=age', 'sort=']) {
    const answer = await fetch(`${origin}/sluice/events?${query}`, close);
    assert.equal(answer.status, 400, query);
    assert.match(await answer.text(), /^`(sort|order|search)` m/);
  }
});

test('a page gets up to 300 connections, searched and sorted among all', SOON, async (t) => {
  const channel = new sluice.Channel();
  const origin = await start(t, allow, channel);
  const agent = new http.Agent();
  t.after(() => agent.destroy());
  for (let n = 0; n < 310; n += 1) {
    http.get(`${origin}/s/${n}?key=secret`, { agent }).on('error', () => {});
  }
  await until(() => channel.count() === 310, 'the clients to join');
  const events = `${origin}/sluice/events`;
  const { connections } = await firstSnapshot(t, `${events}?search=/S/&sort=number&order=asc`);
  assert.equal(connections.matching, 310);
  assert.ok(connections.total > 310);
  assert.equal(connections.rows.length, 300);
  const numbers = connections.rows.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...numbers].sort((one, other) => one - other),
  );
  const [{ path, address, transport, age, queuedBytes }] = connections.rows;
  assert.match(path, /^\/s\/\d+$/);
  assert.equal(address, '127.0.0.1');
  assert.equal(transport, 'native');
  assert.ok(age >= 0 && queuedBytes >= 0);
  const last = await firstSnapshot(t, `${events}?search=/s/&sort=number`);
  assert.equal(last.connections.rows[0].number, Math.max(...numbers) + 10);
  const one = await firstSnapshot(t, `${events}?search=%2Fs%2F309`);
  assert.deepEqual(
    one.connections.rows.map((row) => row.path),
    ['/s/309'],
  );
});

test('a client that does not read is the slowest reader, and listed first', SOON, async (t) => {
  const channel = new sluice.Channel();
  const origin = await start(t, allow, channel);
  const client = http.get(`${origin}/slow`, { agent: false }).on('error', () => {});
  t.after(() => client.destroy());
  client.on('response', (response) => response.on('error', () => {}));
  await until(() => channel.count() === 1, 'the client to join');
  const [connection] = channel.connections();
  const event = { data: 'x'.repeat(64_000) };
  // The kernel buffers the first events. When its buffers are full, events stay in the queue.
  await until(async () => {
    if (connection.queuedBytes === 0) channel.send(event);
    const { slow, connections } = await firstSnapshot(t, `${origin}/sluice/events`);
    const [slowest] = slow;
    return slowest?.path === '/slow' && connections.rows[0].number === slowest.number;
  }, 'the slow reader to be first');
});

test('channels, topics and patterns are listed by descending size', SOON, async (t) => {
  const prices = new sluice.Channel({ name: 'prices', historySize: 2 });
  const unnamed = new sluice.Channel();
  const broker = new sluice.SSEBroker({ wildcards: true });
  t.after(() => broker.close());
  const origin = await listening(t, (req, res) => {
    if (req.url.startsWith('/sluice/')) return inspect(req, res);
    const connection = new sluice.Connection(req, res);
    prices.add(connection);
    if (req.url === '/all') unnamed.add(connection);
    const { topics } = broker.connect(connection);
    topics.add('news.world');
    if (req.url === '/all') topics.add('news.>');
  });
  const inspect = inspectHandler({ authorize: allow });
  for (const path of ['/all', '/some', '/some']) {
    const client = http.get(origin + path, { agent: false }).on('error', () => {});
    client.on('response', (response) => response.on('error', () => {}).resume());
    t.after(() => client.destroy());
  }
  await until(() => prices.count() === 3, 'the clients to join');
  for (let n = 0; n < 5; n += 1) prices.send({ data: n });
  const { channels, metrics } = await firstSnapshot(t, `${origin}/sluice/events`);
  assert.equal(channels.total, metrics.channels);
  assert.equal(channels.rows.length, channels.total);
  const members = channels.rows.map((row) => row.members);
  assert.deepEqual(
    members,
    [...members].sort((one, other) => other - one),
  );
  const shown = channels.rows.filter((row) => row.members > 0);
  assert.deepEqual(
    shown.map((row) => [row.kind, row.name, row.members, row.history?.events ?? null]),
    [
      ['channel', 'prices', 3, 2],
      ['topic', 'news.world', 3, 0],
      ['channel', null, 1, 0],
      ['pattern', 'news.>', 1, null],
    ],
  );
  assert.ok(shown[0].history.bytes > 0);
  assert.equal(typeof shown[0].number, 'number');
});

test('a page gets up to 100 channels and their total number', SOON, async (t) => {
  const broker = new sluice.SSEBroker();
  t.after(() => broker.close());
  const inspect = inspectHandler({ authorize: allow });
  const origin = await listening(t, (req, res) => {
    if (req.url.startsWith('/sluice/')) return inspect(req, res);
    const { topics } = broker.connect(req, res);
    for (let n = 0; n < 105; n += 1) topics.add(`${n}/${'long'.repeat(60)}`);
  });
  const client = http.get(origin, { agent: false }).on('error', () => {});
  client.on('response', (response) => response.on('error', () => {}).resume());
  t.after(() => client.destroy());
  await until(() => broker.topics().length === 105, 'the topics');
  const { channels } = await firstSnapshot(t, `${origin}/sluice/events`);
  assert.equal(channels.rows.length, 100);
  assert.ok(channels.total >= 105);
  const topic = channels.rows.find(({ kind }) => kind === 'topic');
  assert.match(topic.name, /^\d+\/long.*…$/);
  assert.equal(topic.name.length, 201);
});

test('a ninth page is refused until another page leaves', SOON, async (t) => {
  const origin = await start(t);
  const stops = [];
  const open = async () => {
    const stop = new AbortController();
    const answer = await fetch(`${origin}/sluice/events`, { signal: stop.signal });
    if (answer.status === 200) stops.push(stop);
    else await answer.text();
    return answer.status;
  };
  t.after(() => {
    for (const stop of stops) stop.abort();
  });
  for (let n = 0; n < 8; n += 1) assert.equal(await open(), 200);
  assert.equal(await open(), 503);
  stops.pop().abort();
  await until(async () => (await open()) === 200, 'room for a page');
});
